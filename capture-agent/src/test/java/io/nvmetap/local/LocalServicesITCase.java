package io.nvmetap.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.broker.LocalBroker;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.process.OwnProcess;
import io.nvmetap.trace.Topics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Broker (a real one), job and dashboard (stand-ins of this test) as people start and stop them.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LocalServicesITCase {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir private Path folder;

    private LocalServices services(String script) throws IOException {
        Path launcher = folder.resolve("nvmetap");
        Files.writeString(launcher, "#!/bin/sh\n" + script + "\n");
        launcher.toFile().setExecutable(true);
        return new LocalServices(folder, launcher);
    }

    private LocalServices standIns() throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classes = Path.of("target", "test-classes").toAbsolutePath().toString();
        String path = System.getProperty("java.class.path");
        return services(
                "exec '"
                        + java
                        + "' -Dnvmetap.home=x -cp '"
                        + classes
                        + ":"
                        + path
                        + "' "
                        + StandIn.class.getName()
                        + " \"$@\"");
    }

    private List<OwnProcess> living() throws IOException {
        List<OwnProcess> found = new ArrayList<>();
        for (String name : List.of("job", "dashboard")) {
            new LocalService(folder, name).process().ifPresent(found::add);
        }
        return found;
    }

    @AfterEach
    void shouldLeaveNothing() throws IOException {
        services("exit 0").stop();
        new LocalBroker(folder).stop();
        assertThat(living()).isEmpty();
        try (Stream<ProcessHandle> children = ProcessHandle.current().descendants()) {
            // One that has ended stays listed until it was waited for.
            assertThat(children).allSatisfy(p -> p.onExit().get(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void shouldStartAllOnceSayWhatIsThereAndStopAll() throws IOException {
        LocalBroker broker = new LocalBroker(folder);
        LocalServices services = standIns();
        assertThat(run(o -> new StatusCommand(broker, services, o)))
                .contains("broker    does not run", "job       does not run");
        assertThat(run(o -> new DownCommand(broker, services, o))).contains("does not run");
        String started = run(o -> new UpCommand(broker, services, o), "--port", "0");
        assertThat(started)
                .contains("started in", "job       runs   pid", "dashboard http://127.0.0.1:");
        List<Long> pids = living().stream().map(OwnProcess::pid).toList();
        assertThat(pids).hasSize(2);
        assertThat(run(o -> new UpCommand(broker, services, o))).contains("   runs   pid");
        assertThat(living().stream().map(OwnProcess::pid)).isEqualTo(pids);
        assertThat(run(o -> new StatusCommand(broker, services, o)))
                .contains("answers", Topics.EVENTS, "job       runs", "dashboard http://");
        assertThat(run(o -> new DownCommand(broker, services, o)))
                .contains("services  stopped", "broker    stopped");
        assertThat(living()).isEmpty();
    }

    @Test
    void shouldStartOnlyTheBrokerIfAsked() throws IOException {
        LocalBroker broker = new LocalBroker(folder);
        LocalServices services = services("exit 1");
        assertThat(run(o -> new UpCommand(broker, services, o), "--broker-only"))
                .contains("broker ")
                .doesNotContain("job", "dashboard");
        assertThat(living()).isEmpty();
    }

    @Test
    void shouldStartAgainWhatWasKilledAndLeaveTheOther() throws IOException {
        LocalServices services = standIns();
        services.start("127.0.0.1:1", 0);
        OwnProcess dashboard = new LocalService(folder, "dashboard").process().orElseThrow();
        OwnProcess job = new LocalService(folder, "job").process().orElseThrow();
        job.handle().destroyForcibly();
        assertThat(job.awaitEnd(SOON)).isTrue();
        assertThat(services.lines()).anyMatch(l -> l.startsWith("job       does not run   ended:"));
        services.start("127.0.0.1:1", 0);
        assertThat(living())
                .extracting(OwnProcess::pid)
                .contains(dashboard.pid())
                .doesNotContain(job.pid())
                .hasSize(2);
    }

    @Test
    void shouldStartBothAgainForABrokerAtAnotherAddress() throws IOException {
        LocalServices services = standIns();
        services.start("127.0.0.1:1", 0);
        List<Long> before = living().stream().map(OwnProcess::pid).toList();
        services.start("127.0.0.1:2", 0);
        assertThat(living())
                .extracting(OwnProcess::pid)
                .hasSize(2)
                .doesNotContainAnyElementsOf(before);
    }

    @Test
    void shouldTakeAnotherPortIfTheWantedOneIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            standIns().start("127.0.0.1:1", taken.getLocalPort());
            assertThat(new LocalService(folder, "dashboard").address())
                    .startsWith("http://127.0.0.1:")
                    .doesNotContain(":" + taken.getLocalPort());
        }
    }

    @Test
    void shouldSayWhyTheDashboardDidNotComeUp() throws IOException {
        LocalServices services = services("echo nvmetap: no room left >&2; exit 3");
        assertThatThrownBy(() -> services.start("127.0.0.1:1", 0))
                .isInstanceOf(CliFailure.class)
                .hasMessageContaining("ended while starting: nvmetap: no room left");
    }

    private static String run(Function<PrintStream, Callable<Integer>> make, String... args) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        assertThat(CommandRunner.run(make.apply(out), args, out))
                .as(bytes.toString(StandardCharsets.UTF_8))
                .isZero();
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
