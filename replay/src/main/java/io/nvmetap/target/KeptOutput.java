package io.nvmetap.target;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * What a process says, kept in a file up to a bound. Beyond it nothing is read: a process that goes
 * on talking waits.
 */
final class KeptOutput implements AutoCloseable {
    /** Bytes kept of one process. */
    static final long BYTES_MAX = 64L << 20;

    private static final int TAIL_BYTES = 4096;
    private static final long END_PATIENCE_MS = 1_000;

    private final InputStream from;
    private final Thread reader;
    private byte[] tail = new byte[0];
    private volatile boolean full;
    private boolean lost;

    /**
     * @param from closed with this
     * @param to closed when nothing more comes
     */
    KeptOutput(InputStream from, OutputStream to) {
        this.from = from;
        reader = new Thread(() -> run(to), "nvmetap-driver-output");
        reader.setDaemon(true);
        reader.start();
    }

    private void run(OutputStream to) {
        byte[] piece = new byte[1 << 16];
        long kept = 0;
        try (to) {
            for (int n = from.read(piece); n > 0; n = from.read(piece)) {
                write(to, piece, n);
                keep(piece, n);
                kept += n;
                if (kept >= BYTES_MAX) {
                    full = true;
                    return;
                }
            }
        } catch (IOException ended) {
            // The process is gone: what was kept stays.
        }
    }

    /** A full disk must not make the driver wait: its last line is known all the same. */
    private void write(OutputStream to, byte[] piece, int count) {
        if (!lost) {
            try {
                to.write(piece, 0, count);
            } catch (IOException cannot) {
                lost = true;
            }
        }
    }

    private synchronized void keep(byte[] piece, int count) {
        byte[] all = Arrays.copyOf(tail, tail.length + count);
        System.arraycopy(piece, 0, all, tail.length, count);
        tail = Arrays.copyOfRange(all, Math.max(0, all.length - TAIL_BYTES), all.length);
    }

    /** There was more than is kept. */
    boolean full() {
        return full;
    }

    /** Waits for what the process said last. */
    void awaitEnd(long ms) {
        try {
            TimeUnit.MILLISECONDS.timedJoin(reader, ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The last line that says something. */
    synchronized String lastLine() {
        String last = "";
        for (String line : new String(tail, StandardCharsets.UTF_8).split("\\R")) {
            last = line.isBlank() ? last : line.strip();
        }
        return last;
    }

    @Override
    public void close() {
        awaitEnd(END_PATIENCE_MS);
        try {
            from.close();
        } catch (IOException e) {
            // Nothing more is wanted of it.
        }
    }
}
