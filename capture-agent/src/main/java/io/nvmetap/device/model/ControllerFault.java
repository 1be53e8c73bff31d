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

    /** Forces {@link Quirk#PAIRED_DOORBELLS}. */
    SQ_CQ_DOORBELL_PAIR_RACE("sq-cq-doorbell-pair-race"),

    /** Forces {@link Quirk#UNACKED_CQE_STALL}. */
    APPLE_UNACKED_CQE_STALL("apple-unacked-cqe-stall"),

    /** Forces {@link Quirk#BUFFER_REUSE_STALL}. */
    APPLE_BUFFER_REUSE_STALL("apple-buffer-reuse-stall"),

    /** Forces {@link Quirk#POSTED_MASK_WRITES}, and forgets what was due while masked. */
    MSIX_UNMASK_NOT_FLUSHED("msix-unmask-not-flushed"),

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
