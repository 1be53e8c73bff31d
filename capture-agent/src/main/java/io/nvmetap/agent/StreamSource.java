package io.nvmetap.agent;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.wire.Deframer;
import io.nvmetap.wire.TapTranslator;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The bytes of a serial line, a pipe or a file. Speed and mode of a line are the user's to set
 * (stty raw).
 *
 * <p>Design note: reads of such files cannot be given a time limit, so a thread of their own makes
 * them and hands over through a short queue. While that is full nothing is read.
 */
final class StreamSource implements TapSource {
    private static final int CHUNK_BYTES = 64 << 10;
    private static final int CHUNKS_MAX = 16;
    private static final byte[] END = {};

    private final ArrayBlockingQueue<byte[]> chunks = new ArrayBlockingQueue<>(CHUNKS_MAX);
    private final Thread reader;
    private volatile String failure = "";

    /**
     * @param file read from its beginning to its end
     * @throws CliFailure if there is no such file
     */
    StreamSource(Path file) {
        if (!Files.exists(file) || Files.isDirectory(file)) {
            throw CliFailure.environment(file + ": no serial line, pipe or file; check the path");
        }
        reader = new Thread(() -> read(file), "nvmetap-serial");
        reader.setDaemon(true);
        reader.start();
    }

    private void read(Path file) {
        byte[] chunk = new byte[CHUNK_BYTES];
        try (InputStream in = new FileInputStream(file.toFile())) {
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                chunks.put(Arrays.copyOf(chunk, n));
            }
            chunks.put(END);
        } catch (IOException e) {
            failure = file + ": " + e.getMessage();
            chunks.offer(END);
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Outcome pass(Deframer deframer, TapTranslator translator, int timeoutMs)
            throws IOException {
        byte[] chunk;
        try {
            chunk = chunks.poll(timeoutMs, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Outcome.OVER;
        }
        if (chunk == null) {
            return !failure.isEmpty() ? Outcome.OVER : Outcome.NOTHING;
        }
        if (chunk.length == 0 && chunk == END) {
            return Outcome.OVER;
        }
        deframer.accept(chunk, 0, chunk.length);
        return Outcome.SOME;
    }

    @Override
    public int beatAfterMs() {
        return TapReceiver.BEAT_AFTER_MS;
    }

    @Override
    public String endReason() {
        return failure.isEmpty() ? "the tap's bytes ended without its last word" : failure;
    }

    @Override
    public void close() {
        reader.interrupt();
    }
}
