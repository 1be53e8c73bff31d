package io.nvmetap.event;

/**
 * What the mediator decided about a piece of work. Order is the order in the schema and never
 * changes.
 */
public enum DecisionKind {
    /** Dropped on purpose. */
    IGNORED,
    /** Parked; it will be resumed. */
    DEFERRED,
    /** Parked work taken up again. */
    RESUMED,
    /** Changed before it was passed on. */
    FILTERED,
    /** Held until a phase of the other owner ends. */
    PAUSED,
    /** Answered by the mediator with an error. */
    REJECTED;

    private static final DecisionKind[] VALUES = values();

    /**
     * @param index schema index
     * @return the constant
     * @throws MalformedEventException if no such constant exists
     */
    public static DecisionKind of(int index) {
        if (index < 0 || index >= VALUES.length) {
            throw new MalformedEventException("DecisionKind " + index + " is not in this schema");
        }
        return VALUES[index];
    }
}
