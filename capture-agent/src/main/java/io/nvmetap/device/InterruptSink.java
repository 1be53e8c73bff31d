package io.nvmetap.device;

/**
 * Where a controller's interrupts arrive. Called while the controller works: do little, or queue.
 */
public interface InterruptSink {
    /**
     * A message (MSI or MSI-X).
     *
     * @param vector vector index, 0 based
     */
    void message(int vector);

    /**
     * The INTx line.
     *
     * @param asserted its level now
     */
    void line(boolean asserted);
}
