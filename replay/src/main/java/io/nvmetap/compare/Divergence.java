package io.nvmetap.compare;

/**
 * The first place where the guest saw something else than it saw in the recording.
 *
 * @param seq event of the recording
 * @param sentence expected and actual, in one plain sentence
 * @param processFailed the driver's process failed, beside what it answered
 */
public record Divergence(long seq, String sentence, boolean processFailed) {
    /** Something the driver did or did not do. */
    public Divergence(long seq, String sentence) {
        this(seq, sentence, false);
    }
}
