package io.nvmetap.device;

/** An access to memory that is not there. Whoever walks a guest's pointers catches it. */
public final class MemoryFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long address;

    public MemoryFault(long address, long count) {
        super(String.format("no memory at 0x%x (%d bytes)", address, count), null, false, false);
        this.address = address;
    }

    /**
     * @return first address of the access
     */
    public long address() {
        return address;
    }
}
