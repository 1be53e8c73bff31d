package io.nvmetap.importer;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.trace.TraceWriter;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A trace file that is there whole or not at all. */
final class PartialTrace implements Closeable {
    private final Path target;
    private final Path partial;
    private final TraceWriter writer;

    /**
     * @param marker 16 bytes, derived from the input: the same input gives the same bytes
     */
    PartialTrace(Path target, byte[] marker) throws IOException {
        this.target = target;
        partial = target.resolveSibling(target.getFileName() + ".partial");
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(partial), 1 << 16);
        writer = new TraceWriter(out, marker);
    }

    void append(CapturedEvent e) {
        try {
            writer.append(e);
        } catch (IOException io) {
            throw new UncheckedIOException(io);
        }
    }

    /** The trace is whole. */
    void finish() throws IOException {
        writer.close();
        Files.move(partial, target, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Leaves nothing behind unless it was finished. */
    @Override
    public void close() throws IOException {
        writer.close();
        Files.deleteIfExists(partial);
    }
}
