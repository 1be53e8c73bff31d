package io.nvmetap.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The broker's process, found again by another process: process ids are reused, so it is ours only
 * if the start time and the command line fit too.
 */
final class BrokerProcess {
    /** Start times come from the clock ticks since boot; their base moves when the clock is set. */
    private static final Duration START_TOLERANCE = Duration.ofSeconds(2);

    private static final int POLL_MS = 50;

    private final ProcessHandle handle;

    private BrokerProcess(ProcessHandle handle) {
        this.handle = handle;
    }

    /**
     * @return what the pid file says about a process
     */
    static Properties describe(ProcessHandle process) {
        Properties p = new Properties();
        p.setProperty("pid", Long.toString(process.pid()));
        process.info()
                .startInstant()
                .ifPresent(t -> p.setProperty("startedMs", Long.toString(t.toEpochMilli())));
        return p;
    }

    /**
     * @return the living broker of the folder; empty if the pid file is missing, stale or damaged
     */
    static Optional<BrokerProcess> find(BrokerFolder folder) throws IOException {
        Properties p = BrokerFolder.load(folder.pidFile());
        try {
            long pid = Long.parseLong(p.getProperty("pid", ""));
            Instant started = Instant.ofEpochMilli(Long.parseLong(p.getProperty("startedMs", "")));
            return ProcessHandle.of(pid)
                    .filter(h -> isBroker(h, started))
                    .map(BrokerProcess::new)
                    .filter(BrokerProcess::alive);
        } catch (NumberFormatException damaged) {
            return Optional.empty();
        }
    }

    private static boolean isBroker(ProcessHandle h, Instant started) {
        boolean sameStart =
                h.info()
                        .startInstant()
                        .map(t -> Duration.between(t, started).abs())
                        .filter(gap -> gap.compareTo(START_TOLERANCE) <= 0)
                        .isPresent();
        String line = h.info().commandLine().orElse("");
        return sameStart && line.contains(BrokerMain.class.getName());
    }

    ProcessHandle handle() {
        return handle;
    }

    long pid() {
        return handle.pid();
    }

    /** A process nobody waits for (a container without init) stays listed when it is dead. */
    boolean alive() {
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
    boolean end(Duration patience, Duration patienceAfterKill) throws BrokerException {
        handle.destroy();
        if (awaitEnd(patience)) {
            return true;
        }
        handle.destroyForcibly();
        if (!awaitEnd(patienceAfterKill)) {
            throw new BrokerException("the broker, process " + pid() + ", does not end; kill it");
        }
        return false;
    }

    /**
     * @return it is gone
     */
    boolean awaitEnd(Duration patience) {
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
