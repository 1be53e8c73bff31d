package io.nvmetap.target;

/**
 * How long a driver in another process may take.
 *
 * @param startNsMax until it serves its guest
 * @param answerMsMax for one answer
 */
public record PeerLimits(long startNsMax, long answerMsMax) {
    /** 30 s until it serves, 10 s for an answer. */
    public static final PeerLimits DEFAULT = new PeerLimits(30_000_000_000L, 10_000);

    /** The same with another bound on the start. */
    public PeerLimits withStartNsMax(long ns) {
        return new PeerLimits(ns, answerMsMax);
    }

    /** The same with another bound on an answer. */
    public PeerLimits withAnswerMsMax(long ms) {
        return new PeerLimits(startNsMax, ms);
    }
}
