package io.nvmetap.timeline;

/** What a lane shows. */
public enum LaneKind {
    /** Registers, resets, take-overs, decisions, losses of one controller. */
    CONTROL,
    /** One queue on one side. */
    QUEUE,
    /** Interrupts and masks on one side. */
    INTERRUPTS
}
