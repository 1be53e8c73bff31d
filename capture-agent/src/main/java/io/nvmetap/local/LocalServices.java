package io.nvmetap.local;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.process.CommandLock;
import io.nvmetap.process.LoopbackPort;
import io.nvmetap.process.OwnProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The live job and the dashboard over the local broker. */
final class LocalServices {
    /** Longest wait for the dashboard to answer, or for another command to finish. */
    static final Duration START_PATIENCE = Duration.ofSeconds(60);

    private static final Duration POLL = Duration.ofMillis(50);

    private final Path folder;
    private final String launcher;
    private final LocalService job;
    private final LocalService dashboard;

    /**
     * @param folder the broker's, which holds their files too
     * @param launcher path of {@code nvmetap}
     */
    LocalServices(Path folder, Path launcher) {
        this.folder = folder;
        this.launcher = launcher.toString();
        this.job = new LocalService(folder, "job");
        this.dashboard = new LocalService(folder, "dashboard");
    }

    /** The launcher beside the jars this runs from. */
    static LocalServices ofUser(Path folder) {
        Path home = Path.of(System.getProperty("nvmetap.home", ".")).toAbsolutePath().normalize();
        return new LocalServices(folder, home.resolve("nvmetap"));
    }

    /**
     * Starts what does not run, and waits for the dashboard.
     *
     * @param broker HOST:PORT
     * @param port wanted for the dashboard; another is taken if it is not free
     */
    void start(String broker, int port) throws IOException {
        try (CommandLock alone = lock()) {
            if (!job.runsWith(broker)) {
                job.start(List.of(launcher, "analyze", "--bootstrap-servers", broker), broker, "");
            }
            if (!dashboard.runsWith(broker)) {
                startDashboard(broker, LoopbackPort.freeOr(port));
            }
            if (job.process().isEmpty()) {
                throw job.ended();
            }
        }
    }

    private void startDashboard(String broker, int port) throws IOException {
        List<String> command =
                List.of(
                        launcher,
                        "serve",
                        "--bootstrap-servers",
                        broker,
                        "--port",
                        Integer.toString(port));
        dashboard.start(command, broker, "http://" + LoopbackPort.HOST + ":" + port + "/");
        long deadline = System.nanoTime() + START_PATIENCE.toNanos();
        OwnProcess process = dashboard.process().orElseThrow(dashboard::ended);
        while (!LoopbackPort.accepts(port)) {
            if (process.awaitEnd(POLL)) {
                throw dashboard.ended();
            }
            if (System.nanoTime() - deadline > 0) {
                throw dashboard.silent(START_PATIENCE);
            }
        }
    }

    /**
     * Ends both.
     *
     * @return one of them ran
     */
    boolean stop() throws IOException {
        if (!folder.toFile().isDirectory()) {
            return false;
        }
        try (CommandLock alone = lock()) {
            return dashboard.stop() | job.stop();
        }
    }

    List<String> lines() throws IOException {
        return List.of(job.line(), dashboard.line());
    }

    private CommandLock lock() throws IOException {
        long deadline = System.nanoTime() + START_PATIENCE.toNanos();
        return CommandLock.take(folder.resolve("services.lock"), deadline)
                .orElseThrow(
                        () ->
                                CliFailure.environment(
                                        "another nvmetap command starts or stops job and dashboard;"
                                                + " try again when it is done"));
    }
}
