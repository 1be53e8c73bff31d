package io.nvmetap.event;

/** Direction of payload. Order is the order in the schema and never changes. */
public enum Transfer {
    /** Guest memory to controller. */
    TO_DEVICE,
    /** Controller to guest memory. */
    FROM_DEVICE;

    private static final Transfer[] VALUES = values();

    /**
     * @param index schema index
     * @return the constant
     * @throws MalformedEventException if no such constant exists
     */
    public static Transfer of(int index) {
        if (index < 0 || index >= VALUES.length) {
            throw new MalformedEventException("Transfer " + index + " is not in this schema");
        }
        return VALUES[index];
    }
}
