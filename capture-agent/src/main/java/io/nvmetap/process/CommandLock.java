package io.nvmetap.process;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** Held by the one command that starts or stops something; others wait. */
public final class CommandLock implements AutoCloseable {
    private static final long POLL_NS = 50_000_000L;

    private final FileChannel file;
    private final FileLock lock;

    private CommandLock(FileChannel file, FileLock lock) {
        this.file = file;
        this.lock = lock;
    }

    /**
     * Waits for it.
     *
     * @param path of a file that is made if it is not there
     * @param deadlineNs {@link System#nanoTime} at which the wait ends
     * @return empty if another held it all the time
     */
    public static Optional<CommandLock> take(Path path, long deadlineNs) throws IOException {
        FileChannel file =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        while (System.nanoTime() - deadlineNs < 0) {
            try {
                FileLock lock = file.tryLock();
                if (lock != null) {
                    return Optional.of(new CommandLock(file, lock));
                }
            } catch (OverlappingFileLockException anotherThread) {
                // The same as another process: wait for it.
            }
            LockSupport.parkNanos(POLL_NS);
        }
        file.close();
        return Optional.empty();
    }

    @Override
    public void close() throws IOException {
        lock.release();
        file.close();
    }
}
