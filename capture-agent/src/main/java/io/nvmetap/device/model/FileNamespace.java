package io.nvmetap.device.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * A namespace kept in a file (a raw disk image). What lies beyond the end of the file reads as
 * zeros; the file grows when that is written.
 */
public final class FileNamespace implements NamespaceStore {
    private static final int ZEROS = 64 * 1024;

    private final FileChannel file;
    private final long sizeBytes;
    private int blockBytes;

    private FileNamespace(FileChannel file, long sizeBytes, int blockBytes) {
        this.file = file;
        this.sizeBytes = sizeBytes;
        this.blockBytes = blockBytes;
    }

    /**
     * Opens an image; its length, rounded up to 4096 bytes, is the namespace's.
     *
     * @throws IOException if it cannot be opened or is empty
     */
    public static FileNamespace open(Path image, int blockBytes) throws IOException {
        int block = Blocks.checkedBlock(blockBytes);
        FileChannel file =
                FileChannel.open(image, StandardOpenOption.READ, StandardOpenOption.WRITE);
        long size = file.size() + 4095 & -4096;
        if (size == 0) {
            file.close();
            throw new IOException(image + " is empty");
        }
        return new FileNamespace(file, size, block);
    }

    /** Makes an image, or opens one, of the given size. */
    public static FileNamespace create(Path image, long sizeBytes, int blockBytes)
            throws IOException {
        long size = Blocks.checkedSize(sizeBytes);
        int block = Blocks.checkedBlock(blockBytes);
        FileChannel file =
                FileChannel.open(
                        image,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        if (file.size() < size) {
            file.write(ByteBuffer.allocate(1), size - 1);
        }
        return new FileNamespace(file, size, block);
    }

    @Override
    public int blockBytes() {
        return blockBytes;
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public void read(long offset, byte[] target, int at, int count) throws IOException {
        Blocks.check(this, offset, count);
        ByteBuffer buffer = ByteBuffer.wrap(target, at, count);
        int got = 0;
        while (buffer.hasRemaining() && got >= 0) {
            got = file.read(buffer, offset + buffer.position() - at);
        }
        Arrays.fill(target, buffer.position(), at + count, (byte) 0);
    }

    @Override
    public void write(long offset, byte[] source, int from, int count) throws IOException {
        Blocks.check(this, offset, count);
        ByteBuffer buffer = ByteBuffer.wrap(source, from, count);
        while (buffer.hasRemaining()) {
            file.write(buffer, offset + buffer.position() - from);
        }
    }

    @Override
    public void zero(long offset, long count) throws IOException {
        Blocks.check(this, offset, count);
        if (offset + count >= file.size()) {
            emptyFrom(Math.min(offset, file.size()));
            return;
        }
        byte[] zeros = new byte[(int) Math.min(count, ZEROS)];
        long end = Math.min(offset + count, file.size());
        for (long at = offset; at < end; at += ZEROS) {
            write(at, zeros, 0, (int) Math.min(ZEROS, end - at));
        }
    }

    @Override
    public void flush() throws IOException {
        file.force(false);
    }

    @Override
    public void format(int newBlockBytes) throws IOException {
        blockBytes = Blocks.checkedBlock(newBlockBytes);
        emptyFrom(0);
    }

    /** Cuts the file and grows it again, so that nothing is stored there and its size is kept. */
    private void emptyFrom(long offset) throws IOException {
        file.truncate(offset);
        file.write(ByteBuffer.allocate(1), sizeBytes - 1);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
