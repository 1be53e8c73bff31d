package io.nvmetap.plan;

import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.ResetKind;
import java.util.List;

/**
 * One thing the recorded guest did. It may be done again once every completion recorded before
 * {@link #at()} has arrived (or cannot, because its queue is full).
 */
public sealed interface Stimulus {
    /** Where it was recorded. */
    Moment at();

    /**
     * A register or MSI-X table write.
     *
     * @param space BAR0 or MSIX_TABLE
     * @param registerOffset byte offset
     * @param widthBytes access width
     * @param value recorded value; queue addresses are re-based when it runs
     */
    record WriteRegister(
            Moment at, RegisterSpace space, long registerOffset, int widthBytes, long value)
            implements Stimulus {}

    /**
     * A register or MSI-X table read.
     *
     * @param compared the value was seen, and a driver must give the same
     */
    record ReadRegister(
            Moment at,
            RegisterSpace space,
            long registerOffset,
            int widthBytes,
            long value,
            boolean compared)
            implements Stimulus {}

    /**
     * CSTS reads in a row: read until the bits are there.
     *
     * @param mask CSTS bits waited for; 0: read once, whatever comes
     * @param expected their values
     * @param reads reads recorded
     */
    record PollStatus(Moment at, int mask, int expected, int reads) implements Stimulus {}

    /**
     * Entries placed in a submission queue, then its tail doorbell.
     *
     * @param sqid queue
     * @param exchanges commands, in slot order
     */
    record Submit(Moment at, int sqid, List<Exchange> exchanges) implements Stimulus {}

    /**
     * A completion queue head doorbell.
     *
     * @param cqid queue
     * @param entries entries it acknowledges
     */
    record Acknowledge(Moment at, int cqid, int entries) implements Stimulus {}

    /**
     * A doorbell value that is wrong (queue missing, out of range, repeated): rung as it was.
     *
     * @param completion CQ head, else SQ tail
     */
    record RingRaw(Moment at, boolean completion, int qid, int value) implements Stimulus {}

    /** A reset from outside. */
    record ResetFunction(Moment at, ResetKind kind) implements Stimulus {}

    /**
     * Interrupts begin to travel this way.
     *
     * @param vectors MSI-X vectors to unmask, because the source did not see the table written
     */
    record ChooseInterrupts(Moment at, InterruptKind kind, List<Integer> vectors)
            implements Stimulus {}
}
