package io.nvmetap.importer;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** Lines of a log file, gzipped or not (told by its content), each bounded. */
final class LogLines implements Closeable {
    /** Longest line kept; the rest of a longer one is skipped, so that it reads as foreign. */
    static final int LINE_BYTES_MAX = 64 * 1024;

    private static final int NEW_LINE = '\n';

    private final InputStream in;
    private final byte[] buffer = new byte[1 << 16];
    private final byte[] line = new byte[LINE_BYTES_MAX];
    private int next;
    private int limit;
    private boolean unterminated;

    LogLines(InputStream in) {
        this.in = in;
    }

    static LogLines open(Path file) throws IOException {
        BufferedInputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        try {
            raw.mark(2);
            boolean gzip = raw.read() == 0x1f && raw.read() == 0x8b;
            raw.reset();
            return new LogLines(gzip ? new GZIPInputStream(raw, 1 << 16) : raw);
        } catch (IOException | RuntimeException e) {
            raw.close();
            throw e;
        }
    }

    /**
     * @return next line without its end, null at the end of the file
     */
    String next() throws IOException {
        int length = 0;
        boolean any = false;
        while (true) {
            if (next == limit) {
                limit = in.read(buffer);
                next = 0;
                if (limit <= 0) {
                    limit = 0;
                    unterminated = any;
                    return any ? text(length) : null;
                }
            }
            any = true;
            byte b = buffer[next++];
            if (b == NEW_LINE) {
                return text(length);
            }
            if (length < LINE_BYTES_MAX) {
                line[length++] = b;
            }
        }
    }

    /**
     * @return the last line had no end: the log was cut off in it
     */
    boolean unterminated() {
        return unterminated;
    }

    private String text(int length) {
        if (length == LINE_BYTES_MAX) {
            return "?";
        }
        int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
        return new String(line, 0, end, StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
