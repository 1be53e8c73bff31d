package io.nvmetap.rule.interrupt;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.History;
import io.nvmetap.nvme.Registers;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Where;
import java.io.Serializable;
import java.util.List;
import java.util.Set;

/**
 * After a controller reset and the next enable INTMS reads as not 0, though nobody masked anything
 * since: a driver that takes the reset value for granted gets no interrupt (NVMe Base 2.0, 3.1.3.3
 * and 3.7.2).
 */
public final class MaskSurvivesReset extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.sees(Unseen.REGISTER_READ_VALUES);

    private static final long ALL = 0xFFFF_FFFFL;

    /** INTMS of one side since its last reset. */
    private static final class Mask implements Serializable {
        private static final long serialVersionUID = 1L;

        private long resetSeq = -1;
        private boolean written;
        private boolean spoken;

        /** What it read last, -1 not read since the reset. */
        private long read = -1;

        /** CSTS read as something a living controller says. */
        private boolean alive;

        private void reset(long seq) {
            resetSeq = seq;
            written = false;
            spoken = false;
            read = -1;
            alive = false;
        }
    }

    private final Mask guest = new Mask();
    private final Mask device = new Mask();

    public MaskSurvivesReset() {
        super(
                new RuleInfo(
                        "mask-survives-reset",
                        "Interrupt mask survives reset",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe Base 2.0, 3.1.3.3 (INTMS, reset value 0h) and 3.7.2 (Controller Level"
                                + " Reset)",
                        "Write INTMC with all bits set after every enable on such a controller.",
                        List.of("C7")));
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of();
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (h.gapSeq == e.seq) {
            guest.reset(-1);
            device.reset(-1);
        }
        boolean function =
                e.kind == EventKind.CONTROLLER_RESET
                        && e.reset != ResetKind.CC_EN
                        && e.reset != ResetKind.DRIVER;
        if (function) {
            guest.reset(e.seq);
            device.reset(e.seq);
        }
        Mask mask = e.side == Side.GUEST ? guest : device;
        if (h.facts.disabled) {
            mask.reset(e.seq);
        }
        if (e.space != RegisterSpace.BAR0 || e.widthBytes != 4 || !blind(h).isEmpty()) {
            return;
        }
        if (e.kind == EventKind.REGISTER_WRITTEN) {
            mask.written |= e.registerOffset == Registers.INTMS;
        } else if (e.kind == EventKind.REGISTER_READ && e.flag) {
            read(h, e, mask, judge);
        }
    }

    private void read(History h, CapturedEvent e, Mask mask, Judge judge) {
        long value = e.value & ALL;
        if (e.registerOffset == Registers.CSTS) {
            mask.alive = value != ALL;
        }
        boolean intms = e.registerOffset == Registers.INTMS || e.registerOffset == Registers.INTMC;
        if (!intms || mask.resetSeq < 0 || mask.written || !h.side(e.side).enabled) {
            return;
        }
        mask.read = value;
        judge.chance();
        // A controller that is gone reads as all ones, whatever is asked.
        boolean left = value != 0 && mask.alive && !mask.spoken;
        if (!left || mask == guest && device.read > 0) {
            return;
        }
        mask.spoken = true;
        judge.violated(
                mask == guest ? Party.MEDIATOR : Party.CONTROLLER,
                String.format(
                        "INTMS reads 0x%x after the reset, and nobody masked anything since.",
                        value),
                Where.NOWHERE,
                mask.resetSeq,
                e.seq);
    }
}
