package io.nvmetap.device;

import io.nvmetap.event.ResetKind;

/**
 * A PCI NVMe function as seen by whoever drives it: a guest, a mediation driver, a replay. A
 * mediation driver is one towards its guest and uses another, so that drivers can be chained.
 *
 * <p>Calls never throw for what a guest may do wrong; they answer as hardware would (reads of all
 * ones or zero, writes ignored). Not thread safe unless an implementation says so.
 */
public interface Controller {
    /**
     * Connects memory and interrupts. Called once, before anything else.
     *
     * @param memory what the controller reads and writes by DMA
     * @param interrupts where its interrupts go
     */
    void connect(GuestMemory memory, InterruptSink interrupts);

    /**
     * Reads BAR0: properties below 1000h, doorbells from 1000h (NVMe over PCIe Transport 1.0, 3.1).
     *
     * @param offset byte offset
     * @param widthBytes 1, 2, 4 or 8
     * @param cpu CPU that reads, -1 not known
     * @return the value, zero extended
     */
    long readRegister(long offset, int widthBytes, int cpu);

    /** Writes BAR0; see {@link #readRegister}. */
    void writeRegister(long offset, int widthBytes, long value, int cpu);

    /**
     * Reads the MSI-X table (PCIe Base, MSI-X Table Structure: 16 bytes a vector, vector control at
     * 12, bit 0 the mask).
     *
     * @param offset byte offset in the table
     */
    long readMsix(long offset, int widthBytes, int cpu);

    /** Writes the MSI-X table; see {@link #readMsix}. */
    void writeMsix(long offset, int widthBytes, long value, int cpu);

    /**
     * Chooses how interrupts travel, as PCI configuration writes do.
     *
     * @param mode INTX, MSI or MSIX
     */
    void interruptMode(io.nvmetap.event.InterruptKind mode);

    /**
     * Tells of a write to PCI configuration space, which is kept elsewhere: for whoever records it.
     *
     * @param offset byte offset
     * @param widthBytes 1, 2 or 4
     */
    default void configWritten(long offset, int widthBytes, long value) {
        // Nobody records.
    }

    /** Resets the function from outside (anything but CC.EN, which is a register write). */
    void reset(ResetKind kind);
}
