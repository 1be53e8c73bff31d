package io.nvmetap.rule.latency;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
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
import io.nvmetap.rule.Threshold;
import io.nvmetap.rule.Where;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads and writes that cross a boundary of 128 KiB take the controller much longer than others of
 * their size: it works in stripes, and its driver does not know.
 */
public final class StripeOrDepthMismatch extends Rule {
    private static final long serialVersionUID = 1L;

    /** How much longer, medians of commands of like size. */
    static final Threshold RATIO = Threshold.percent("stripe-or-depth-mismatch.ratio", 150);

    /** Commands of each kind before anything is said. */
    static final Threshold COMMANDS = Threshold.count("stripe-or-depth-mismatch.commands", 100);

    private static final int STRIPE_SHIFT = 17;
    private static final int IN_FLIGHT_MAX = 1 << 16;

    /** Sizes by powers of two, up to a stripe: longer ones always cross. */
    private static final int SIZES = STRIPE_SHIFT + 1;

    /** Commands a size needs of each kind to have a median worth the name. */
    private static final int OF_A_SIZE_MIN = 20;

    private static final int CHECK_EVERY = 16;

    /** Commands under way: which spread each belongs to. */
    private final Map<Long, Integer> underWay = new HashMap<>();

    private final Spread[] spreads = new Spread[2 * 2 * SIZES];
    private long gapSeq = -1;
    private int sinceCheck;
    private boolean spoken;
    private boolean judged;
    private long within = -1;

    public StripeOrDepthMismatch() {
        super(
                new RuleInfo(
                        "stripe-or-depth-mismatch",
                        "Transfers across 128 KiB boundaries are slow",
                        Severity.INFO,
                        RuleInfo.Scope.CONTROLLER,
                        "Quirk of controllers; NVMe Command Set 1.0 reports a boundary in NOIOB",
                        "Split transfers at multiples of 128 KiB (STRIPE_SIZE among Linux's"
                                + " quirks), or align partitions and requests to them.",
                        List.of("J4")));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(RATIO, COMMANDS);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (h.gapSeq != gapSeq) {
            gapSeq = h.gapSeq;
            Arrays.fill(spreads, null);
        }
        if (h.facts.disabled || !h.device.known) {
            underWay.clear();
        }
        if (e.kind == EventKind.COMMAND_EMITTED && h.facts.command != null && h.device.known) {
            int which = spread(e);
            if (which >= 0 && e.commandId >= 0 && underWay.size() < IN_FLIGHT_MAX) {
                underWay.put(e.commandId, which);
            }
        } else if (e.kind == EventKind.COMPLETION_SEEN && h.facts.command != null) {
            Command c = h.facts.command;
            Integer which = underWay.remove(c.commandId);
            boolean good = e.knows(Cqe.STATUS_OFFSET, 2) && StatusCode.success(status(e));
            if (which != null && good && c.doneNs > c.startNs) {
                took(which, c, judge);
            }
        }
    }

    private static int status(CapturedEvent e) {
        return Cqe.status(e.entry, 0);
    }

    /** Spread of a Read or Write by opcode, size, and whether it crosses; -1 not judged. */
    private static int spread(CapturedEvent e) {
        boolean known = e.knows(Sqe.CDW10_OFFSET, 8) && e.knows(Sqe.CDW12_OFFSET, 2);
        int opcode = Sqe.opcode(e.entry, 0);
        boolean moves = opcode == Opcodes.IO_READ || opcode == Opcodes.IO_WRITE;
        long bytes = e.dataBytes;
        if (e.qid == 0 || !known || !moves || bytes <= 0 || bytes > 1L << STRIPE_SHIFT) {
            return -1;
        }
        int blocks = NvmSqe.blockCount(e.entry, 0);
        long first = NvmSqe.slba(e.entry, 0) * (bytes / blocks);
        boolean crosses = first >> STRIPE_SHIFT != first + bytes - 1 >> STRIPE_SHIFT;
        int size = 63 - Long.numberOfLeadingZeros(bytes);
        return (size << 1 | (opcode == Opcodes.IO_READ ? 1 : 0)) << 1 | (crosses ? 1 : 0);
    }

    private void took(int which, Command c, Judge judge) {
        if (spreads[which] == null) {
            spreads[which] = new Spread();
        }
        spreads[which].add(c.doneNs - c.startNs);
        boolean crosses = (which & 1) != 0;
        if (!crosses) {
            within = c.startSeq;
        } else if (++sinceCheck >= CHECK_EVERY) {
            sinceCheck = 0;
            compare(c, judge);
        }
    }

    /** Sizes count by the fewer of their commands; each has to show it. */
    private void compare(Command c, Judge judge) {
        long across = 0;
        long inside = 0;
        double logs = 0;
        double weights = 0;
        boolean everywhere = true;
        for (int i = 0; i < spreads.length; i += 2) {
            Spread in = spreads[i];
            Spread over = spreads[i + 1];
            boolean enough = in != null && over != null;
            if (!enough || in.count() < OF_A_SIZE_MIN || over.count() < OF_A_SIZE_MIN) {
                continue;
            }
            across += over.count();
            inside += in.count();
            int weight = Math.min(in.count(), over.count());
            logs += weight * Math.log((double) over.atPercent(50) / in.atPercent(50));
            weights += weight;
            // Two humps, not one wide one: most that cross are slower than half of the others.
            everywhere &= over.atPercent(25) > in.atPercent(50);
        }
        long least = judge.settings().of(COMMANDS);
        if (across <= least || inside <= least) {
            return;
        }
        if (!judged) {
            judged = true;
            judge.chance();
        }
        double ratio = Math.exp(logs / weights);
        if (!spoken && everywhere && ratio * 100 > judge.settings().of(RATIO)) {
            spoken = true;
            judge.violated(
                    Party.CONTROLLER,
                    String.format(
                            "%,d reads and writes across 128 KiB boundaries took %.1f times as long"
                                    + " as %,d of like size inside.",
                            across, ratio, inside),
                    Where.sq(c.sqid),
                    within,
                    c.startSeq,
                    c.doneSeq);
        }
    }
}
