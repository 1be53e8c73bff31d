package io.nvmetap.guest;

/** What a guest does that is unusual and allowed: a healthy mediator must live with it. */
public enum GuestHabit {
    /**
     * The Linux-like guest sends the controller to sleep when idle (Autonomous Power State
     * Transition, where Identify offers it), and often has nothing to do.
     */
    IDLE_SPELLS,
    /** The Linux-like guest uses INTx instead of MSI-X. */
    PIN_INTERRUPTS,
    /** The Linux-like guest uses MSI instead of MSI-X. */
    MESSAGE_INTERRUPTS
}
