package io.nvmetap.rule.apple;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.history.Profiles;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Threshold;
import io.nvmetap.rule.Where;
import java.util.List;
import java.util.Set;

/**
 * The controller falls over (CSTS) right after a Flush was in flight together with other I/O.
 * Apple's 2001 is known for it and reported at the first time; others when each of several falls
 * came so and chance cannot explain it.
 */
public final class Apple2001FlushWithDepth extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS =
            Sight.ANY.sees(Unseen.DEVICE_SIDE, Unseen.REGISTER_READ_VALUES);

    /** Completions may still be found so long after the command that killed the controller. */
    private static final Threshold SETTLE = Threshold.ms("apple2001-flush-with-depth.settle", 1);

    /** Falls of a controller not known for this before it is accused. */
    private static final Threshold FALLS = Threshold.count("apple2001-flush-with-depth.falls", 3);

    /** Commands that make a base rate. */
    private static final long SAMPLE_MIN = 100;

    private static final double CHANCE_MAX = 0.001;

    /** The last Flush that met other I/O and has not completed: id, when they met; -1 none. */
    private long flushId = -1;

    private long metNs;
    private long metSeq;
    private int metWith;
    private boolean readySeen;

    /** The last Flush in flight when it was looked for; none was sent since. */
    private Command lastFlush;

    private int epoch = -1;
    private int epochFallen = -1;
    private long gapSeq = -1;

    private long falls;
    private long fallsAfterFlush;
    private long samples;
    private long samplesAfterFlush;
    private boolean spoken;

    public Apple2001FlushWithDepth() {
        super(
                new RuleInfo(
                        "apple2001-flush-with-depth",
                        "Controller falls over at a Flush among other commands",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "Quirk of Apple's 2001 (Linux: NVME_QUIRK_QDEPTH_ONE); NVM Command Set 1.0,"
                                + " Flush may be in flight with other commands",
                        "Let the queues run empty before a Flush and wait for it, or keep one"
                                + " command in flight.",
                        List.of("I7")));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(SETTLE, FALLS);
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
        if (e.side != Side.DEVICE || !blind(h).isEmpty()) {
            return;
        }
        if (h.device.epoch != epoch || h.gapSeq != gapSeq || h.facts.disabled) {
            epoch = h.device.epoch;
            gapSeq = h.gapSeq;
            flushId = -1;
            lastFlush = null;
            readySeen = false;
        }
        Command c = h.facts.command;
        if (e.kind == EventKind.COMMAND_EMITTED && c != null && !c.admin() && h.device.known) {
            sent(h, c, judge);
        } else if (e.kind == EventKind.COMPLETION_SEEN && c != null && c.commandId == flushId) {
            judge.chance();
            flushId = -1;
        } else if (e.kind == EventKind.REGISTER_READ && fallen(h, e)) {
            fell(h, e, judge);
        }
    }

    private void sent(History h, Command c, Judge judge) {
        samples++;
        samplesAfterFlush += fresh(h, judge) ? 1 : 0;
        if (h.device.counts().io(Opcodes.IO_FLUSH) == 0 || isMet(h, c)) {
            return;
        }
        Command flush = null;
        int ios = 0;
        for (Command other : h.device.inFlight.values()) {
            boolean counts = !other.admin() && !other.released;
            ios += counts ? 1 : 0;
            flush = counts && other.opcode == Opcodes.IO_FLUSH ? other : flush;
        }
        lastFlush = flush;
        if (flush != null && ios > 1 && flush.commandId != flushId) {
            flushId = flush.commandId;
            metNs = c.startNs;
            metSeq = flush.startSeq;
            metWith = ios - 1;
        }
    }

    /** The last Flush in flight is known to have met others: nobody looks for it again. */
    private boolean isMet(History h, Command c) {
        Command f = lastFlush;
        return f != null
                && f.commandId == flushId
                && c.opcode != Opcodes.IO_FLUSH
                && !f.released
                && h.device.inFlight(f.sqid, f.cid) == f;
    }

    /** A Flush met other commands and nothing completed since. */
    private boolean fresh(History h, Judge judge) {
        return flushId >= 0 && h.device.lastDoneNs <= metNs + judge.settings().of(SETTLE);
    }

    /** CSTS of an enabled controller that was ready says that it is so no more; once an epoch. */
    private boolean fallen(History h, CapturedEvent e) {
        boolean csts = e.space == RegisterSpace.BAR0 && e.registerOffset == Registers.CSTS;
        if (!csts || !e.flag || e.widthBytes < 4 || !h.device.enabled || !h.device.known) {
            return false;
        }
        int value = (int) e.value;
        boolean good = value != -1 && Registers.cstsRdy(value) && !Registers.cstsCfs(value);
        readySeen |= good;
        return !good && readySeen && !h.device.shutdownNotified && epochFallen != epoch;
    }

    private void fell(History h, CapturedEvent e, Judge judge) {
        epochFallen = epoch;
        long ios = h.device.inFlight.values().stream().filter(c -> !c.admin()).count();
        if (ios == 0) {
            return;
        }
        boolean after = fresh(h, judge);
        falls++;
        fallsAfterFlush += after ? 1 : 0;
        if (after && (Profiles.isApple2001(h) || proved(judge))) {
            Command flush = h.device.byId(flushId);
            judge.violated(
                    Party.CONTROLLER,
                    String.format(
                            "CSTS reads %xh: the controller fell over after a Flush met %d other"
                                    + " I/O commands in flight, and %d are lost.",
                            e.value, metWith, ios),
                    flush == null ? Where.NOWHERE : Where.of(flush),
                    metSeq,
                    e.seq);
        }
    }

    /** Said once: every fall came so, and that is not what chance does. */
    private boolean proved(Judge judge) {
        double base = Math.max(1.0, samplesAfterFlush) / Math.max(1, samples);
        boolean proof =
                !spoken
                        && falls >= judge.settings().of(FALLS)
                        && fallsAfterFlush == falls
                        && samples >= SAMPLE_MIN
                        && Math.pow(base, falls) < CHANCE_MAX;
        spoken |= proof;
        return proof;
    }
}
