package io.nvmetap.event;

/** What reset the controller. Order is the order in the schema and never changes. */
public enum ResetKind {
    /** The source cannot tell. */
    UNKNOWN,
    /** CC.EN cleared. */
    CC_EN,
    /** PCIe Function Level Reset. */
    FUNCTION_LEVEL,
    /** NVM subsystem reset. */
    SUBSYSTEM,
    /** Machine or bus reset, or power on. */
    MACHINE,
    /** Reset by the mediation driver itself. */
    DRIVER;

    private static final ResetKind[] VALUES = values();

    /**
     * @param index schema index
     * @return the constant
     * @throws MalformedEventException if no such constant exists
     */
    public static ResetKind of(int index) {
        if (index < 0 || index >= VALUES.length) {
            throw new MalformedEventException("ResetKind " + index + " is not in this schema");
        }
        return VALUES[index];
    }
}
