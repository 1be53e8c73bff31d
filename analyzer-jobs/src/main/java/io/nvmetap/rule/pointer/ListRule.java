package io.nvmetap.rule.pointer;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.history.History;
import io.nvmetap.nvme.PageList;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A rule about PRP lists of guest commands: what the mediator took for the data's pages against
 * what the list says. Guest side pages count; where they were not told, those that went to the
 * controller, if the mediator did not put memory of its own in place of the guest's.
 */
abstract class ListRule extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS =
            Sight.ANY.mediated("no mediator followed the guest's lists").sees(Unseen.GUEST_SIDE);

    /** Commands whose lists are kept; they are fetched at once. */
    private static final int COMMANDS_MAX = 64;

    /** Runs of one command: more list pages than the longest transfer has. */
    private static final int RUNS_MAX = 256;

    private final Map<Long, List<ListWalk.Run>> read = new LinkedHashMap<>();

    /**
     * The command whose list was begun last, and its runs, not yet among the others: nearly always
     * it is fetched next. Null none.
     */
    private List<ListWalk.Run> last;

    private long lastId;
    private final Map<Long, ListWalk> untold = new LinkedHashMap<>();
    private transient PageList pages;
    private long gapSeq = -1;

    ListRule(RuleInfo info) {
        super(info);
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public final Set<EventKind> reads() {
        return Set.of(
                EventKind.COMMAND_FETCHED, EventKind.COMMAND_EMITTED, EventKind.POINTER_LIST_READ);
    }

    @Override
    public final void step(History h, CapturedEvent e, Judge judge) {
        if (h.facts.disabled || h.gapSeq != gapSeq) {
            gapSeq = h.gapSeq;
            last = null;
            read.clear();
            untold.clear();
        }
        if (!blind(h).isEmpty()) {
            return;
        }
        if (e.kind == EventKind.POINTER_LIST_READ && e.side == Side.GUEST) {
            keep(e);
        } else if (e.kind == EventKind.COMMAND_FETCHED) {
            fetched(h, e, judge);
        } else if (e.kind == EventKind.COMMAND_EMITTED && e.owner == Owner.GUEST) {
            ListWalk walk = untold.remove(e.commandId);
            boolean passed = walk != null && Sqe.prp1(e.entry, 0) == walk.prp1;
            if (passed && e.knows(Sqe.PRP1_OFFSET, 8) && e.pageCount > 0) {
                judge(h, e, walk, false, judge);
            }
        }
    }

    private void keep(CapturedEvent e) {
        List<ListWalk.Run> runs = runs(e.commandId);
        if (runs.size() < RUNS_MAX) {
            runs.add(new ListWalk.Run(e.registerOffset, e.content.clone(), e.seq));
        }
    }

    private List<ListWalk.Run> runs(long commandId) {
        if (last != null && lastId == commandId) {
            return last;
        }
        List<ListWalk.Run> older = read.isEmpty() ? null : read.get(commandId);
        if (older != null) {
            return older;
        }
        if (last != null) {
            read.put(lastId, last);
        }
        last = new ArrayList<>(1);
        lastId = commandId;
        bound(read, COMMANDS_MAX - 1);
        return last;
    }

    /** The runs of a command, which are kept no longer; null none. */
    private List<ListWalk.Run> taken(long commandId) {
        if (last != null && lastId == commandId) {
            List<ListWalk.Run> runs = last;
            last = null;
            return runs;
        }
        return read.isEmpty() ? null : read.remove(commandId);
    }

    private void fetched(History h, CapturedEvent e, Judge judge) {
        List<ListWalk.Run> runs = taken(e.commandId);
        if (!h.guest.known || !h.guest.enabled) {
            return;
        }
        int pageSize = Registers.ccPageSize(h.guest.cc);
        if (runs == null || !ListWalk.needed(e, pageSize)) {
            return;
        }
        // One that does not concern the rule takes its place all the same among those untold.
        ListWalk walk = concerns(e, pageSize) ? new ListWalk(e, pageSize, runs, pages()) : null;
        if (e.pageCount <= 0) {
            untold.put(e.commandId, walk);
            bound(untold, COMMANDS_MAX);
        } else if (walk != null) {
            judge(h, e, walk, true, judge);
        }
    }

    private PageList pages() {
        if (pages == null) {
            pages = new PageList();
        }
        return pages;
    }

    private static void bound(Map<Long, ?> map, int most) {
        if (map.size() > most) {
            map.remove(map.keySet().iterator().next());
        }
    }

    /**
     * Whether the rule can say anything of a command that needs a list; told by its entry alone,
     * because most cannot concern it and the walk of their lists is what costs.
     */
    abstract boolean concerns(CapturedEvent fetched, int pageSize);

    /**
     * Judges one command that concerns the rule.
     *
     * @param used has the pages that were used
     * @param told the pages are the mediator's account of the guest's; false: they may be other
     *     memory in part, and only an address that a mistake explains proves one
     */
    abstract void judge(History h, CapturedEvent used, ListWalk walk, boolean told, Judge judge);
}
