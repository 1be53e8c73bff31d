package io.nvmetap.event;

/** Which registers an access went to. Order is the order in the schema and never changes. */
public enum RegisterSpace {
    /** NVMe controller properties, byte offsets from BAR0. */
    BAR0,
    /** PCI configuration space. */
    PCI_CONFIG,
    /** MSI-X table, byte offsets from its start. */
    MSIX_TABLE;

    private static final RegisterSpace[] VALUES = values();

    /**
     * @param index schema index
     * @return the constant
     * @throws MalformedEventException if no such constant exists
     */
    public static RegisterSpace of(int index) {
        if (index < 0 || index >= VALUES.length) {
            throw new MalformedEventException("RegisterSpace " + index + " is not in this schema");
        }
        return VALUES[index];
    }
}
