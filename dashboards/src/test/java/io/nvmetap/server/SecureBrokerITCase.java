package io.nvmetap.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.agent.AgentCommand;
import io.nvmetap.broker.BrokerAdmin;
import io.nvmetap.capture.PublishCommand;
import io.nvmetap.cli.Brokers;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.feed.LiveFeed;
import io.nvmetap.feed.LiveView;
import io.nvmetap.job.AnalyzeJobMain;
import io.nvmetap.live.DeviceCommand;
import io.nvmetap.proxy.ProxyCommand;
import io.nvmetap.testkit.Boots;
import io.nvmetap.testkit.Command;
import io.nvmetap.testkit.SecureBroker;
import io.nvmetap.trace.Topics;
import java.io.StringReader;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every command that speaks to a broker, before one that wants TLS and a password. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SecureBrokerITCase {
    private static final String WRONG = "wrong-horse";

    @TempDir static Path temp;
    private static SecureBroker broker;

    @BeforeAll
    static void start() throws Exception {
        broker = SecureBroker.start(temp);
        try (BrokerAdmin admin = BrokerAdmin.connect(broker.inside, Duration.ofSeconds(30))) {
            admin.createTopics(Topics.ALL);
        }
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (broker != null) {
            broker.close();
        }
    }

    private static Path properties(String text) throws Exception {
        Path file = Files.createTempFile(temp, "client", ".properties");
        return Files.writeString(file, text);
    }

    private static Command.Said run(Class<?> main, String file, String... args) throws Exception {
        return Command.run(main, temp, secured(file, args));
    }

    private static List<String> secured(String file, String... args) throws Exception {
        return Stream.concat(
                        Stream.of(args),
                        Stream.of(
                                "--bootstrap-servers",
                                broker.secure,
                                "--command-config",
                                properties(file).toString()))
                .toList();
    }

    private static Brokers brokers(String file) throws Exception {
        Properties p = new Properties();
        p.load(new StringReader(file));
        Map<String, String> client = new HashMap<>();
        p.stringPropertyNames().forEach(n -> client.put(n, p.getProperty(n)));
        return new Brokers(broker.secure, client);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "SCRAM-SHA-512"})
    void shouldPublishAndAnalyzeWithTlsAndAPassword(String mechanism) throws Exception {
        String file = broker.clientFile(mechanism, SecureBroker.PASSWORD);
        String trace = Boots.recorded("shell").toString();
        Command.Said published = run(PublishCommand.class, file, trace);
        assertThat(published.status()).as(published.text()).isEqualTo(ExitStatus.OK);
        Command.Said judged = run(AnalyzeJobMain.class, file, "--until-ended", "--format", "json");
        assertThat(judged.text()).contains("number-of-queues-never-set").contains("\"summary\"");
        assertThat(published.text() + judged.text()).doesNotContain(SecureBroker.PASSWORD);
    }

    @Test
    void shouldFollowLiveWithTlsAndAPassword() throws Exception {
        String file = broker.clientFile("SCRAM-SHA-512", SecureBroker.PASSWORD);
        assertThat(follow(file, LiveView::connected).connected()).isTrue();
    }

    @Test
    void shouldSayOnTheLivePageThatTheBrokerRefusesAndNotWithWhat() throws Exception {
        LiveView view =
                follow(broker.clientFile("PLAIN", WRONG), v -> v.problem().contains("refused"));
        assertThat(view.problem()).contains(broker.secure).doesNotContain(WRONG);
        assertThat(view.connected()).isFalse();
    }

    private static LiveView follow(String file, Predicate<LiveView> until) throws Exception {
        try (LiveFeed feed = LiveFeed.follow(brokers(file), System::currentTimeMillis)) {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            LiveView view = feed.state().view(feed.nowMs());
            while (!until.test(view) && System.nanoTime() < deadline) {
                LockSupport.parkNanos(20_000_000);
                view = feed.state().view(feed.nowMs());
            }
            return view;
        }
    }

    /** All that end at once when the broker refuses. */
    static Stream<List<Object>> commands() {
        String trace = Boots.recorded("shell").toString();
        String socket = temp.resolve("s").toString();
        String out = temp.resolve("o.avro").toString();
        return Stream.of(
                List.of(PublishCommand.class, List.of(trace)),
                List.of(AnalyzeJobMain.class, List.of("--until-ended")),
                List.of(AgentCommand.class, List.of("--listen", "unix:" + socket)),
                List.of(
                        AgentCommand.class,
                        List.of(
                                "--listen",
                                "unix:" + socket,
                                "--spool",
                                temp.resolve("spool").toString())),
                List.of(
                        DeviceCommand.class,
                        List.of("--listen", socket, "--driver", "reference", "--out", out)),
                List.of(
                        ProxyCommand.class,
                        List.of("--listen", socket, "--connect", socket + "2", "--out", out)));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void shouldSayInOneLineThatTheBrokerRefusesAndNotWithWhat(List<Object> command)
            throws Exception {
        Class<?> main = (Class<?>) command.get(0);
        String[] args = ((List<?>) command.get(1)).toArray(String[]::new);
        for (String mechanism : List.of("PLAIN", "SCRAM-SHA-512")) {
            Command.Said said = run(main, broker.clientFile(mechanism, WRONG), args);
            assertThat(said.status()).as(said.text()).isEqualTo(ExitStatus.FAILURE);
            assertThat(said.text())
                    .startsWith("nvmetap: the broker at " + broker.secure + " refused: ")
                    .doesNotContain(WRONG)
                    .doesNotContain("\n");
        }
    }

    @ParameterizedTest
    @MethodSource("commands")
    void shouldNotPrintASecretThatTheClientChokesOn(List<Object> command) throws Exception {
        String file =
                broker.clientFile("PLAIN", WRONG)
                        .replace("required username", "requirred hunter2 username");
        Command.Said said =
                run(
                        (Class<?>) command.get(0),
                        file,
                        ((List<?>) command.get(1)).toArray(String[]::new));
        assertThat(said.status()).as(said.text()).isEqualTo(ExitStatus.FAILURE);
        assertThat(said.text())
                .contains("nvmetap: the Kafka client does not take " + broker.secure)
                .contains("sasl.jaas.config")
                .doesNotContain(WRONG)
                .doesNotContain("hunter2");
    }

    @Test
    void shouldServeAndPrintNoSecretWhenTheBrokerRefuses() throws Exception {
        List<String> args = secured(broker.clientFile("PLAIN", WRONG), "--port", "0");
        try (Command.Running serve = Command.start(ServeCommand.class, temp, args)) {
            String page = serve.await("dashboard (\\S+)");
            try (Socket live = LivePagesITCase.follow(page)) {
                assertThat(LivePagesITCase.await(live, "refused")).doesNotContain(WRONG);
            }
            assertThat(serve.text()).doesNotContain(WRONG).doesNotContain("Exception");
        }
    }
}
