package io.nvmetap.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A process that one command started and another finds again: process ids are reused, so it is ours
 * only if the start time and the command line fit too.
 */
public final class OwnProcess {
    /** Start times come from the clock ticks since boot; their base moves when the clock is set. */
    private static final Duration START_TOLERANCE = Duration.ofSeconds(2);

    private static final int POLL_MS = 50;

    private final ProcessHandle handle;

    private OwnProcess(ProcessHandle handle) {
        this.handle = handle;
    }

    /**
     * A session of its own, where the system can: Ctrl-C at the caller is not for it. Goes before
     * the command.
     */
    public static List<String> ownSession() {
        Path setsid = Path.of("/usr/bin/setsid");
        return Files.isExecutable(setsid) ? List.of(setsid.toString()) : List.of();
    }

    /** What its pid file says about a process. */
    public static Properties describe(ProcessHandle process) {
        Properties p = new Properties();
        p.setProperty("pid", Long.toString(process.pid()));
        process.info()
                .startInstant()
                .ifPresent(t -> p.setProperty("startedMs", Long.toString(t.toEpochMilli())));
        return p;
    }

    /**
     * The living process of a pid file; empty if the file is missing, stale or damaged.
     *
     * @param pidFile as {@link #describe} has it
     * @param mark part of the process's command line
     */
    public static Optional<OwnProcess> find(Path pidFile, String mark) throws IOException {
        Properties p = PropertiesFile.load(pidFile);
        try {
            long pid = Long.parseLong(p.getProperty("pid", ""));
            Instant started = Instant.ofEpochMilli(Long.parseLong(p.getProperty("startedMs", "")));
            return ProcessHandle.of(pid)
                    .filter(h -> isOurs(h, started, mark))
                    .map(OwnProcess::new)
                    .filter(OwnProcess::alive);
        } catch (NumberFormatException damaged) {
            return Optional.empty();
        }
    }

    /** A process that becomes another program has no command line for a moment: the time counts. */
    private static boolean isOurs(ProcessHandle h, Instant started, String mark) {
        boolean sameStart =
                h.info()
                        .startInstant()
                        .map(t -> Duration.between(t, started).abs())
                        .filter(gap -> gap.compareTo(START_TOLERANCE) <= 0)
                        .isPresent();
        return sameStart && h.info().commandLine().map(line -> line.contains(mark)).orElse(true);
    }

    /** For tests that kill it. */
    public ProcessHandle handle() {
        return handle;
    }

    /** Its process id. */
    public long pid() {
        return handle.pid();
    }

    /** A process nobody waits for (a container without init) stays listed when it is dead. */
    public boolean alive() {
        return handle.isAlive() && !zombie();
    }

    private boolean zombie() {
        try {
            String stat = Files.readString(Path.of("/proc/" + handle.pid() + "/stat"));
            return stat.startsWith("Z", stat.lastIndexOf(')') + 2);
        } catch (IOException noSuchFile) {
            return false;
        }
    }

    /**
     * Asks it to end and, when that takes too long, ends it.
     *
     * @return it ended by itself
     */
    public boolean end(Duration patience, Duration patienceAfterKill) throws IOException {
        handle.destroy();
        if (awaitEnd(patience)) {
            return true;
        }
        handle.destroyForcibly();
        if (!awaitEnd(patienceAfterKill)) {
            throw new IOException("process " + pid() + " does not end; kill it");
        }
        return false;
    }

    /**
     * @return it is gone
     */
    public boolean awaitEnd(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (alive() && System.nanoTime() - deadline < 0) {
            try {
                handle.onExit().get(POLL_MS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException | ExecutionException notYet) {
                continue;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return !alive();
    }
}
