package io.nvmetap.device.model;

/**
 * Told what a modelled controller really did and when, which no tap outside it can see: with it a
 * late device is told from a late mediator. Called while the controller works; must not call back.
 */
public interface ModelObserver {
    /** One that does not care. */
    ModelObserver NONE = new ModelObserver() {};

    /** A submission entry was read. */
    default void commandFetched(long timeNs, int sqid, int slot, int cid, int opcode) {}

    /**
     * A completion entry is in memory, phase tag included.
     *
     * @param status 15 bits, without the phase tag
     */
    default void completionPosted(long timeNs, int cqid, int slot, int sqid, int cid, int status) {}

    /**
     * A message left, or the line was asserted.
     *
     * @param vector 0 based; -1 for the INTx line
     */
    default void interruptRaised(long timeNs, int vector) {}

    /** A fault or a quirk struck. */
    default void struck(long timeNs, String what, int qid, int cid) {}
}
