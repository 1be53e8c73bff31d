package io.nvmetap.event;

/**
 * Step of a firmware driver giving up or getting back the controller. Order is the order in the
 * schema and never changes.
 */
public enum TakeOverStep {
    /** The driver is told to let go. */
    DISCONNECT,
    /** The driver starts again. */
    CONNECT;

    private static final TakeOverStep[] VALUES = values();

    /**
     * @param index schema index
     * @return the constant
     * @throws MalformedEventException if no such constant exists
     */
    public static TakeOverStep of(int index) {
        if (index < 0 || index >= VALUES.length) {
            throw new MalformedEventException("TakeOverStep " + index + " is not in this schema");
        }
        return VALUES[index];
    }
}
