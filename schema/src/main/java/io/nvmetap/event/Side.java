package io.nvmetap.event;

/** Where an action was seen. Order is the order in the schema and never changes. */
public enum Side {
    /** Neither side: capture bookkeeping. */
    NONE,
    /** Between guest and mediator. */
    GUEST,
    /** Between mediator (or guest, where no mediator stands) and controller. */
    DEVICE;

    private static final Side[] VALUES = values();

    /**
     * @param index schema index
     * @return the constant
     * @throws MalformedEventException if no such constant exists
     */
    public static Side of(int index) {
        if (index < 0 || index >= VALUES.length) {
            throw new MalformedEventException("Side " + index + " is not in this schema");
        }
        return VALUES[index];
    }
}
