package io.nvmetap.rule.latency;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.CompletionQueue;
import io.nvmetap.history.History;
import io.nvmetap.history.SubmissionQueue;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Threshold;
import io.nvmetap.rule.Where;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Most I/O commands spend a large part of their time in the mediator: from fetch to the doorbell,
 * and from the completion seen to its copy.
 */
public final class MediatorAddedLatency extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.mediated().sees(Unseen.REAL_TIME).bothSides();

    /** Commands judged together, and how many such lots in a row must be slow. */
    static final int LOT = 256;

    private static final int LOTS = 2;

    private static final Threshold SHARE = Threshold.percent("mediator-added-latency.share", 30);
    private static final Threshold ADDED = Threshold.us("mediator-added-latency.added", 100);
    private static final Threshold LARGE = Threshold.us("mediator-added-latency.large", 1_000);

    private final long[] addedNs = new long[LOT];
    private final long[] totalNs = new long[LOT];
    private final Set<Long> held = new HashSet<>();
    private int count;
    private int slow;
    private int slowLots;
    private long fromSeq = -1;
    private boolean spoken;

    public MediatorAddedLatency() {
        super(
                new RuleInfo(
                        "mediator-added-latency",
                        "Commands spend their time in the mediator",
                        Severity.WARNING,
                        RuleInfo.Scope.CONTROLLER,
                        "No clause: the specification sets no time; the limits are settings",
                        "Look at what lies between fetch and doorbell, and between completion and"
                                + " copy: locks shared by all queues, waits, copies.",
                        List.of("J2")));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(SHARE, ADDED, LARGE);
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMPLETION_SEEN, EventKind.COMPLETION_COPIED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (h.facts.disabled || h.facts.enabled || h.gapSeq == e.seq) {
            restart();
            held.clear();
            spoken = false;
            return;
        }
        if (e.kind == EventKind.COMPLETION_SEEN) {
            hold(h, h.facts.command);
        }
        Command c = h.facts.command;
        if (e.kind == EventKind.COMPLETION_COPIED && c != null && !held.remove(c.commandId)) {
            sample(h, c, judge);
        }
    }

    /** The guest has left no room for it: waiting is not the mediator's doing. */
    private void hold(History h, Command seen) {
        Command guest = seen == null ? null : h.guest.byId(seen.commandId);
        SubmissionQueue sq = guest == null ? null : h.guest.sqs.get(guest.sqid);
        CompletionQueue cq = sq == null ? null : h.guest.cqs.get(sq.cqid);
        int waiting = cq == null ? 0 : cq.unacked.size() + 1;
        if (cq != null && waiting >= cq.sizeEntries - 1 && held.size() < LOT * LOT) {
            held.add(seen.commandId);
        }
    }

    private void sample(History h, Command c, Judge judge) {
        boolean whole = c.emittedNs >= 0 && c.seenNs >= 0 && c.startNs >= 0 && c.doneNs >= 0;
        if (c.admin() || !whole || !blind(h).isEmpty()) {
            return;
        }
        judge.chance();
        long passedOnNs = Math.max(c.emittedNs, c.deviceRungNs);
        long added = passedOnNs - c.startNs + c.doneNs - c.seenNs;
        long total = c.doneNs - c.startNs;
        if (count == 0 && slowLots == 0) {
            fromSeq = c.startSeq;
        }
        addedNs[count] = added;
        totalNs[count] = total;
        boolean share = added * 100 > total * judge.settings().of(SHARE);
        boolean much = share && added >= judge.settings().of(ADDED);
        slow += much || added >= judge.settings().of(LARGE) ? 1 : 0;
        if (++count == LOT) {
            lot(c, judge);
        }
    }

    private void lot(Command c, Judge judge) {
        slowLots = slow > LOT / 2 ? slowLots + 1 : 0;
        if (slowLots >= LOTS && !spoken) {
            spoken = true;
            Arrays.sort(addedNs);
            Arrays.sort(totalNs);
            judge.violated(
                    Party.MEDIATOR,
                    String.format(
                            "%d of the last %d I/O commands were kept by the mediator: it took %s"
                                    + " of %s (medians), %s of %s (99th percentiles).",
                            slow,
                            LOT,
                            Times.text(addedNs[LOT / 2]),
                            Times.text(totalNs[LOT / 2]),
                            Times.text(addedNs[LOT * 99 / 100]),
                            Times.text(totalNs[LOT * 99 / 100])),
                    Where.NOWHERE,
                    fromSeq,
                    c.emittedSeq,
                    c.seenSeq,
                    c.doneSeq);
        }
        count = 0;
        slow = 0;
    }

    private void restart() {
        count = 0;
        slow = 0;
        slowLots = 0;
        fromSeq = -1;
    }
}
