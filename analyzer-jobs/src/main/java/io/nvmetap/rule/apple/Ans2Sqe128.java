package io.nvmetap.rule.apple;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Where;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The mediator reads submission entries 64 bytes apart where the guest lays them 128 bytes apart:
 * every second one it takes is the empty upper half of the one before.
 */
public final class Ans2Sqe128 extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS =
            Sight.ANY
                    .ans2()
                    .mediated("nobody was seen to read the guest's entries but the controller")
                    .sees(Unseen.GUEST_SIDE, Unseen.SLOTS);

    /** Empty odd entries that make a stride of what could be one bad tail. */
    private static final int EMPTY_MIN = 2;

    /** What the first lap of a queue held. */
    private static final class Lap implements Serializable {
        private static final long serialVersionUID = 1L;
        int lastSlot = -1;
        boolean lastUsed;
        boolean over;
        int emptyOdd;
        long firstSeq = -1;
        long emptySeq = -1;
    }

    /** By guest submission queue; gone with the queues. */
    private final Map<Integer, Lap> laps = new HashMap<>();

    private long gapSeq = -1;

    public Ans2Sqe128() {
        super(
                new RuleInfo(
                        "ans2-sqe-128",
                        "128-byte submission entries read as 64",
                        Severity.ERROR,
                        RuleInfo.Scope.QUEUE_PAIR,
                        "Quirk of Apple's ANS2 (Linux: NVME_QUIRK_128_BYTES_SQES); NVMe Base 2.0,"
                                + " CC.IOSQES says 64",
                        "On this controller step through I/O submission queues 128 bytes at a time,"
                                + " whatever CC.IOSQES says.",
                        List.of("I6")));
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
        if (h.gapSeq != gapSeq || h.facts.disabled && e.side == Side.GUEST) {
            gapSeq = h.gapSeq;
            laps.clear();
        }
        Command c = h.facts.command;
        if (h.facts.queueCreated && e.side == Side.GUEST && c != null) {
            laps.remove(c.cdw10 & 0xFFFF);
        }
        boolean io = e.kind == EventKind.COMMAND_FETCHED && e.qid > 0 && c != null;
        if (io && h.facts.sq != null && h.guest.known && blind(h).isEmpty()) {
            fetched(e, c, judge);
        }
    }

    private void fetched(CapturedEvent e, Command c, Judge judge) {
        if (e.entryBytes > Sqe.SIZE) {
            judge.chance();
            return;
        }
        if (!e.knows(0, Sqe.SIZE)) {
            judge.doubt("the entry of event " + e.seq + " was not seen whole");
            return;
        }
        Lap lap = laps.computeIfAbsent(e.qid, q -> new Lap());
        boolean empty = empty(e);
        boolean odd = (e.slot & 1) != 0;
        // After the first lap the memory holds what earlier commands left.
        lap.over |= e.slot <= lap.lastSlot || odd != empty;
        if (odd && !lap.over && e.slot == lap.lastSlot + 1 && lap.lastUsed) {
            lap.emptyOdd++;
            lap.emptySeq = lap.emptySeq < 0 ? e.seq : lap.emptySeq;
        } else if (odd && !empty) {
            judge.chance();
        }
        lap.firstSeq = lap.firstSeq < 0 ? e.seq : lap.firstSeq;
        lap.lastSlot = e.slot;
        lap.lastUsed = !empty;
        if (lap.emptyOdd == EMPTY_MIN && !lap.over) {
            lap.over = true;
            judge.violated(
                    Party.MEDIATOR,
                    String.format(
                            "Slots 0 to %d of submission queue %d were read 64 bytes apart: every"
                                    + " second one is all zeros, opcode, identifier and namespace.",
                            e.slot, e.qid),
                    Where.of(c),
                    lap.firstSeq,
                    lap.emptySeq,
                    e.seq);
        }
    }

    private static boolean empty(CapturedEvent e) {
        for (int i = 0; i < Sqe.SIZE; i++) {
            if (e.entry[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
