package io.nvmetap.trace;

/**
 * Where and why reading a trace had to stop; every event before it was good.
 *
 * @param eventsBefore good events read
 * @param byteOffset offset in the file of the damaged block
 * @param reason one sentence
 */
public record Damage(long eventsBefore, long byteOffset, String reason) {
    /**
     * @return one line for people
     */
    public String describe() {
        return String.format(
                "damaged at byte %,d after %,d good events: %s", byteOffset, eventsBefore, reason);
    }
}
