package io.nvmetap.rule.stall;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.CompletionQueue;
import io.nvmetap.history.History;
import io.nvmetap.history.SideState;
import io.nvmetap.history.SubmissionQueue;
import io.nvmetap.rule.CommonThresholds;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Timed;
import io.nvmetap.rule.Where;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A command without a completion past its deadline; names who owes the next step from how far it
 * got. Spoken of twice a queue and enable epoch at most: overdue (WARNING), stalled (ERROR).
 */
public final class CommandStall extends Rule implements Timed {
    private static final long serialVersionUID = 1L;

    /** Deadlines are looked at this often, in event time. */
    private static final long CHECK_NS = 10_000_000L;

    private final Set<Long> spoken = new HashSet<>();
    private long nextCheckNs;

    public CommandStall() {
        super(
                new RuleInfo(
                        "command-stall",
                        "Command past its deadline",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe Base 2.0, 3.4 (Command Submission and Completion Mechanism); the"
                                + " deadline is a setting",
                        "Look at the last step of the command: the party named owes the next one.",
                        List.of("E8", "H1")));
    }

    @Override
    public boolean aboutSilence() {
        return true;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMPLETION_SEEN, EventKind.COMPLETION_COPIED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (h.facts.disabled) {
            // Epochs that have ended are not spoken of again: the set stays bounded by queues.
            spoken.clear();
        }
        if (h.facts.command != null && h.facts.command.doneSeq == e.seq) {
            judge.chance();
            late(h, h.facts.command, e, judge);
        }
    }

    /** It completed in one jump of time, past its deadline. */
    private void late(History h, Command c, CapturedEvent e, Judge judge) {
        if (judged(h, h.side(e.side), c)) {
            speak(h, h.side(e.side), c, c.doneNs - c.startNs, judge);
        }
    }

    @Override
    public long time(History h, Judge judge) {
        if (h.nowNs < nextCheckNs) {
            return nextCheckNs;
        }
        nextCheckNs = h.nowNs + CHECK_NS;
        check(h, h.device, judge);
        if (h.header.mediated()) {
            check(h, h.guest, judge);
        } else {
            unfetched(h, judge);
        }
        return nextCheckNs;
    }

    private void check(History h, SideState side, Judge judge) {
        for (Command c : side.inFlight.values()) {
            if (judged(h, side, c)) {
                speak(h, side, c, h.nowNs - c.startNs, judge);
            }
        }
    }

    /** A guest's command is judged where the guest is; the mediator's own where it emits them. */
    private static boolean judged(History h, SideState side, Command c) {
        if (c.released || c.name().timeExempt()) {
            return false;
        }
        return !h.header.mediated() || side.side == Side.GUEST || c.owner == Owner.MEDIATOR;
    }

    private void speak(History h, SideState side, Command c, long ageNs, Judge judge) {
        boolean hard = ageNs > CommonThresholds.hardNs(judge, c.admin());
        if (!hard && ageNs <= CommonThresholds.softNs(h, judge, c.admin())) {
            return;
        }
        if (!spoken.add(key(side.epoch, c.sqid, side.side == Side.GUEST, hard))) {
            return;
        }
        long ms = ageNs / 1_000_000;
        Party owner = owner(h, side, c);
        judge.violated(
                hard ? Severity.ERROR : Severity.WARNING,
                owner,
                String.format(
                        "%s (command %d of submission queue %d) waits %,d ms; %s.",
                        c.name().name(), c.cid, c.sqid, ms, step(h, owner, c)),
                Where.of(c),
                c.startSeq,
                c.emittedSeq,
                c.seenSeq,
                h.seq);
    }

    private static long key(int epoch, int sqid, boolean guest, boolean hard) {
        return (long) epoch << 18 | (long) sqid << 2 | (guest ? 2 : 0) | (hard ? 1 : 0);
    }

