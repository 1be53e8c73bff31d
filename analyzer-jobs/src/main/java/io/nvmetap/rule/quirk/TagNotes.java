package io.nvmetap.rule.quirk;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Side;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.history.SubmissionQueue;
import io.nvmetap.nvme.Registers;
import java.io.Serializable;

/**
 * Whether a controller dies (CSTS.CFS, or gone from the bus) at its first command identifier that
 * is in flight on another queue, or at its first above 253. One that lives on after it does not
 * mind; one that is only silent may have another reason.
 */
final class TagNotes implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final int LARGEST = 253;

    /** Completions after so long were not on their way before. */
    private static final long AFTER_NS = 10_000_000;

    private static final int CFS = 2;

    /** Commands that it had completed by then: it worked. */
    private static final int WORKED = 4;

    private static final class First implements Serializable {
        private static final long serialVersionUID = 1L;
        long seq = -1;
        long otherSeq = -1;
        long ns;
        boolean minded = true;

        void at(CapturedEvent e, long other) {
            if (seq < 0) {
                seq = e.seq;
                otherSeq = other;
                ns = e.timeNs;
            }
        }

        boolean suspected() {
            return seq >= 0 && minded;
        }
    }

    private final Shown shown;
    private final First twice = new First();
    private final First large = new First();
    private long completed;

    TagNotes(Shown shown) {
        this.shown = shown;
    }

    /** What came before is not known to be the first any more. */
    void gap() {
        twice.minded = false;
        large.minded = false;
    }

    void note(History h, CapturedEvent e) {
        if (e.side != Side.DEVICE) {
            return;
        }
        if (e.kind == EventKind.COMMAND_EMITTED && h.facts.command != null) {
            emitted(h, e, h.facts.command);
        } else if (e.kind == EventKind.COMPLETION_SEEN) {
            completed++;
            lives(twice, e.timeNs);
            lives(large, e.timeNs);
        } else if (e.kind == EventKind.REGISTER_READ
                && e.space == RegisterSpace.BAR0
                && e.registerOffset == Registers.CSTS
                && e.flag
                && (e.value & CFS) != 0) {
            dead(h, e.seq);
        } else if (h.facts.enabled) {
            lives(twice, Long.MAX_VALUE);
            lives(large, Long.MAX_VALUE);
        }
    }

    private static void lives(First first, long nowNs) {
        first.minded &= first.seq < 0 || nowNs - first.ns <= AFTER_NS;
    }

    private void emitted(History h, CapturedEvent e, Command c) {
        if (completed < WORKED) {
            return;
        }
        if (c.cid > LARGEST) {
            large.at(e, -1);
        }
        if (twice.seq < 0) {
            onTwo(h, e, c);
        }
    }

    private void onTwo(History h, CapturedEvent e, Command c) {
        for (SubmissionQueue sq : h.device.sqs.values()) {
            Command other = sq.qid == c.sqid ? null : h.device.inFlight(sq.qid, c.cid);
            if (other != null) {
                twice.at(e, other.startSeq);
            }
        }
    }

    /** The controller has given up. */
    private void dead(History h, long seq) {
        if (h.gapSeq >= 0 || twice.suspected() == large.suspected()) {
            // Where both came at once, either may be why.
            return;
        }
        if (twice.suspected()) {
            shown.add(
                    Quirk.SHARED_TAGS,
                    "CSTS.CFS after the first identifier that was in flight on two queues",
                    twice.otherSeq,
                    twice.seq,
                    seq);
        } else {
            shown.add(
                    Quirk.SKIP_CID_GEN,
                    "CSTS.CFS after the first identifier above " + LARGEST,
                    large.seq,
                    seq);
        }
    }
}
