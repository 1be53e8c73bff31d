package io.nvmetap.device.model;

/**
 * A habit of healthy hardware of some family. A driver is expected to live with those of the
 * controller it drives; the numbers are in {@link ModelKnobs}.
 */
public enum Quirk {
    /**
     * Posts nothing more on a completion queue, until reset, once {@link
     * ModelKnobs#unackedCqeMax()} entries have been waiting there for their doorbell longer than
     * {@link ModelKnobs#unackedAgeNs()} (first MacBooks).
     */
    UNACKED_CQE_STALL,

    /**
     * Stops the queue, until reset, at a command whose PRP1 is that of a command in flight, or of
     * one that ended less than {@link ModelKnobs#bufferReuseWindowNs()} ago (Apple).
     */
    BUFFER_REUSE_STALL,

    /**
     * Loses the second of two doorbell writes of a pair that arrive from different CPUs within
     * {@link ModelKnobs#doorbellPairWindowNs()}. In no profile: the model cannot see the lock that
     * makes it harmless.
     */
    PAIRED_DOORBELLS,

    /**
     * Delete I/O Submission Queue ends none of the queue's commands: they complete later, if their
     * completion queue is still there.
     */
    LATE_AFTER_DELETE,

    /**
     * Writes to the MSI-X table take effect after {@link ModelKnobs#maskWriteDelayNs()}, or at once
     * when something is read (Samsung).
     */
    POSTED_MASK_WRITES,

    /**
     * One table of tags for all queues: a command identifier in use anywhere, or above {@link
     * ModelKnobs#tagMax()}, is fatal (CSTS.CFS; Apple ANS2).
     */
    SHARED_TAGS,

    /**
     * Under {@link #SHARED_TAGS} an identifier stays in use until its completion was acknowledged
     * and {@link HeldTags#HOLD_NS} longer (Apple ANS2 under a driver that takes the lowest free one
     * each time). In no profile: other drivers are known to live without heeding it.
     */
    TAGS_HELD,

    /**
     * I/O commands are refused until Apple's admin command D8h has set the time since the last
     * reset. In no profile: only Apple's own drivers send it.
     */
    SET_TIME_FIRST,

    /**
     * With MSI, posts nothing more, until reset, after {@link Interrupts#MESSAGES_UNTOUCHED_MAX}
     * messages without an access to INTMS or INTMC (Apple ANS2).
     */
    INTMS_KEEPALIVE,

    /** I/O submission entries are 128 bytes apart whatever CC.IOSQES says (Apple ANS2). */
    SQE_128
}
