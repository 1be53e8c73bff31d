package io.nvmetap.trace;

import com.github.luben.zstd.ZstdCompressCtx;
import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventCodec;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Writes a trace: an Avro object container file, codec zstandard (Avro 1.12 specification, "Object
 * Container Files"), so that any Avro tool opens it. One thread.
 */
public final class TraceWriter implements Closeable {
    /** A block is written when it holds this many bytes before compression. */
    public static final int BLOCK_BYTES = 256 * 1024;

    private static final int COMPRESSION_LEVEL = 3;
    static final byte[] MAGIC = {'O', 'b', 'j', 1};

    private final OutputStream out;
    private final byte[] sync;

    /** With a content checksum: one flipped bit in a file must not become another event. */
    private final ZstdCompressCtx zstd =
            new ZstdCompressCtx().setLevel(COMPRESSION_LEVEL).setChecksum(true);

    private final AvroOut block = new AvroOut(BLOCK_BYTES + 4096);
    private final AvroOut scratch = new AvroOut(64);
    private long inBlock;
    private long written;

    /**
     * @param out where the file goes; closed with this
     * @param sync 16 bytes that separate blocks
     */
    public TraceWriter(OutputStream out, byte[] sync) throws IOException {
        this.out = out;
        this.sync = Arrays.copyOf(sync, 16);
        AvroOut h = new AvroOut(16 * 1024).writeFixed(MAGIC, 0, 4).writeLong(2);
        meta(h, "avro.schema", EventSchema.json());
        meta(h, "avro.codec", "zstandard");
        h.writeLong(0).writeFixed(this.sync, 0, 16);
        out.write(h.buffer(), 0, h.position());
    }

    private static void meta(AvroOut h, String key, String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        h.writeString(key).writeBytes(utf8, 0, utf8.length);
    }

    /** Creates or replaces {@code file}. The sync marker is derived from the path and length 0. */
    public static TraceWriter open(Path file) throws IOException {
        byte[] name = file.getFileName().toString().getBytes(StandardCharsets.UTF_8);
        byte[] marker = {
            'n', 'v', 'm', 'e', 't', 'a', 'p', 1, 0x5a, (byte) 0xa5, 0x3c, (byte) 0xc3, 0, 0, 0, 0
        };
        int hash = Arrays.hashCode(name);
        for (int i = 0; i < 4; i++) {
            marker[12 + i] = (byte) (hash >>> (8 * i));
        }
        return new TraceWriter(
                new BufferedOutputStream(Files.newOutputStream(file), 1 << 16), marker);
    }

    /** Appends one event. */
    public void append(CapturedEvent e) throws IOException {
        EventCodec.encode(e, block);
        appended();
    }

    /** Appends an event that is encoded already (body only, no framing). */
    public void appendEncoded(byte[] body, int from, int count) throws IOException {
        block.writeFixed(body, from, count);
        appended();
    }

    private void appended() throws IOException {
        inBlock++;
        written++;
        if (block.position() >= BLOCK_BYTES) {
            flush();
        }
    }

    /**
     * @return events appended
     */
    public long written() {
        return written;
    }

    /** Ends the block, so that everything appended can be read. */
    public void flush() throws IOException {
        if (inBlock > 0) {
            byte[] packed = zstd.compress(Arrays.copyOf(block.buffer(), block.position()));
            scratch.clear().writeLong(inBlock).writeLong(packed.length);
            out.write(scratch.buffer(), 0, scratch.position());
            out.write(packed);
            out.write(sync);
            block.clear();
            inBlock = 0;
        }
        out.flush();
    }

    @Override
    public void close() throws IOException {
        try (out;
                zstd) {
            flush();
        }
    }
}
