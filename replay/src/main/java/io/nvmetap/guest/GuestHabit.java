package io.nvmetap.guest;

/** What a guest does that is unusual and allowed: a healthy mediator must live with it. */
public enum GuestHabit {
    /** The Linux-like guest uses INTx instead of MSI-X, masked in INTMS while it is handled. */
    PIN_INTERRUPTS,
    /** The Linux-like guest uses MSI instead of MSI-X and never touches INTMS. */
    MESSAGE_INTERRUPTS,
    /** The same, but the vector is masked in INTMS while its message is handled. */
    MASKED_MESSAGE_INTERRUPTS
}
