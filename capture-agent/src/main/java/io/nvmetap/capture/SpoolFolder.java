package io.nvmetap.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Chunks as files of a folder that one process has for itself. A file gets its name when it is
 * whole, so that a process killed at any time leaves no half of one.
 */
final class SpoolFolder implements SpoolStore {
    private static final Pattern NAME = Pattern.compile("[0-9]{19}\\.spool");

    private final Path folder;
    private final FileChannel lock;

    private SpoolFolder(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /**
     * @throws IOException if it cannot be made, or another process has it
     */
    static SpoolFolder open(Path folder) throws IOException {
        Files.createDirectories(folder);
        FileChannel lock =
                FileChannel.open(
                        folder.resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        boolean ours = false;
        try {
            ours = lock.tryLock() != null;
        } catch (OverlappingFileLockException sameProcess) {
            ours = false;
        }
        if (!ours) {
            lock.close();
            throw new IOException(
                    folder + ": another process spools there; name another folder with --spool");
        }
        return new SpoolFolder(folder, lock);
    }

    private Path file(long number) {
        return folder.resolve(String.format("%019d.spool", number));
    }

    @Override
    public void write(long number, SpoolChunk chunk) throws IOException {
        Path part = folder.resolve("part");
        try (FileChannel out =
                FileChannel.open(
                        part,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            ByteBuffer image = chunk.image();
            while (image.hasRemaining()) {
                out.write(image);
            }
        } catch (IOException e) {
            Files.deleteIfExists(part);
            throw e;
        }
        Files.move(part, file(number), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void read(long number, SpoolChunk into) throws IOException {
        Path file = file(number);
        if (Files.size(file) > SpoolChunk.BYTES_MAX) {
            throw new IOException("it is too large");
        }
        into.restore(Files.readAllBytes(file));
    }

    @Override
    public void delete(long number) {
        try {
            Files.deleteIfExists(file(number));
        } catch (IOException stays) {
            // Sent again by the next process; readers ignore events they have seen.
            return;
        }
    }

    @Override
    public List<Long> numbers() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(n -> NAME.matcher(n).matches())
                    .map(n -> Long.parseLong(n.substring(0, 19)))
                    .sorted()
                    .toList();
        }
    }

    @Override
    public String name() {
        return folder.toString();
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
