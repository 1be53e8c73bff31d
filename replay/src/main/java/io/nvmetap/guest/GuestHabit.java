package io.nvmetap.guest;

/** What a guest does that is unusual and allowed: a healthy mediator must live with it. */
public enum GuestHabit {
    /**
     * The Linux-like guest sends the controller to sleep when idle (Autonomous Power State
     * Transition, where Identify offers it), and often has nothing to do.
     */
    IDLE_SPELLS,
    /** The Linux-like guest uses INTx instead of MSI-X, masked in INTMS while it is handled. */
    PIN_INTERRUPTS,
    /**
     * The Linux-like guest deletes its I/O queues half way, commands in flight or not, and creates
     * them again under the same numbers and in the same memory.
     */
    REOPENS_QUEUES,
    /** The Linux-like guest rings a completion head late, with new commands out by then. */
    LATE_HEADS,
    /** The Linux-like guest uses the tag alone as command identifier (Linux before 5.14). */
    PLAIN_TAGS,
    /** The Linux-like guest deletes its queues half way and makes them again. */
    RECREATES_QUEUES,
    /** The Linux-like guest submits while SQHD shows a free slot, whatever is in flight (OSv). */
    TRUSTS_SQHD,
    /** The Linux-like guest has three queues: the first two share a completion queue. */
    SHARED_CQ,
    /** The Linux-like guest uses MSI instead of MSI-X and never touches INTMS. */
    MESSAGE_INTERRUPTS,
    /** The same, but the vector is masked in INTMS while its message is handled. */
    MASKED_MESSAGE_INTERRUPTS,
    /** PRP lists begin anywhere in their page, end with it, or go on in another. */
    LIST_OFFSETS,
    /**
     * Pages of a buffer never follow each other; the Linux-like guest's Identify buffer begins near
     * a page's end.
     */
    SCATTERED_BUFFERS,
    /** The Linux-like guest moves up to 2 MiB and a bit in one command, about 512 pages mostly. */
    LARGE_TRANSFERS,
    /** The Linux-like guest's transfers begin at any block. */
    UNALIGNED_TRANSFERS,
    /** The Linux-like guest asks for what later versions can identify, and can do without. */
    CURIOUS_IDENTIFY,
    /** The Mac leaves the upper half of its 128-byte entries as memory was: not zero. */
    LONG_ENTRY_JUNK
}
