package io.nvmetap.device.vfiouser;

import io.nvmetap.device.MemoryFault;
import io.nvmetap.nvme.LittleEndian;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * A peer's memory file, mapped whole and shared: huge-page files refuse offsets that are not
 * theirs. A mapping goes with the last reference to it, never by hand, so no access can hit what is
 * gone.
 *
 * <p>Aligned words are loaded and stored whole, stores with release semantics.
 */
final class MappedFile {
    /** Largest file: 1 TiB. */
    static final long BYTES_MAX = 1L << 40;

    private static final int CHUNK_SHIFT = 30;
    private static final long CHUNK = 1L << CHUNK_SHIFT;
    private static final VarHandle INT =
            MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Device and inode: two descriptors of one file are the same file. */
    record Identity(long device, long inode) {}

    private final ByteBuffer[] chunks;
    private final long bytes;
    private final boolean writable;

    private MappedFile(ByteBuffer[] chunks, long bytes, boolean writable) {
        this.chunks = chunks;
        this.bytes = bytes;
        this.writable = writable;
    }

    static Identity identity(Descriptor descriptor) throws IOException {
        Path path = path(descriptor);
        return new Identity(
                ((Number) Files.getAttribute(path, "unix:dev")).longValue(),
                ((Number) Files.getAttribute(path, "unix:ino")).longValue());
    }

    static long size(Descriptor descriptor) throws IOException {
        return Files.size(path(descriptor));
    }

    /**
     * Maps the file as it is now; the descriptor may be closed afterwards.
     *
     * @throws IOException if it cannot be mapped so, or is larger than {@link #BYTES_MAX}
     */
    static MappedFile map(Descriptor descriptor, boolean writable) throws IOException {
        Set<StandardOpenOption> options =
                writable
                        ? Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE)
                        : Set.of(StandardOpenOption.READ);
        if (!Files.isRegularFile(path(descriptor))) {
            // To open a pipe could wait for ever.
            throw new IOException("memory that is no file");
        }
        try (FileChannel channel = FileChannel.open(path(descriptor), options)) {
            long size = channel.size();
            if (size <= 0 || size > BYTES_MAX) {
                throw new IOException("a memory file of " + size + " bytes");
            }
            ByteBuffer[] chunks = new ByteBuffer[(int) (size + CHUNK - 1 >>> CHUNK_SHIFT)];
            FileChannel.MapMode mode =
                    writable ? FileChannel.MapMode.READ_WRITE : FileChannel.MapMode.READ_ONLY;
            for (int i = 0; i < chunks.length; i++) {
                long at = (long) i << CHUNK_SHIFT;
                chunks[i] = channel.map(mode, at, Math.min(CHUNK, size - at));
            }
            return new MappedFile(chunks, size, writable);
        } catch (UnsupportedOperationException | IllegalArgumentException cannot) {
            throw new IOException("the peer's memory is no file that can be mapped", cannot);
        }
    }

    long bytes() {
        return bytes;
    }

    boolean writable() {
        return writable;
    }

    void read(long at, byte[] target, int index, int count) {
        int done = 0;
        while (done < count) {
            int inside = (int) (at + done & CHUNK - 1);
            int part = (int) Math.min(count - done, CHUNK - inside);
            chunk(at + done).get(inside, target, index + done, part);
            done += part;
        }
    }

    void write(long at, byte[] source, int index, int count) {
        int done = 0;
        while (done < count) {
            int inside = (int) (at + done & CHUNK - 1);
            int part = (int) Math.min(count - done, CHUNK - inside);
            chunk(at + done).put(inside, source, index + done, part);
            done += part;
        }
    }

    int readInt(long at) {
        if ((at & 3) == 0) {
            return (int) INT.getOpaque(chunk(at), (int) (at & CHUNK - 1));
        }
        byte[] four = new byte[Integer.BYTES];
        read(at, four, 0, Integer.BYTES);
        return LittleEndian.i32(four, 0);
    }

    void writeInt(long at, int value) {
        if ((at & 3) == 0) {
            INT.setRelease(chunk(at), (int) (at & CHUNK - 1), value);
        } else {
            byte[] four = new byte[Integer.BYTES];
            LittleEndian.put32(four, 0, value);
            write(at, four, 0, Integer.BYTES);
        }
    }

    long readLong(long at) {
        if ((at & 7) == 0) {
            return (long) LONG.getOpaque(chunk(at), (int) (at & CHUNK - 1));
        }
        byte[] eight = new byte[Long.BYTES];
        read(at, eight, 0, Long.BYTES);
        return LittleEndian.i64(eight, 0);
    }

    void writeLong(long at, long value) {
        if ((at & 7) == 0) {
            LONG.setRelease(chunk(at), (int) (at & CHUNK - 1), value);
        } else {
            byte[] eight = new byte[Long.BYTES];
            LittleEndian.put64(eight, 0, value);
            write(at, eight, 0, Long.BYTES);
        }
    }

    private ByteBuffer chunk(long at) {
        if (at < 0 || at >= bytes) {
            throw new MemoryFault(at, 1);
        }
        return chunks[(int) (at >>> CHUNK_SHIFT)];
    }

    private static Path path(Descriptor descriptor) {
        return Path.of("/proc/self/fd/" + descriptor.number());
    }
}
