package io.nvmetap.device.vfiouser;

import io.nvmetap.device.SharedBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Memory in a file without a name, which another process can be given. Pages cost nothing until
 * they are written.
 */
public final class MemoryFile implements AutoCloseable {
    private final Descriptor descriptor;
    private final ByteBuffer bytes;

    /**
     * @param name shown in /proc
     * @param size bytes, 1..2^31-1
     */
    public MemoryFile(String name, int size) throws IOException {
        descriptor = Descriptor.ofNumber(Linux.memfd(name, size));
        Path path = Path.of("/proc/self/fd/" + descriptor.number());
        try (FileChannel channel =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            bytes =
                    channel.map(FileChannel.MapMode.READ_WRITE, 0, size)
                            .order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            descriptor.close();
            throw e;
        }
    }

    /** All of it; the bytes stay valid in this process after {@link #close}. */
    public SharedBuffer buffer() {
        return new SharedBuffer(bytes, descriptor.get());
    }

    /** What a peer is given; stays this file's. */
    public Descriptor descriptor() {
        return descriptor;
    }

    /** Closes the descriptor. */
    @Override
    public void close() {
        descriptor.close();
    }
}
