package io.nvmetap.rule.interrupt;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.RegisterSpace;
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
import io.nvmetap.rule.Threshold;
import io.nvmetap.rule.Where;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The guest masked an interrupt in INTMS and gets it all the same, long after the mask. Pin and MSI
 * only: with MSI-X the mask is in the table, and INTMS means nothing (NVMe Base 2.0, 3.1.3.3).
 */
public final class IrqAfterMask extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS =
            Sight.ANY.mediated("no mediator delivered interrupts").sees(Unseen.INTERRUPT_DELIVERY);

    /** One that was under way when the mask was set may still arrive. */
    private static final Threshold GRACE = Threshold.us("irq-after-mask.grace", 10);

    private static final int BITS = 32;

    /** By bit of INTMS: when it was set and the event, -1 not set; and whether it was spoken of. */
    private final long[] setNs = new long[BITS];

    private final long[] setSeq = new long[BITS];
    private final boolean[] spoken = new boolean[BITS];
    private boolean everMasked;

    public IrqAfterMask() {
        super(
                new RuleInfo(
                        "irq-after-mask",
                        "Interrupt arrives after masking",
                        Severity.WARNING,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe Base 2.0, 3.1.3.3 (INTMS: Interrupt Mask Set)",
                        "Take a message back that waits to be injected when the guest masks its"
                                + " vector, and send it at the unmask.",
                        List.of("C5")));
        Arrays.fill(setSeq, -1);
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(GRACE);
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.INTERRUPT_DELIVERED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        boolean off = h.facts.disabled && e.side == Side.GUEST;
        if (off || h.gapSeq == e.seq || e.kind == EventKind.CONTROLLER_RESET) {
            Arrays.fill(setSeq, -1);
            return;
        }
        if (e.side != Side.GUEST || !blind(h).isEmpty()) {
            return;
        }
        if (e.kind == EventKind.REGISTER_WRITTEN && e.space == RegisterSpace.BAR0) {
            written(e);
        } else if (e.kind == EventKind.INTERRUPT_DELIVERED && everMasked) {
            delivered(e, judge);
        }
    }

    private void written(CapturedEvent e) {
        boolean set = e.registerOffset == Registers.INTMS;
        if (!set && e.registerOffset != Registers.INTMC) {
            return;
        }
        everMasked |= set;
        for (int bit = 0; bit < BITS; bit++) {
            boolean named = (e.value >>> bit & 1) != 0;
            if (named && set && setSeq[bit] < 0) {
                setSeq[bit] = e.seq;
                setNs[bit] = e.timeNs;
                spoken[bit] = false;
            } else if (named && !set) {
                setSeq[bit] = -1;
            }
        }
    }

    private void delivered(CapturedEvent e, Judge judge) {
        boolean pin = e.interrupt == InterruptKind.INTX;
        if (!pin && e.interrupt != InterruptKind.MSI || e.vector < 0 || e.vector >= BITS) {
            return;
        }
        judge.chance();
        int bit = pin ? 0 : e.vector;
        long maskedNs = setSeq[bit] < 0 ? 0 : e.timeNs - setNs[bit];
        if (maskedNs > judge.settings().of(GRACE) && !spoken[bit]) {
            spoken[bit] = true;
            judge.violated(
                    Party.MEDIATOR,
                    String.format(
                            "Interrupt %d reaches the guest %d us after the guest masked it in"
                                    + " INTMS.",
                            bit, maskedNs / 1_000),
                    Where.NOWHERE,
                    setSeq[bit],
                    e.seq);
        }
    }
}
