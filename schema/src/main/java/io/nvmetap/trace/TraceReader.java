package io.nvmetap.trace;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.MalformedEventException;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a trace as a stream, in memory bounded by one block. Damage ends the stream after the last
 * good event and is then told by {@link #damage()}; it is not an exception, because what came
 * before counts.
 *
 * <p>Design note: the container is read here and not through Avro's reader, which parses the schema
 * (more time than reading a boot takes), gives up a whole block for one bad byte, and trusts the
 * lengths it finds.
 */
public final class TraceReader implements Closeable {
    /** Largest block, before and after decompression. */
    public static final int BLOCK_BYTES_MAX = 64 << 20;

    private static final int META_BYTES_MAX = 4 << 20;

    private final CountingInput in;
    private final byte[] sync = new byte[16];
    private final byte[] marker = new byte[16];
    private final boolean compressed;
    private final int version;
    private final TraceBlock block = new TraceBlock();
    private byte[] packed = {};
    private byte[] unpacked = {};
    private long blockOffset;
    private long events;
    private Damage damage;

    private TraceReader(InputStream source, String name) throws IOException {
        in = new CountingInput(source);
        Map<String, byte[]> meta;
        try {
            meta = readHeader(name);
        } catch (EOFException | MalformedEventException e) {
            throw new TraceFormatException(
                    name + ": header is cut off or damaged; record or import it again");
        }
        version = EventSchema.version(text(meta.get("avro.schema")));
        if (version == 0) {
            throw new TraceFormatException(
                    name
                            + ": an Avro file, but not with an event schema that is known here; was"
                            + " it written by a newer nvmetap?");
        }
        String codec = meta.containsKey("avro.codec") ? text(meta.get("avro.codec")) : "null";
        if (!codec.equals("zstandard") && !codec.equals("null")) {
            throw new TraceFormatException(
                    name + ": codec " + codec + " is not supported; use zstandard or null");
        }
        compressed = codec.equals("zstandard");
    }

    /**
     * Opens a trace file.
     *
     * @throws TraceFormatException if it is empty or not a trace
     * @throws IOException if it cannot be read
     */
    public static TraceReader open(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new TraceFormatException(file + ": is a directory; name a trace file");
        }
        InputStream source = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        return open(source, file.toString());
    }

    /**
     * Reads from a stream, which is closed with the reader, or at once if it is no trace.
     *
     * @param name what error messages call it
     */
    public static TraceReader open(InputStream source, String name) throws IOException {
        try {
            return new TraceReader(source, name);
        } catch (IOException | RuntimeException e) {
            source.close();
            throw e;
        }
    }

    private static String text(byte[] utf8) {
        return utf8 == null ? "" : new String(utf8, StandardCharsets.UTF_8);
    }

    private Map<String, byte[]> readHeader(String name) throws IOException {
        byte[] magic = new byte[4];
        int got = in.readNBytes(magic, 0, 4);
        if (got == 0) {
            throw new TraceFormatException(name + ": the file is empty; record or import it again");
        }
        if (got < 4 || !Arrays.equals(magic, TraceWriter.MAGIC)) {
            throw new TraceFormatException(
                    name + ": not a trace file (no Avro container); make one with nvmetap import");
        }
        Map<String, byte[]> meta = new HashMap<>();
        for (long n = readCount(); n > 0; n = readCount()) {
            if (n > 64) {
                throw new MalformedEventException("header claims " + n + " entries");
            }
            for (long i = 0; i < n; i++) {
                String key = text(readSized());
                meta.put(key, readSized());
            }
        }
        in.readFully(sync);
        return meta;
    }

    private long readCount() throws IOException {
        long n = in.readLong();
        if (n < 0) {
            in.readLong();
            n = -n;
        }
        return n;
    }

    private byte[] readSized() throws IOException {
        long length = in.readLong();
        if (length < 0 || length > META_BYTES_MAX) {
            throw new MalformedEventException("header field of " + length + " bytes");
        }
        byte[] out = new byte[(int) length];
        in.readFully(out);
        return out;
    }

    /**
     * Reads the next event into {@code e}.
     *
     * @return false at the end, or at damage
     * @throws IOException if the file cannot be read
     */
    public boolean next(CapturedEvent e) throws IOException {
        if (damage != null) {
            return false;
        }
        try {
            while (!block.next(e)) {
                if (!advance()) {
                    return false;
                }
            }
        } catch (MalformedEventException bad) {
            damaged(bad.getMessage());
            return false;
        }
        events++;
        return true;
    }

    /**
     * Cuts the next block out instead of reading its events, for one who reads them elsewhere.
     *
     * @return what {@link TraceBlock#wrap(byte[])} takes; empty at the end, or at damage outside of
     *     events
     * @throws IOException if the file cannot be read
     */
    public Optional<byte[]> nextBlock() throws IOException {
        if (damage != null || !advance()) {
            return Optional.empty();
        }
        events += block.left();
        return Optional.of(block.take());
    }

    private boolean advance() throws IOException {
        try {
            return readBlock();
        } catch (EOFException cut) {
            damaged("the file is cut off");
        } catch (MalformedEventException | ZstdException bad) {
            damaged(bad.getMessage());
        }
        return false;
    }

    private void damaged(String how) {
        damage = new Damage(events, blockOffset, how);
    }

    /**
     * @return bytes of the file before the block that is being read
     */
    public long position() {
        return blockOffset;
    }

    private boolean readBlock() throws IOException {
        blockOffset = in.position();
        if (in.atEnd()) {
            return false;
        }
        long count = in.readLong();
        long size = in.readLong();
        if (count < 0 || size < 0 || size > BLOCK_BYTES_MAX) {
            throw new MalformedEventException("block of " + size + " bytes");
        }
        if (packed.length < size) {
            packed = new byte[(int) size];
        }
        in.readFully(packed, (int) size);
        in.readFully(marker);
        if (!Arrays.equals(marker, sync)) {
            throw new MalformedEventException("block does not end where it should");
        }
        int length = compressed ? unpack((int) size) : (int) size;
        block.wrap(compressed ? unpacked : packed, length, count, version);
        return true;
    }

    private int unpack(int size) {
        long claimed = Zstd.getFrameContentSize(packed, 0, size);
        if (claimed > BLOCK_BYTES_MAX) {
            throw new MalformedEventException("block would unpack to " + claimed + " bytes");
        }
        int room = claimed > 0 ? (int) claimed : BLOCK_BYTES_MAX;
        if (unpacked.length < room) {
            unpacked = new byte[room];
        }
        return (int) Zstd.decompressByteArray(unpacked, 0, unpacked.length, packed, 0, size);
    }

    /**
     * @return events read so far
     */
    public long events() {
        return events;
    }

    /**
     * @return bytes of the file read so far, for progress
     */
    public long bytesRead() {
        return in.position();
    }

    /**
     * @return why reading stopped early, if it did
     */
    public Optional<Damage> damage() {
        return Optional.ofNullable(damage);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /** Counts bytes, reads Avro numbers from a stream. */
    private static final class CountingInput implements Closeable {
        private final InputStream source;
        private long position;
        private int peeked = -1;

        CountingInput(InputStream source) {
            this.source = source;
        }

        long position() {
            return position;
        }

        boolean atEnd() throws IOException {
            if (peeked < 0) {
                peeked = source.read();
            }
            return peeked < 0;
        }

        int readNBytes(byte[] target, int at, int count) throws IOException {
            int got = 0;
            if (count > 0 && peeked >= 0) {
                target[at] = (byte) peeked;
                peeked = -1;
                got = 1;
            }
            got += source.readNBytes(target, at + got, count - got);
            position += got;
            return got;
        }

        void readFully(byte[] target) throws IOException {
            readFully(target, target.length);
        }

        void readFully(byte[] target, int count) throws IOException {
            if (readNBytes(target, 0, count) < count) {
                throw new EOFException();
            }
        }

        long readLong() throws IOException {
            byte[] one = new byte[1];
            long n = 0;
            for (int shift = 0; shift < 64; shift += 7) {
                readFully(one);
                n |= (one[0] & 0x7FL) << shift;
                if (one[0] >= 0) {
                    return (n >>> 1) ^ -(n & 1);
                }
            }
            throw new MalformedEventException("a number has over ten bytes");
        }

        @Override
        public void close() throws IOException {
            source.close();
        }
    }
}
