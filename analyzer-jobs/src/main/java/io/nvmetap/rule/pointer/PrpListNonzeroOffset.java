package io.nvmetap.rule.pointer;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.History;
import io.nvmetap.nvme.PrpWalk;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Where;
import java.util.List;

/** The mediator does not begin a PRP list where the command says, but elsewhere in its page. */
public final class PrpListNonzeroOffset extends ListRule {
    private static final long serialVersionUID = 1L;

    public PrpListNonzeroOffset() {
        super(
                new RuleInfo(
                        "prp-list-nonzero-offset",
                        "PRP list that begins inside a page misread",
                        Severity.ERROR,
                        RuleInfo.Scope.QUEUE_PAIR,
                        "NVMe Base 2.0, 4.1.1 (a PRP List pointer may have an offset, in steps of"
                                + " eight bytes)",
                        "Map the page of the list and begin at the pointer's offset in it; what is"
                                + " left of that page counts from there.",
                        List.of("F1")));
    }

    /** The list begins inside its page. */
    @Override
    boolean concerns(CapturedEvent fetched, int pageSize) {
        return (Sqe.prp2(fetched.entry, 0) & pageSize - 1) != 0;
    }

    @Override
    void judge(History h, CapturedEvent used, ListWalk walk, boolean told, Judge judge) {
        long start = walk.prp2 & -(long) walk.pageSize;
        long atStart = walk.entry(start);
        long second = walk.usedFor(used, 1);
        boolean fromStart = atStart != PrpWalk.UNREADABLE && second == atStart;
        int difference = walk.difference(used);
        boolean readHere = walk.entry(walk.prp2) != PrpWalk.UNREADABLE;
        if (!readHere) {
            // Only the entries at the start of the page were read, and one of them was used.
            if (fromStart) {
                accuse(walk, used, second, start, judge);
            }
        } else if (difference == 1 && second != -1 && second != walk.pointer(1)) {
            if (told || fromStart) {
                accuse(walk, used, second, start, judge);
            }
        } else if (difference < -2 || difference > 1) {
            judge.chance();
        }
    }

    private static void accuse(
            ListWalk walk, CapturedEvent used, long second, long start, Judge judge) {
        judge.violated(
                Party.MEDIATOR,
                String.format(
                        "The PRP list at 0x%x begins 0x%x into its page; the second page of data was"
                                + " taken to be 0x%x.",
                        walk.prp2, walk.prp2 - start, second),
                new Where(used.qid, -1, Sqe.cid(used.entry, 0)),
                walk.seqOf(walk.prp2),
                walk.seqOf(start),
                walk.fetchedSeq,
                used.seq);
    }
}
