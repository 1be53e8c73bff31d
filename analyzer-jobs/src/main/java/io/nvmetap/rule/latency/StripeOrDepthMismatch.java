package io.nvmetap.rule.latency;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.NvmSqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Threshold;
import io.nvmetap.rule.Where;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads and writes that cross a boundary of 128 KiB take the controller much longer than others of
 * their size: it works in stripes, and its driver does not know. Compared are pairs of commands of
 * one opcode and like size that went out soon after each other with as many in flight, so that
 * neither length nor load nor the phase of a workload makes the difference.
 */
public final class StripeOrDepthMismatch extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.sees(Unseen.REAL_TIME);

    /** How much longer, median of the pairs. */
    static final Threshold RATIO = Threshold.percent("stripe-or-depth-mismatch.ratio", 150);

    /** Pairs before anything is said. */
    static final Threshold PAIRS = Threshold.count("stripe-or-depth-mismatch.pairs", 100);

    private static final int STRIPE_SHIFT = 17;
    private static final int IN_FLIGHT_MAX = 1 << 16;

    /**
     * Sizes by half powers of two, up to a stripe (longer ones always cross): length alone makes
     * less of a difference than the ratio asked for.
     */
    private static final int SIZES = 2 * STRIPE_SHIFT + 1;

    /** Reads and writes that may complete between the two of a pair. */
    private static final int APART_MAX = 64;

    private static final int THOUSAND = 1_000;

    /** Commands under way, each with what it is like. */
    private final Map<Long, Kind> underWay = new HashMap<>();

    /** The last command inside a stripe of each likeness, until it is paired. */
    private final Map<Integer, Inside> inside = new HashMap<>();

    /** Ratios of the pairs, in thousandths. */
    private Spread ratios = new Spread();

    private long gapSeq = -1;
    private long done;
    private boolean spoken;
    private boolean judged;

    /** Like ones have the same number. */
    private record Kind(int likeness, boolean crosses) implements Serializable {}

    private record Inside(long ns, long order, long seq) implements Serializable {}

    public StripeOrDepthMismatch() {
        super(
                new RuleInfo(
                        "stripe-or-depth-mismatch",
                        "Transfers across 128 KiB boundaries are slow",
                        Severity.INFO,
                        RuleInfo.Scope.CONTROLLER,
                        "Quirk of controllers; NVM Command Set 1.0, Identify Namespace, NOIOB tells it",
                        "Split transfers at multiples of 128 KiB (STRIPE_SIZE among Linux's"
                                + " quirks), or align partitions and requests to them.",
                        List.of("J4")));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(RATIO, PAIRS);
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMMAND_EMITTED, EventKind.COMPLETION_SEEN);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (!blind(h).isEmpty()) {
            return;
        }
        if (h.gapSeq != gapSeq) {
            gapSeq = h.gapSeq;
            ratios = new Spread();
        }
        if (h.facts.disabled || !h.device.known) {
            underWay.clear();
            inside.clear();
        }
        if (e.kind == EventKind.COMMAND_EMITTED && h.facts.command != null && h.device.known) {
            Kind kind = kind(h, e);
            if (kind != null && e.commandId >= 0 && underWay.size() < IN_FLIGHT_MAX) {
                underWay.put(e.commandId, kind);
            }
        } else if (e.kind == EventKind.COMPLETION_SEEN && h.facts.command != null) {
            Command c = h.facts.command;
            Kind kind = underWay.remove(c.commandId);
            boolean good = e.knows(Cqe.STATUS_OFFSET, 2) && StatusCode.success(status(e));
            if (kind != null && good && c.doneNs > c.startNs) {
                took(kind, c, judge);
            }
        }
    }

    private static int status(CapturedEvent e) {
        return Cqe.status(e.entry, 0);
    }

    /** A Read or Write by opcode, size, load, and whether it crosses; null not judged. */
    private static Kind kind(History h, CapturedEvent e) {
        boolean known = e.knows(Sqe.CDW10_OFFSET, 8) && e.knows(Sqe.CDW12_OFFSET, 2);
        int opcode = Sqe.opcode(e.entry, 0);
        boolean moves = opcode == Opcodes.IO_READ || opcode == Opcodes.IO_WRITE;
        long bytes = e.dataBytes;
        if (e.qid == 0 || !known || !moves || bytes <= 0 || bytes > 1L << STRIPE_SHIFT) {
            return null;
        }
        long first = NvmSqe.slba(e.entry, 0) * (bytes / NvmSqe.blockCount(e.entry, 0));
        boolean crosses = first >> STRIPE_SHIFT != first + bytes - 1 >> STRIPE_SHIFT;
        int size = 63 - Long.numberOfLeadingZeros(bytes * bytes);
        int load = 31 - Integer.numberOfLeadingZeros(h.device.inFlight.size());
        return new Kind((load * SIZES + size) * 2 + (opcode & 1), crosses);
    }

    private void took(Kind kind, Command c, Judge judge) {
        done++;
        long ns = c.doneNs - c.startNs;
        if (!kind.crosses) {
            inside.put(kind.likeness, new Inside(ns, done, c.startSeq));
            return;
        }
        Inside other = inside.remove(kind.likeness);
        if (other != null && done - other.order <= APART_MAX) {
            ratios.add(Math.round((double) THOUSAND * ns / other.ns));
            compare(other, c, judge);
        }
    }

    private void compare(Inside other, Command c, Judge judge) {
        if (ratios.count() <= judge.settings().of(PAIRS)) {
            return;
        }
        if (!judged) {
            judged = true;
            judge.chance();
        }
        long middle = ratios.atPercent(50);
        // Three of four pairs show it: two humps, not one wide one.
        boolean most = ratios.atPercent(25) > THOUSAND * 11 / 10;
        if (!spoken && most && middle > judge.settings().of(RATIO) * THOUSAND / 100) {
            spoken = true;
            judge.violated(
                    Party.CONTROLLER,
                    String.format(
                            "In %,d pairs of like commands the one across a 128 KiB boundary took"
                                    + " %.1f times as long.",
                            ratios.count(), (double) middle / THOUSAND),
                    Where.sq(c.sqid),
                    other.seq,
                    c.startSeq,
                    c.doneSeq);
        }
    }
}
