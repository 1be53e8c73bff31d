package io.nvmetap.event;

/** How an interrupt travels. Order is the order in the schema and never changes. */
public enum InterruptKind {
    /** The source cannot tell. */
    UNKNOWN,
    /** Pin based. */
    INTX,
    /** Message signalled. */
    MSI,
    /** MSI-X. */
    MSIX;

    private static final InterruptKind[] VALUES = values();

    /**
     * @param index schema index
     * @return the constant
     * @throws MalformedEventException if no such constant exists
     */
    public static InterruptKind of(int index) {
        if (index < 0 || index >= VALUES.length) {
            throw new MalformedEventException("InterruptKind " + index + " is not in this schema");
        }
        return VALUES[index];
    }
}
