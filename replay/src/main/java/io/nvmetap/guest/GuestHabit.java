package io.nvmetap.guest;

/** What a guest does that is unusual and allowed: a healthy mediator must live with it. */
public enum GuestHabit {
    /** The Linux-like guest uses INTx instead of MSI-X. */
    PIN_INTERRUPTS,
    /** The Linux-like guest uses MSI instead of MSI-X. */
    MESSAGE_INTERRUPTS,
    /** The Mac leaves the upper half of its 128-byte entries as memory was: not zero. */
    LONG_ENTRY_JUNK
}
