package io.nvmetap.local;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.process.LogFile;
import io.nvmetap.process.OwnProcess;
import io.nvmetap.process.PropertiesFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * A command of the launcher that runs in the background: {@code NAME.pid} says which process it is
 * and what it was started with, {@code NAME.log} keeps what it complains of.
 */
final class LocalService {
    /** Longest wait for an orderly end before it is killed. */
    static final Duration STOP_PATIENCE = Duration.ofSeconds(20);

    private static final Duration KILL_PATIENCE = Duration.ofSeconds(10);

    /** In the launcher's name and in a flag of what it becomes. */
    private static final String MARK = "nvmetap";

    private static final String WITH = "with";
    private static final String AT = "at";

    private final Path pidFile;
    private final LogFile log;
    private final String name;

    /**
     * @param folder where the files are
     * @param name for files and people
     */
    LocalService(Path folder, String name) {
        this.name = name;
        this.pidFile = folder.resolve(name + ".pid");
        this.log = new LogFile(folder.resolve(name + ".log"));
    }

    Optional<OwnProcess> process() throws IOException {
        return OwnProcess.find(pidFile, MARK);
    }

    /** Where people find it, "" nowhere. */
    String address() throws IOException {
        return PropertiesFile.load(pidFile).getProperty(AT, "");
    }

    /**
     * Whether it runs with this broker; one that runs with another is ended.
     *
     * @param with HOST:PORT of the broker
     */
    boolean runsWith(String with) throws IOException {
        if (process().isEmpty()) {
            return false;
        }
        boolean same = PropertiesFile.load(pidFile).getProperty(WITH, "").equals(with);
        return same || !stop();
    }

    /**
     * Starts it.
     *
     * @param command what to run
     * @param with HOST:PORT of the broker
     * @param at where people find it, "" nowhere
     */
    void start(List<String> command, String with, String at) throws IOException {
        log.rotate();
        List<String> whole = new ArrayList<>(OwnProcess.ownSession());
        whole.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(whole);
        // What it finds is in the topic; its log is for what goes wrong.
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.redirectError(ProcessBuilder.Redirect.appendTo(log.path().toFile()));
        Process child = builder.start();
        child.getOutputStream().close();
        Properties state = OwnProcess.describe(child.toHandle());
        state.setProperty(WITH, with);
        state.setProperty(AT, at);
        PropertiesFile.store(pidFile, state);
    }

    /**
     * Ends it, if it runs.
     *
     * @return it ran
     */
    boolean stop() throws IOException {
        Optional<OwnProcess> living = process();
        if (living.isPresent()) {
            living.get().end(STOP_PATIENCE, KILL_PATIENCE);
        }
        Files.deleteIfExists(pidFile);
        return living.isPresent();
    }

    /** How it is, one line. */
    String line() throws IOException {
        Optional<OwnProcess> living = process();
        if (living.isEmpty()) {
            String why = Files.exists(pidFile) ? "   ended: " + log.lastLine() : "";
            return String.format("%-9s does not run%s", name, why);
        }
        String at = address();
        return String.format(
                "%-9s %s   pid %d", name, at.isEmpty() ? "runs" : at, living.get().pid());
    }

    /** Why it did not come up. */
    CliFailure ended() {
        return CliFailure.environment(
                "the "
                        + name
                        + " ended while starting: "
                        + log.lastLine()
                        + " (all of it: "
                        + log.path()
                        + ")");
    }

    CliFailure silent(Duration patience) {
        return CliFailure.environment(
                "the "
                        + name
                        + " does not answer after "
                        + patience.toSeconds()
                        + " s; stop it with `nvmetap down`, and see "
                        + log.path());
    }
}
