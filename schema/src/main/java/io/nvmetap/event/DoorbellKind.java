package io.nvmetap.event;

/** Which doorbell of a queue pair. Order is the order in the schema and never changes. */
public enum DoorbellKind {
    /** Submission queue tail. */
    SQ_TAIL,
    /** Completion queue head. */
    CQ_HEAD;

    private static final DoorbellKind[] VALUES = values();

    /**
     * @param index schema index
     * @return the constant
     * @throws MalformedEventException if no such constant exists
     */
    public static DoorbellKind of(int index) {
        if (index < 0 || index >= VALUES.length) {
            throw new MalformedEventException("DoorbellKind " + index + " is not in this schema");
        }
        return VALUES[index];
    }
}
