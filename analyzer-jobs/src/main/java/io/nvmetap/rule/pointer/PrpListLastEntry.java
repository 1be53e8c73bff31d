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

/**
 * The mediator takes the entry in the last place of a list page for a pointer to the next list
 * though it is the last page of data, or for data though it is a pointer.
 */
public final class PrpListLastEntry extends ListRule {
    private static final long serialVersionUID = 1L;

    public PrpListLastEntry() {
        super(
                new RuleInfo(
                        "prp-list-last-entry",
                        "Last entry of a PRP list page misread",
                        Severity.ERROR,
                        RuleInfo.Scope.QUEUE_PAIR,
                        "NVMe Base 2.0, 4.1.1 (the last entry of a list page points at the next"
                                + " list only if more than one page of data remains)",
                        "Decide by the length that remains: at most one page, and the last entry is"
                                + " data; more, and it is the next list.",
                        List.of("F2")));
    }

    /** The data need so many entries that one stands in the last place of the first list page. */
    @Override
    boolean concerns(CapturedEvent fetched, int pageSize) {
        int inPage = pageSize - 1;
        long before = (inPage - (Sqe.prp2(fetched.entry, 0) & inPage)) / ListWalk.ENTRY_BYTES;
        long first = pageSize - (Sqe.prp1(fetched.entry, 0) & inPage);
        return fetched.dataBytes - first > before * pageSize;
    }

    @Override
    void judge(History h, CapturedEvent used, ListWalk walk, boolean told, Judge judge) {
        int difference = walk.difference(used);
        int compared = difference < 0 ? -1 - difference : difference;
        for (int i = 1; i < compared; i++) {
            if (walk.lastPlace(i) || walk.pointer(i) != 0) {
                judge.chance();
                break;
            }
        }
        if (difference < 1) {
            return;
        }
        long instead = walk.usedFor(used, difference);
        boolean pointerAsData =
                walk.pointer(difference) != 0 && instead == walk.pointer(difference);
        if (pointerAsData) {
            accuse(
                    walk,
                    used,
                    difference,
                    "the pointer to the next list was taken for data",
                    judge);
        } else if (walk.lastPlace(difference) && (told || followed(walk, difference, instead))) {
            accuse(walk, used, difference, "the last page of data was taken for a list", judge);
        }
    }

    /** The page used is the entry found where the data ought to be. */
    private static boolean followed(ListWalk walk, int i, long instead) {
        long found = walk.entry(walk.address(i));
        return found != PrpWalk.UNREADABLE && (found & -(long) walk.pageSize) == instead;
    }

    private static void accuse(ListWalk walk, CapturedEvent used, int i, String what, Judge judge) {
        judge.violated(
                Party.MEDIATOR,
                String.format(
                        "Page %d of the data is 0x%x and was taken to be 0x%x: %s.",
                        i + 1, walk.address(i), walk.usedFor(used, i), what),
                new Where(used.qid, -1, Sqe.cid(used.entry, 0)),
                walk.runs.get(0).seq(),
                walk.runs.get(walk.runs.size() - 1).seq(),
                walk.fetchedSeq,
                used.seq);
    }
}
