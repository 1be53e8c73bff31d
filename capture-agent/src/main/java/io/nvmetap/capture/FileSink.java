package io.nvmetap.capture;

import io.nvmetap.trace.TraceWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Events into a trace file. When a write fails (disk full) the file is cut back to its last whole
 * block and the block is kept, so that a later call can try again and the file is readable at any
 * time. Holds one block at most.
 */
public final class FileSink implements EventSink {
    private final String name;
    private final SeekableByteChannel channel;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream(64 * 1024);
    private final TraceWriter writer;
    private long goodBytes;
    private long accepted;
    private long safe;
    private boolean closed;

    FileSink(SeekableByteChannel channel, String name, byte[] sync) throws IOException {
        this.channel = channel;
        this.name = name;
        this.writer = new TraceWriter(pending, sync);
        push();
    }

    /**
     * Creates or replaces a trace file.
     *
     * @param sessionHigh session id, first eight bytes; the block separator is derived from it
     * @param sessionLow session id, last eight bytes
     * @throws IOException if it cannot be created
     */
    public static FileSink open(Path file, long sessionHigh, long sessionLow) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING);
        byte[] sync = ByteBuffer.allocate(16).putLong(~sessionHigh).putLong(~sessionLow).array();
        try {
            return new FileSink(channel, file.toString(), sync);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public void accept(byte[] body, int count, byte[] key) throws IOException {
        push();
        writer.appendEncoded(body, 0, count);
        accepted++;
        if (pending.size() > 0) {
            try {
                push();
            } catch (IOException later) {
                // This event is kept in memory; the next call meets the failure again.
                return;
            }
        }
    }

    /** Writes what is pending, whole or not at all. */
    private void push() throws IOException {
        if (pending.size() == 0) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.wrap(pending.toByteArray());
        try {
            channel.position(goodBytes);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            cutBack();
            throw new IOException(
                    name + ": cannot be written (" + e.getMessage() + "); free some space");
        }
        goodBytes += bytes.limit();
        pending.reset();
        safe = accepted;
    }

    private void cutBack() {
        try {
            channel.truncate(goodBytes);
        } catch (IOException e) {
            // The reader tells a torn last block by itself; the good ones are not touched.
            return;
        }
    }

    @Override
    public void flush() throws IOException {
        // In this order: a block that could not be written is not joined by another.
        push();
        writer.flush();
        push();
        if (channel instanceof FileChannel file) {
            file.force(false);
        }
    }

    @Override
    public long lost() {
        return closed ? accepted - safe : 0;
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try (channel;
                writer) {
            flush();
        }
    }
}
