package io.nvmetap.script;

/** One thing a reproducer does to a stopped machine. */
public sealed interface Step {
    /** Nothing: a line for people. */
    record Note(String text) implements Step {}

    /** Writes a double word of the function's PCI configuration. */
    record Config(int offset, long value) implements Step {}

    /**
     * Writes a register of BAR0.
     *
     * @param what its meaning, for people
     */
    record Write(long registerOffset, int widthBytes, long value, String what) implements Step {}

    /** Reads a register of BAR0, whatever it says. */
    record Read(long registerOffset, int widthBytes, String what) implements Step {}

    /** Reads a register of four bytes until {@code value & mask == expected}. */
    record AwaitRegister(long registerOffset, long mask, long expected, String what)
            implements Step {}

    /** Writes RAM. */
    record Ram(long address, byte[] content) implements Step {}

    /** Makes RAM zero. */
    record Clear(long address, long bytes) implements Step {}

    /**
     * Reads a completion queue entry until its phase tag is there.
     *
     * @param cqid queue
     * @param slot its place in the queue
     * @param address where it lies
     * @param phase 0 or 1
     */
    record AwaitEntry(int cqid, int slot, long address, int phase) implements Step {}
}
