package io.nvmetap.event;

/** Who issued a command. Order is the order in the schema and never changes. */
public enum Owner {
    /** The source cannot tell. */
    UNKNOWN,
    /** The guest. */
    GUEST,
    /** The mediation driver, for purposes of its own. */
    MEDIATOR;

    private static final Owner[] VALUES = values();

    /**
     * @param index schema index
     * @return the constant
     * @throws MalformedEventException if no such constant exists
     */
    public static Owner of(int index) {
        if (index < 0 || index >= VALUES.length) {
            throw new MalformedEventException("Owner " + index + " is not in this schema");
        }
        return VALUES[index];
    }
}
