package io.nvmetap.rig;

import io.nvmetap.cli.CliFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * The cache folder: {@code tree/} (whole or absent), {@code tools/NAME/} (each whole or absent),
 * {@code fetch-*} (scratch of a fetch), {@code fetch.log} and {@code fetch.NAME.log}, {@code
 * rig.lock}.
 *
 * @param root the folder
 */
record RigCache(Path root) {
    private static final Duration LOCK_PATIENCE = Duration.ofMinutes(15);
    private static final String SCRATCH = "fetch-";
    private static final long LOCK_POLL_NS = 50_000_000;

    Path tree() {
        return root.resolve("tree");
    }

    Path tools(ToolSet set) {
        return root.resolve("tools").resolve(set.label());
    }

    Path log(ToolSet set) {
        return root.resolve("fetch." + set.label() + ".log");
    }

    /**
     * Makes the scratch of one fetch, and removes that of fetches which were killed.
     *
     * @return a folder of its own: the children of a killed fetch may write into theirs for a while
     */
    Path scratch() throws IOException {
        try (Stream<Path> all = Files.list(root)) {
            for (Path old : all.filter(RigCache::isScratch).toList()) {
                try {
                    delete(old);
                } catch (IOException inUse) {
                    // A killed fetch's child still writes there; the next fetch tries again.
                }
            }
        }
        return Files.createTempDirectory(root, SCRATCH);
    }

    private static boolean isScratch(Path file) {
        return file.getFileName().toString().startsWith(SCRATCH);
    }

    Path log() {
        return root.resolve("fetch.log");
    }

    /** Work on the cache that only one process may do at a time. */
    interface Work<T> {
        T run() throws IOException;
    }

    /**
     * Does {@code work} while nobody else does any here.
     *
     * @throws CliFailure if another process holds the lock too long, or the folder cannot be made
     */
    <T> T alone(Work<T> work) throws IOException {
        try {
            Files.createDirectories(root);
        } catch (IOException e) {
            throw CliFailure.environment(
                    root + ": cannot be made a cache folder; name another with --cache");
        }
        try (FileChannel file =
                FileChannel.open(
                        root.resolve("rig.lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE)) {
            FileLock lock = lock(file);
            try {
                return work.run();
            } finally {
                lock.release();
            }
        }
    }

    private FileLock lock(FileChannel file) throws IOException {
        long deadline = System.nanoTime() + LOCK_PATIENCE.toNanos();
        while (System.nanoTime() - deadline < 0) {
            try {
                FileLock lock = file.tryLock();
                if (lock != null) {
                    return lock;
                }
            } catch (OverlappingFileLockException anotherThread) {
                // The same as another process: wait for it.
            }
            LockSupport.parkNanos(LOCK_POLL_NS);
        }
        throw CliFailure.environment(
                root + ": another nvmetap command fetches into it; try again when it is done");
    }

    /** Deletes {@code folder} and what is in it; links in it are deleted, never followed. */
    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes a)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path dir, IOException e)
                            throws IOException {
                        Files.delete(dir);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
