package io.nvmetap.guest;

/** What a guest does that is unusual and allowed: a healthy mediator must live with it. */
public enum GuestHabit {
    /** The Linux-like guest uses INTx instead of MSI-X. */
    PIN_INTERRUPTS,
    /** The Linux-like guest has three queues: the first two share a completion queue. */
    SHARED_CQ,
    /** The Linux-like guest uses MSI instead of MSI-X. */
    MESSAGE_INTERRUPTS
}
