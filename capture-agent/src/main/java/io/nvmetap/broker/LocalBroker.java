package io.nvmetap.broker;

import io.nvmetap.process.CommandLock;
import io.nvmetap.process.LoopbackPort;
import io.nvmetap.process.OwnProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * The broker used when none is named: starts it, stops it, finds it again. Safe to call from
 * several processes at once; the second one waits for the first. Data outlive every process.
 */
public final class LocalBroker {
    /** Longest wait for a broker to come up, or for another command to finish. */
    public static final Duration START_PATIENCE = Duration.ofSeconds(60);

    /** Longest wait for an orderly end before it is killed. */
    public static final Duration STOP_PATIENCE = Duration.ofSeconds(20);

    private static final Duration KILL_PATIENCE = Duration.ofSeconds(10);
    private static final Duration PROBE_PATIENCE = Duration.ofSeconds(5);
    private static final long POLL_NS = 50_000_000L;

    private final BrokerFolder folder;

    /**
     * @param folder where data, settings and log are kept
     */
    public LocalBroker(Path folder) {
        this.folder = new BrokerFolder(folder.toAbsolutePath().normalize());
    }

    /** The user's own: NVMETAP_HOME, or nvmetap under the user's data folder. */
    public static LocalBroker ofUser() {
        return new LocalBroker(
                BrokerFolder.ofUser(System.getenv(), System.getProperty("user.home")).root());
    }

    /**
     * Starts it if it does not run, and waits until it answers and has the topics.
     *
     * @param topics topic names
     * @return HOST:PORT for clients
     * @throws BrokerException if it does not come up in time
     */
    public String start(List<String> topics) throws IOException {
        long deadline = System.nanoTime() + START_PATIENCE.toNanos();
        folder.create();
        try (CommandLock alone = lock(deadline)) {
            Optional<OwnProcess> living = folder.process();
            OwnProcess process = living.isPresent() ? living.get() : launch(deadline);
            awaitPort(process, deadline);
            String address = folder.bootstrapServers();
            try (BrokerAdmin admin = BrokerAdmin.connect(address, left(deadline))) {
                admin.createTopics(topics);
            }
            return address;
        }
    }

    /**
     * Stops it if it runs: asks, waits, kills.
     *
     * @return there was something to stop
     */
    public boolean stop() throws IOException {
        if (!Files.isDirectory(folder.root())) {
            return false;
        }
        long deadline = System.nanoTime() + START_PATIENCE.toNanos();
        try (CommandLock alone = lock(deadline)) {
            Optional<OwnProcess> living = folder.process();
            if (living.isPresent()) {
                living.get().end(STOP_PATIENCE, KILL_PATIENCE);
            }
            Files.deleteIfExists(folder.pidFile());
            return living.isPresent();
        }
    }

    /** How it is, without changing anything. */
    public BrokerState status() throws IOException {
        Optional<OwnProcess> living = folder.process();
        String address = folder.bootstrapServers();
        boolean answers = false;
        if (living.isPresent() && !address.isEmpty()) {
            try (BrokerAdmin admin = BrokerAdmin.connect(address, PROBE_PATIENCE)) {
                answers = true;
            } catch (BrokerException silent) {
                answers = false;
            }
        }
        long pid = living.map(OwnProcess::pid).orElse(-1L);
        return new BrokerState(living.isPresent(), answers, pid, address, folder.root());
    }

    /**
     * @return address, process id and whether it answers, for people; empty if it does not run
     */
    public Optional<String> running() throws IOException {
        BrokerState s = status();
        return s.running()
                ? Optional.of(
                        String.format(
                                "%s   pid %d   %s",
                                s.bootstrapServers(),
                                s.pid(),
                                s.answers() ? "answers" : "does not answer"))
                : Optional.empty();
    }

    /**
     * @return its process if it runs, for tests that kill it
     */
    public Optional<ProcessHandle> process() throws IOException {
        return folder.process().map(OwnProcess::handle);
    }

    /**
     * @return folder with data and log
     */
    public Path root() {
        return folder.root();
    }

    private CommandLock lock(long deadline) throws IOException {
        return CommandLock.take(folder.commandLock(), deadline)
                .orElseThrow(
                        () ->
                                new BrokerException(
                                        "another nvmetap command starts or stops the broker of "
                                                + folder.root()
                                                + "; try again when it is done"));
    }

    private OwnProcess launch(long deadline) throws IOException {
        Files.deleteIfExists(folder.pidFile());
        folder.writeSettings();
        folder.log().rotate();
        List<String> command = new ArrayList<>(OwnProcess.ownSession());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx384m", "-XX:+UseSerialGC"));
        command.addAll(List.of(BrokerMain.class.getName(), folder.root().toString()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.directory(folder.root().toFile());
        // Not as an argument: the system shows and keeps only the first page of a command line.
        builder.environment().put("CLASSPATH", classpath());
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(folder.log().path().toFile()));
        Process child = builder.start();
        child.getOutputStream().close();
        while (System.nanoTime() - deadline < 0) {
            Optional<OwnProcess> up = folder.process();
            if (up.isPresent()) {
                return up.get();
            }
            if (!child.isAlive()) {
                throw ended();
            }
            LockSupport.parkNanos(POLL_NS);
        }
        child.destroyForcibly();
        throw tooSlow();
    }

    private static String classpath() {
        String given =
                System.getProperty(
                        "nvmetap.broker.classpath", System.getProperty("java.class.path"));
        // The child runs in another folder: relative entries would lead astray.
        List<String> absolute = new ArrayList<>();
        for (String entry : given.split(File.pathSeparator)) {
            if (!entry.isEmpty()) {
                absolute.add(Path.of(entry).toAbsolutePath().toString());
            }
        }
        return String.join(File.pathSeparator, absolute);
    }

    private void awaitPort(OwnProcess process, long deadline) throws IOException {
        String address = folder.bootstrapServers();
        int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
        while (!LoopbackPort.accepts(port)) {
            if (process.awaitEnd(Duration.ofNanos(POLL_NS))) {
                throw ended();
            }
            if (System.nanoTime() - deadline >= 0) {
                throw tooSlow();
            }
        }
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(1_000_000_000L, deadline - System.nanoTime()));
    }

    private BrokerException ended() {
        return new BrokerException(
                "the broker ended while starting: "
                        + folder.log().lastLine()
                        + " (all of it: "
                        + folder.log().path()
                        + ")");
    }

    private BrokerException tooSlow() {
        return new BrokerException(
                "the broker does not answer after "
                        + START_PATIENCE.toSeconds()
                        + " s; stop it with `nvmetap down`, and see "
                        + folder.log().path());
    }
}
