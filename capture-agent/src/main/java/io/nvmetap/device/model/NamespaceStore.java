package io.nvmetap.device.model;

import java.io.IOException;

/**
 * What a namespace keeps, addressed in bytes. Callers stay within {@link #sizeBytes()}. What was
 * never written, zeroed or deallocated reads as zeros.
 */
public interface NamespaceStore extends AutoCloseable {
    /** Bytes of a logical block: 512 or 4096. */
    int blockBytes();

    /** Bytes in all, a multiple of 4096. */
    long sizeBytes();

    /** Reads {@code count} bytes at {@code offset}. */
    void read(long offset, byte[] target, int at, int count) throws IOException;

    /** Writes {@code count} bytes at {@code offset}. */
    void write(long offset, byte[] source, int from, int count) throws IOException;

    /** Makes {@code count} bytes at {@code offset} read as zeros. */
    void zero(long offset, long count) throws IOException;

    /** Puts what was written where it survives the process, if that is what the store is for. */
    void flush() throws IOException;

    /**
     * Forgets everything and changes the logical block.
     *
     * @param blockBytes 512 or 4096
     */
    void format(int blockBytes) throws IOException;

    @Override
    void close() throws IOException;

    /** Logical blocks. */
    default long blockCount() {
        return sizeBytes() / blockBytes();
    }
}
