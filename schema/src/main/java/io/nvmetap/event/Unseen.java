package io.nvmetap.event;

/**
 * What a capture source cannot see. A rule that needs it answers UNKNOWN, once. Order is the order
 * in the schema and never changes.
 */
public enum Unseen {
    /** Something this version has no word for. */
    OTHER,
    /** Values returned by register reads. */
    REGISTER_READ_VALUES,
    /** Some bytes of submission entries (see the known mask). */
    SQE_FIELDS,
    /** SQ head pointer of completions. */
    CQE_SQHD,
    /** Phase tag of completions. */
    CQE_PHASE,
    /** SQ identifier of completions (it was inferred). */
    CQE_SQID,
    /** Everything between guest and mediator. */
    GUEST_SIDE,
    /** Everything between mediator and controller. */
    DEVICE_SIDE,
    /** Writes to the MSI-X table: masks. */
    MSIX_TABLE,
    /** Whether a raised interrupt arrived. */
    INTERRUPT_DELIVERY,
    /** Which CPU acted. */
    CPU,
    /** Single stores into guest memory and fences. */
    STORES,
    /** Locks of the mediator. */
    LOCKS,
    /** Data transferred. */
    PAYLOAD,
    /** Which controller an event belongs to. */
    CONTROLLER_IDENTITY,
    /** Times are those of an emulation: they do not tell how long anybody takes. */
    REAL_TIME,
    /** Decisions of the mediator. */
    DECISIONS,
    /** Begin and end of resets. */
    RESETS,
    /** PCI configuration accesses. */
    PCI_CONFIG,
    /** Queue slot indices. */
    SLOTS;

    private static final Unseen[] VALUES = values();

    /**
     * @param index schema index
     * @return the constant
     * @throws MalformedEventException if no such constant exists
     */
    public static Unseen of(int index) {
        if (index < 0 || index >= VALUES.length) {
            throw new MalformedEventException("Unseen " + index + " is not in this schema");
        }
        return VALUES[index];
    }
}
