package io.nvmetap.rule.completion;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.CompletionQueue;
import io.nvmetap.history.History;
import io.nvmetap.history.SideState;
import io.nvmetap.history.SubmissionQueue;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.QueueChange;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Threshold;
import io.nvmetap.rule.Where;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A driver that sends one command at a time gives one up without a reset or an Abort, and takes its
 * late completion for that of the command it waits for: it goes on to the next while that one is
 * still out.
 */
public final class FwTimeoutFullReset extends Rule {
    private static final long serialVersionUID = 1L;

    /** Shortest timeout of a firmware that was met, less a fifth. */
    private static final Threshold GIVEN_UP = Threshold.ms("fw-timeout-full-reset.given-up", 400);

    /** Commands one at a time, each acknowledged before the next, that show such a driver. */
    private static final Threshold ALONE = Threshold.count("fw-timeout-full-reset.alone", 16);

    private static final int ALONE_IN_ONE = 2;

    /** Entries of a queue that holds one command. */
    private static final int ENTRIES_MIN = 2;

    /** What was seen of a queue that is used for one command at a time. */
    private static final class Line implements Serializable {
        private static final long serialVersionUID = 1L;
        final SubmissionQueue sq;
        long alone;
        long tailSeq = -1;
        Command given;

        /** The driver does other things with this queue: it is not judged any more. */
        boolean other;

        Line(SubmissionQueue sq) {
            this.sq = sq;
        }
    }

    private final Map<Integer, Line> lines = new HashMap<>();

    public FwTimeoutFullReset() {
        super(
                new RuleInfo(
                        "fw-timeout-full-reset",
                        "Late completion taken for the next command's",
                        Severity.WARNING,
                        RuleInfo.Scope.QUEUE_PAIR,
                        "NVMe Base 2.0, 4.6.1 (SQ Identifier and Command Identifier together name"
                                + " the command that completed)",
                        "Compare the CID of a completion with that of the command awaited; after a"
                                + " timeout abort the command or reset the controller.",
                        List.of("K1")));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(GIVEN_UP, ALONE);
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(
                EventKind.DOORBELL_RUNG,
                EventKind.COMMAND_FETCHED,
                EventKind.COMMAND_EMITTED,
                EventKind.COMPLETION_SEEN,
                EventKind.COMPLETION_COPIED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        SideState side = h.header.mediated() ? h.guest : h.device;
        if (!lines.isEmpty() && QueueChange.possible(h, e, side)) {
            lines.values().removeIf(l -> side.sqs.get(l.sq.qid) != l.sq);
        }
        if (e.side != side.side || !side.known) {
            return;
        }
        Command c = h.facts.command;
        if (c != null && c.admin() && c.startSeq == e.seq && c.opcode == Opcodes.ADMIN_ABORT) {
            lines.values().forEach(l -> l.other = true);
        } else if (c != null && c.doneSeq == e.seq) {
            Line line = lines.get(c.sqid);
            if (line != null && line.given == c) {
                judge.chance();
            }
        }
        SubmissionQueue sq = h.facts.sq;
        boolean tail = e.kind == EventKind.DOORBELL_RUNG && e.doorbell == DoorbellKind.SQ_TAIL;
        if (tail && sq != null && sq.qid > 0) {
            Line line = lines.computeIfAbsent(sq.qid, q -> new Line(sq));
            line.other |= h.facts.advance != 1 || sq.shadowed;
            if (!line.other) {
                rung(h, side, line, judge);
            }
            line.tailSeq = e.seq;
        }
    }

    /** One more command, and those of the queue that the driver has not taken the end of. */
    private void rung(History h, SideState side, Line line, Judge judge) {
        SubmissionQueue sq = line.sq;
        int out = Math.floorMod(sq.tail - h.facts.advance - sq.taken, sq.sizeEntries);
        Command old = null;
        for (Command c : side.inFlight.values()) {
            if (c.sqid == sq.qid) {
                old = old == null ? c : old;
                out++;
            }
        }
        CompletionQueue cq = side.cqs.get(sq.cqid);
        if (cq != null) {
            out += (int) cq.unacked.stream().filter(c -> c.sqid == sq.qid).count();
        }
        if (out == 0) {
            line.alone++;
            line.given = null;
        } else if (out == 1 && line.given == null && old != null && givenUp(h, old, judge)) {
            line.given = old;
        } else if (out != 1 || old == null || old != line.given) {
            boolean took = line.given != null && line.given.ackedSeq > line.tailSeq;
            if (out == 1 && took && oneAtATime(side, line, judge)) {
                mistaken(h, line, judge);
            }
            line.other = true;
        }
    }

    private static boolean givenUp(History h, Command old, Judge judge) {
        return h.nowNs - old.startNs > judge.settings().of(GIVEN_UP);
    }

    /** The queue has room for no more, or belongs to a driver that only polls. */
    private static boolean oneAtATime(SideState side, Line line, Judge judge) {
        boolean polls =
                side.cqs.values().stream().allMatch(cq -> cq.qid == 0 || !cq.interruptsEnabled);
        boolean one = line.sq.sizeEntries == ENTRIES_MIN;
        return one ? line.alone >= ALONE_IN_ONE : polls && line.alone >= judge.settings().of(ALONE);
    }

    private static void mistaken(History h, Line line, Judge judge) {
        Command given = line.given;
        judge.violated(
                Party.GUEST,
                String.format(
                        "Command %d of submission queue %d was given up and completed %,d ms after"
                                + " it was sent. The driver, which waited for another one by then,"
                                + " went on to the next (tail %d) as if that had completed.",
                        given.cid,
                        given.sqid,
                        (given.doneNs - given.startNs) / 1_000_000,
                        line.sq.tail),
                Where.of(given),
                given.startSeq,
                line.tailSeq,
                given.doneSeq,
                given.ackedSeq,
                h.seq);
    }
}
