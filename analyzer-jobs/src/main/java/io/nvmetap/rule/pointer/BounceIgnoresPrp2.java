package io.nvmetap.rule.pointer;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.History;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Where;
import java.util.List;
import java.util.Set;

/** The mediator goes on behind PRP1's page where the command says that PRP2 is the second page. */
public final class BounceIgnoresPrp2 extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS =
            Sight.ANY.mediated("no mediator copied for the guest").sees(Unseen.GUEST_SIDE);

    public BounceIgnoresPrp2() {
        super(
                new RuleInfo(
                        "bounce-ignores-prp2",
                        "Data continued behind PRP1's page, PRP2 ignored",
                        Severity.ERROR,
                        RuleInfo.Scope.QUEUE_PAIR,
                        "NVMe Base 2.0, 4.1.1 (PRP2 is the second page where the transfer crosses"
                                + " one page boundary)",
                        "Copy to the pages that PRP1 and PRP2 name, piece by piece; one buffer of a"
                                + " page's size may lie in two.",
                        List.of("F5")));
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMMAND_FETCHED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        boolean command = e.kind == EventKind.COMMAND_FETCHED && !e.sgl && e.pageCount > 0;
        boolean known = e.knows(Sqe.PRP1_OFFSET, 8) && e.knows(Sqe.PRP2_OFFSET, 8);
        if (!command || !known || !blind(h).isEmpty() || !h.guest.known || !h.guest.enabled) {
            return;
        }
        int pageSize = Registers.ccPageSize(h.guest.cc);
        long prp1 = Sqe.prp1(e.entry, 0);
        long prp2 = Sqe.prp2(e.entry, 0);
        long first = pageSize - (prp1 & pageSize - 1);
        long rest = e.dataBytes - first;
        boolean twoPages = rest > 0 && rest <= pageSize && (prp2 & pageSize - 1) == 0;
        long used = twoPages && e.pageAddress[0] == prp1 ? after(e, first) : -1;
        if (used == -1) {
            return;
        }
        if (used == prp1 + first && prp2 != used) {
            judge.violated(
                    Party.MEDIATOR,
                    String.format(
                            "%,d bytes from 0x%x: the last %,d belong to 0x%x (PRP2) and were taken"
                                    + " to be at 0x%x.",
                            e.dataBytes, prp1, rest, prp2, used),
                    new Where(e.qid, -1, Sqe.cid(e.entry, 0)),
                    e.seq);
        } else if (used == prp2) {
            judge.chance();
        }
    }

    /** Where the byte at a position of the data was taken to be; -1 not told. */
    private static long after(CapturedEvent e, long position) {
        long left = position;
        for (int i = 0; i < e.pageCount; i++) {
            if (left < e.pageLengthBytes[i]) {
                return e.pageAddress[i] + left;
            }
            left -= e.pageLengthBytes[i];
        }
        return -1;
    }
}
