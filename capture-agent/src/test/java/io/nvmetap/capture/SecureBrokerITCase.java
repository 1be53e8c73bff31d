package io.nvmetap.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.trace.TraceWriter;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SecureBrokerITCase {
    private static final int EVENTS = 100;

    @TempDir static Path temp;
    private static SecureBroker broker;

    @BeforeAll
    static void start() throws Exception {
        broker = SecureBroker.start(temp);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.inside))) {
            admin.alterUserScramCredentials(
                            List.of(
                                    new UserScramCredentialUpsertion(
                                            SecureBroker.USER,
                                            new ScramCredentialInfo(
                                                    ScramMechanism.SCRAM_SHA_512, 4_096),
                                            SecureBroker.PASSWORD)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (broker != null) {
            broker.close();
        }
    }

    private static Path trace() throws Exception {
        Path trace = temp.resolve("t.avro");
        SpoolTally tally = new SpoolTally();
        try (TraceWriter writer = TraceWriter.open(trace)) {
            for (int i = 0; i < EVENTS; i++) {
                tally.make(1, (body, count, key) -> writer.appendEncoded(body, 0, count));
            }
        }
        return trace;
    }

    private static String publish(String file, String... more) throws Exception {
        Path properties = temp.resolve("client.properties");
        Files.writeString(properties, file);
        List<String> args =
                new java.util.ArrayList<>(
                        List.of(
                                trace().toString(),
                                "--bootstrap-servers",
                                broker.secure,
                                "--command-config",
                                properties.toString()));
        args.addAll(List.of(more));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        int status = CommandRunner.run(new PublishCommand(), args.toArray(String[]::new), err);
        return status + " " + bytes.toString(StandardCharsets.UTF_8).strip();
    }

    private static int messages() {
        AtomicInteger count = new AtomicInteger();
        TopicReader.read(broker.inside, Map.of(), (key, m) -> count.incrementAndGet());
        return count.get();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "SCRAM-SHA-512"})
    void shouldPublishWithTlsAndAPassword(String mechanism) throws Exception {
        assertThat(publish(broker.clientFile(mechanism, SecureBroker.PASSWORD)))
                .isEqualTo(ExitStatus.OK + " ");
        assertThat(messages()).isGreaterThanOrEqualTo(EVENTS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "SCRAM-SHA-512"})
    void shouldSayInOneLineThatTheBrokerRefusesThePasswordAndNotWhichItIs(String mechanism)
            throws Exception {
        assertThat(publish(broker.clientFile(mechanism, "wrong-horse")))
                .startsWith(ExitStatus.FAILURE + " nvmetap: the broker at " + broker.secure)
                .contains("refused")
                .doesNotContain("wrong-horse")
                .doesNotContain("\n");
    }

    @Test
    void shouldNotPrintASecretThatTheClientChokesOn() throws Exception {
        String file =
                broker.clientFile("PLAIN", SecureBroker.PASSWORD)
                        .replace("required username", "requirred hunter2 username");
        assertThat(publish(file))
                .startsWith(ExitStatus.FAILURE + " nvmetap: the Kafka client does not take")
                .contains("sasl.jaas.config")
                .doesNotContain(SecureBroker.PASSWORD)
                .doesNotContain("hunter2");
    }
}
