package io.nvmetap.rule.interrupt;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.History;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Where;
import java.util.List;

/** The mediator clears a vector's mask and goes on without reading the table back. */
public final class MsixUnmaskNotFlushed extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS =
            Sight.ANY.mediated("no mediator wrote masks").sees(Unseen.MSIX_TABLE);

    private long pendingSeq = -1;
    private int pendingVector;

    public MsixUnmaskNotFlushed() {
        super(
                new RuleInfo(
                        "msix-unmask-not-flushed",
                        "MSI-X unmask not flushed by a read",
                        Severity.WARNING,
                        RuleInfo.Scope.CONTROLLER,
                        "PCI Express Base, Transaction Ordering (memory writes are posted) and MSI-X"
                                + " Capability and Table Structure",
                        "Read from the table after the mask bit is cleared, then look at the"
                                + " completion queues once.",
                        List.of("C1")));
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (pendingSeq < 0 && e.kind != EventKind.VECTOR_UNMASKED) {
            return;
        }
        if (h.gapSeq == e.seq || !blind(h).isEmpty()) {
            pendingSeq = -1;
            return;
        }
        if (pendingSeq >= 0) {
            pending(e, judge);
        }
        if (e.kind == EventKind.VECTOR_UNMASKED && e.side == Side.DEVICE) {
            judge.chance();
            pendingSeq = e.seq;
            pendingVector = e.vector;
        }
    }

    private void pending(CapturedEvent e, Judge judge) {
        boolean read = e.kind == EventKind.REGISTER_READ && e.side == Side.DEVICE;
        if (e.kind == EventKind.VECTOR_FLUSHED || read) {
            pendingSeq = -1;
            return;
        }
        boolean wentOn =
                e.side != Side.NONE
                        && e.kind != EventKind.VECTOR_UNMASKED
                        && e.kind != EventKind.VECTOR_MASKED
                        && e.kind != EventKind.INTERRUPT_RAISED;
        if (wentOn) {
            judge.violated(
                    Party.MEDIATOR,
                    "Vector "
                            + pendingVector
                            + " is unmasked and not read back before the mediator goes on.",
                    Where.NOWHERE,
                    pendingSeq,
                    e.seq);
            pendingSeq = -1;
        }
    }
}
