package io.nvmetap.event;

/**
 * Which cell of the doorbell buffers (NVMe Base 2.0, Doorbell Buffer Config). Order is the order in
 * the schema and never changes.
 */
public enum ShadowCell {
    /** Shadow doorbell, written by the driver. */
    DOORBELL,
    /** EventIdx, written by the controller. */
    EVENT_IDX;

    private static final ShadowCell[] VALUES = values();

    /**
     * @param index schema index
     * @return the constant
     * @throws MalformedEventException if no such constant exists
     */
    public static ShadowCell of(int index) {
        if (index < 0 || index >= VALUES.length) {
            throw new MalformedEventException("ShadowCell " + index + " is not in this schema");
        }
        return VALUES[index];
    }
}
