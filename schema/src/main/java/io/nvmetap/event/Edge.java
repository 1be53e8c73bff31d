package io.nvmetap.event;

/**
 * Begin or end of something that takes time. Order is the order in the schema and never changes.
 */
public enum Edge {
    /** It begins. */
    BEGIN,
    /** It ended. */
    END;

    private static final Edge[] VALUES = values();

    /**
     * @param index schema index
     * @return the constant
     * @throws MalformedEventException if no such constant exists
     */
    public static Edge of(int index) {
        if (index < 0 || index >= VALUES.length) {
            throw new MalformedEventException("Edge " + index + " is not in this schema");
        }
        return VALUES[index];
    }
}