    private static Party owner(History h, SideState side, Command c) {
        boolean lost = h.gapSeq >= 0 && !h.device.known;
        if (lost && (side.side == Side.DEVICE || c.seenSeq < 0 && c.emittedSeq >= 0)) {
            // It started after the loss, but what keeps the controller may have come before.
            return Party.UNKNOWN;
        }
        if (!h.header.mediated() || side.side == Side.DEVICE) {
            return full(h, c) ? h.actor(Side.DEVICE) : Party.CONTROLLER;
        }
        if (c.emittedSeq < 0 || c.seenSeq >= 0) {
            return Party.MEDIATOR;
        }
        Command below = h.device.byId(c.commandId);
        SubmissionQueue sq = below == null ? null : h.device.sqs.get(below.sqid);
        if (below != null && below.nowhere) {
            return Party.MEDIATOR;
        }
        boolean rung = sq == null || sq.tail == sq.taken;
        if (!rung || full(h, c)) {
            return Party.MEDIATOR;
        }
        return unlooked(h, sq, c) || misread(h, sq, c) ? Party.UNKNOWN : Party.CONTROLLER;
    }

    /**
     * The controller raised an interrupt after it got the command and no completion was taken from
     * a queue of that vector since: it may have completed it, and nobody looked.
     */
    private static boolean unlooked(History h, SubmissionQueue sq, Command c) {
        CompletionQueue own = sq == null ? null : h.device.cqs.get(sq.cqid);
        if (own == null || !own.interruptsEnabled || own.interruptSeq <= c.emittedSeq) {
            return false;
        }
        return h.device.cqs.values().stream()
                .noneMatch(cq -> cq.vector == own.vector && cq.doneSeq > own.interruptSeq);
    }

    /**
     * Since the controller got the command, an entry of its completion queue showed what its slot
     * had held before: that entry may have been this command's completion.
     */
    private static boolean misread(History h, SubmissionQueue sq, Command c) {
        CompletionQueue own = sq == null ? null : h.device.cqs.get(sq.cqid);
        return own != null && (own.adrift || own.doubtSeq > c.emittedSeq);
    }

    /** The controller cannot post: its completion queue is full of what nobody acknowledged. */
    private static boolean full(History h, Command c) {
        Command below = h.device.byId(c.commandId);
        SubmissionQueue sq = h.device.sqs.get(below == null ? c.sqid : below.sqid);
        CompletionQueue cq = sq == null ? null : h.device.cqs.get(sq.cqid);
        return cq != null && !h.device.doorbellBuffers && cq.unacked.size() >= cq.sizeEntries - 1;
    }

    private static String step(History h, Party owner, Command c) {
        Command below = h.device.byId(c.commandId);
        SubmissionQueue sq = below == null ? null : h.device.sqs.get(below.sqid);
        if (owner == Party.UNKNOWN && h.device.known && misread(h, sq, c)) {
            return "a completion was taken since that showed what its slot had held before: it may"
                    + " have been this one's";
        }
        if (owner == Party.UNKNOWN && h.device.known) {
            return "the controller raised an interrupt since and no completion was taken: whether it"
                    + " completed it was not looked at";
        }
        if (owner == Party.UNKNOWN) {
            return "the controller may have it, but events before it are missing";
        }
        if (owner != Party.CONTROLLER && c.seenSeq < 0 && full(h, c)) {
            return "the controller cannot complete it: its completion queue is full and not"
                    + " acknowledged";
        }
        if (owner == Party.CONTROLLER) {
            return "the controller has it and has not completed it in time";
        }
        if (below != null && below.nowhere) {
            return "the mediator put it into a queue that the controller does not have";
        }
        if (c.seenSeq >= 0) {
            return "the mediator has its completion and does not copy it";
        }
        return c.emittedSeq < 0
                ? "the mediator has fetched it and not passed it on"
                : "the mediator has passed it on and not rung the doorbell";
    }

    private void unfetched(History h, Judge judge) {
        for (SubmissionQueue sq : h.device.sqs.values()) {
            long ageNs = sq.waitingSinceNs < 0 ? 0 : h.nowNs - sq.waitingSinceNs;
            boolean hard = ageNs > CommonThresholds.hardNs(judge, sq.qid == 0);
            boolean late = hard || ageNs > CommonThresholds.softNs(h, judge, sq.qid == 0);
            if (late && spoken.add(key(h.device.epoch, sq.qid, false, hard))) {
                judge.violated(
                        hard ? Severity.ERROR : Severity.WARNING,
                        Party.CONTROLLER,
                        "Tail " + sq.tail + " of submission queue " + sq.qid + " is not fetched.",
                        Where.sq(sq.qid),
                        sq.waitingSeq,
                        h.seq);
            }
        }
    }
}
