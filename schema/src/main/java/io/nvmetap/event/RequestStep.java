package io.nvmetap.event;

/**
 * What became of a request inside the mediator. Order is the order in the schema and never changes.
 */
public enum RequestStep {
    /** Waits to be submitted. */
    QUEUED,
    /** Handed to the controller; {@code CommandEmitted} says the same. */
    SUBMITTED,
    /** Held by an interceptor. */
    PAUSED,
    /** Let go on by the interceptor. */
    RESUMED,
    /** Its memory was given back. */
    FREED;

    private static final RequestStep[] VALUES = values();

    /**
     * @param index schema index
     * @return the constant
     * @throws MalformedEventException if no such constant exists
     */
    public static RequestStep of(int index) {
        if (index < 0 || index >= VALUES.length) {
            throw new MalformedEventException("RequestStep " + index + " is not in this schema");
        }
        return VALUES[index];
    }
}
