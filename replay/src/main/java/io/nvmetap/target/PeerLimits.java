package io.nvmetap.target;

/**
 * How long a driver in another process may take.
 *
 * @param startNsMax until it serves its guest
 * @param answerMsMax for one answer
 * @param answersNsMax for all its answers together
 * @param aftermathNs how long it is watched after the last thing its guest did
 */
public record PeerLimits(long startNsMax, long answerMsMax, long answersNsMax, long aftermathNs) {
    /** 30 s until it serves, 10 s for an answer, 5 minutes for all, 2 s of aftermath. */
    public static final PeerLimits DEFAULT =
            new PeerLimits(30_000_000_000L, 10_000, 300_000_000_000L, 2_000_000_000L);

    /** The same with another bound on the start. */
    public PeerLimits withStartNsMax(long ns) {
        return new PeerLimits(ns, answerMsMax, answersNsMax, aftermathNs);
    }

    /** The same with another bound on one answer and on all. */
    public PeerLimits withAnswers(long msMax, long allNsMax) {
        return new PeerLimits(startNsMax, msMax, allNsMax, aftermathNs);
    }

    /** The same with another aftermath. */
    public PeerLimits withAftermathNs(long ns) {
        return new PeerLimits(startNsMax, answerMsMax, answersNsMax, ns);
    }
}
