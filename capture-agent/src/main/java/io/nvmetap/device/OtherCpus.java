package io.nvmetap.device;

import io.nvmetap.event.DoorbellKind;

/**
 * The machine's other CPUs, for a driver that runs on one thread: where real CPUs would meet, the
 * driver says so, and whoever tests it may act as another CPU there. Off by default, and then a
 * call that does nothing.
 */
@FunctionalInterface
public interface OtherCpus {
    /** There are none. */
    OtherCpus NONE = (kind, qid) -> {};

    /**
     * A doorbell of the controller is about to be written: the store is under way. Another CPU may
     * enter the driver, as guest or as interrupt, before this returns; it enters once, and nothing
     * enters what it does.
     *
     * @param kind which doorbell of the pair
     * @param qid queue
     */
    void mayComeIn(DoorbellKind kind, int qid);
}
