package io.nvmetap.session;

import io.nvmetap.compare.Divergence;
import java.util.Optional;

/** The first divergence; what comes after it is not looked at. */
final class Outcome {
    private Divergence first;
    private long seq;

    /** Where in the recording the replay is. */
    void at(long newSeq) {
        seq = newSeq;
    }

    long at() {
        return seq;
    }

    void diverged(long atSeq, String sentence) {
        if (first == null) {
            first = new Divergence(atSeq, sentence);
        }
    }

    /** The driver's process failed here. */
    void failed(String sentence) {
        if (first == null) {
            first = new Divergence(seq, sentence, true);
        }
    }

    /** A divergence that belongs to no event but the one being replayed. */
    void diverged(String sentence) {
        diverged(seq, sentence);
    }

    boolean diverged() {
        return first != null;
    }

    Optional<Divergence> first() {
        return Optional.ofNullable(first);
    }
}
