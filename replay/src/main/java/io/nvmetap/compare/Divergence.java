package io.nvmetap.compare;

/**
 * The first place where the guest saw something else than it saw in the recording.
 *
 * @param seq event of the recording
 * @param sentence expected and actual, in one plain sentence
 */
public record Divergence(long seq, String sentence) {}
