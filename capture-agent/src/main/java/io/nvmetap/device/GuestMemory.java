package io.nvmetap.device;

/**
 * Memory reachable by DMA, little-endian, addressed as the guest does. Stores of one thread become
 * visible in program order only across {@link #storeFence()}; an implementation may be stronger.
 */
public interface GuestMemory {
    /**
     * @return true if all of {@code [address, address + count)} can be accessed
     */
    boolean contains(long address, long count);

    /**
     * @throws MemoryFault if the range is not there
     */
    void read(long address, byte[] target, int at, int count);

    /**
     * @throws MemoryFault if the range is not there
     */
    void write(long address, byte[] source, int from, int count);

    /** Four bytes. */
    int readInt(long address);

    /** Four bytes, one store. */
    void writeInt(long address, int value);

    /** Eight bytes. */
    long readLong(long address);

    /** Eight bytes, one store. */
    void writeLong(long address, long value);

    /** Stores before it are visible before stores after it. */
    void storeFence();

    /** Loads after it see what was visible to loads before it. */
    void loadFence();
}
