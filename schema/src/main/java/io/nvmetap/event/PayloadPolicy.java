package io.nvmetap.event;

/** How much payload a capture keeps. Order is the order in the schema and never changes. */
public enum PayloadPolicy {
    /** Nothing. */
    NONE,
    /** Admin commands only (default). */
    ADMIN,
    /** A digest of each payload. */
    DIGEST,
    /** Everything. */
    ALL;

    private static final PayloadPolicy[] VALUES = values();

    /**
     * @param index schema index
     * @return the constant
     * @throws MalformedEventException if no such constant exists
     */
    public static PayloadPolicy of(int index) {
        if (index < 0 || index >= VALUES.length) {
            throw new MalformedEventException("PayloadPolicy " + index + " is not in this schema");
        }
        return VALUES[index];
    }
}
