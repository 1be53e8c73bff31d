package io.nvmetap.device.model;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A fault that a modelled controller can be given, by the id under which the catalog knows it.
 * Which of several victims it strikes comes from the seed and {@link ModelKnobs#faultEvery()}.
 */
public enum ControllerFault {
    /**
     * Posts one of {@code faultEvery} I/O completions a second time, up to {@code
     * duplicateDelayNsMax} later.
     */
    DUPLICATE_OR_LATE_COMPLETION("duplicate-or-late-completion"),

    /** Does not send one of {@code faultEvery} interrupts. */
    LOST_IRQ_POLLED_RESCUE("lost-irq-polled-rescue"),

    /** Keeps what INTMS masks when CC.EN is cleared. */
    MASK_SURVIVES_RESET("mask-survives-reset"),

    /** Never answers one I/O command out of the first {@code faultEvery}. */
    COMMAND_STALL("command-stall"),

    /**
     * Refuses one of the first {@code faultEvery} Create commands with Internal Error, as it may:
     * wrong is who takes the request for the answer.
     */
    STATE_CHANGED_BEFORE_CONTROLLER_AGREED("state-changed-before-controller-agreed"),

    /** A submission queue created again is fetched from where the one before it stood. */
    QID_REUSE_STALE_STATE("qid-reuse-stale-state"),

    /**
     * Answers one I/O command out of the first {@code faultEvery} so late that a firmware with a
     * timeout of 5 s has just given it up.
     */
    FW_TIMEOUT_FULL_RESET("fw-timeout-full-reset"),

    /** Takes no second enable until it is reset from outside: CSTS.CFS, whatever the settings. */
    ENABLE_REFUSED("enable-refused"),

    /** Read sooner than 2 s after a disable, CSTS.RDY stays 1 until a reset from outside. */
    RDY_WAIT_QUIRKS("rdy-wait-quirks"),

    /** Never answers its first admin command; behind a mediator that asks first, it is its. */
    HOST_REQUEST_WAITS_FOR_EVER("host-request-waits-for-ever"),

    /**
     * Takes Identify structures it does not have for others: one of two (from the seed which) gets
     * the page of CNS 0 or 1, the other no answer.
     */
    IDENTIFY_CNS_UNSUPPORTED("identify-cns-unsupported"),

    /** Takes far longer for a Read or Write across a boundary of 128 KiB. */
    STRIPE_OR_DEPTH_MISMATCH("stripe-or-depth-mismatch"),

    /**
     * Takes far longer to wake from its deepest power state than Identify says, and one of {@code
     * faultEvery} times does not wake at all: every register reads as ones until a function reset.
     */
    APST_DEEP_SLEEP_HANG("apst-deep-sleep-hang"),

    /** Gets slower with every byte written, until Format. */
    DRIVE_WEAR_SLOWDOWN("drive-wear-slowdown"),

    /** Forces {@link Quirk#PAIRED_DOORBELLS}. */
    SQ_CQ_DOORBELL_PAIR_RACE("sq-cq-doorbell-pair-race"),

    /** Forces {@link Quirk#UNACKED_CQE_STALL}. */
    APPLE_UNACKED_CQE_STALL("apple-unacked-cqe-stall"),

    /** Forces {@link Quirk#BUFFER_REUSE_STALL}. */
    APPLE_BUFFER_REUSE_STALL("apple-buffer-reuse-stall"),

    /** Dies at a Flush that finds other I/O commands in flight (CSTS.CFS; Apple 2001). */
    APPLE2001_FLUSH_WITH_DEPTH("apple2001-flush-with-depth"),

    /** Forces {@link Quirk#POSTED_MASK_WRITES}, and forgets what was due while masked. */
    MSIX_UNMASK_NOT_FLUSHED("msix-unmask-not-flushed"),

    /** Fails reads and writes of more than 16 pages, which is less than its MDTS. */
    PIECES_REFUSED_WITHIN_MDTS("pieces-refused-within-mdts"),

    /** Never answers a command whose transfer is too long, where it ought to refuse it. */
    MDTS_EXCEEDED("mdts-exceeded");

    private final String id;

    ControllerFault(String id) {
        this.id = id;
    }

    /** Its id in the catalog. */
    public String id() {
        return id;
    }

    /**
     * @param id catalog spelling
     * @throws IllegalArgumentException if no controller fault has it; the message lists those there
     *     are
     */
    public static ControllerFault byId(String id) {
        for (ControllerFault fault : values()) {
            if (fault.id.equals(id)) {
                return fault;
            }
        }
        throw new IllegalArgumentException(
                "no controller fault '"
                        + id
                        + "'; there are "
                        + Arrays.stream(values())
                                .map(ControllerFault::id)
                                .collect(Collectors.joining(", ")));
    }
}
