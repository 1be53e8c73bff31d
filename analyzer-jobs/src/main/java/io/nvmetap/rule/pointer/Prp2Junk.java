package io.nvmetap.rule.pointer;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.history.SideState;
import io.nvmetap.nvme.Registers;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Where;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** PRP2 holds something though one page suffices, or PRP1 is zero though there are data. */
public final class Prp2Junk extends Rule {
    private static final long serialVersionUID = 1L;

    private final Set<Integer> spoken = new HashSet<>();

    public Prp2Junk() {
        super(
                new RuleInfo(
                        "prp2-junk",
                        "Data pointer with junk or zero",
                        Severity.WARNING,
                        RuleInfo.Scope.QUEUE_PAIR,
                        "NVMe Base 2.0, 3.3.3.1 (PRP2 is reserved if the data cross no page"
                                + " boundary; what is reserved is cleared)",
                        "Clear the entry before it is filled in; a buffer at address zero is most"
                                + " likely one that was never set.",
                        List.of("F4")));
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMMAND_FETCHED, EventKind.COMMAND_EMITTED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (h.facts.disabled || h.facts.enabled) {
            int bit = bit(e.side);
            spoken.removeIf(s -> (s & 1) == bit);
        }
        boolean command =
                e.kind == EventKind.COMMAND_FETCHED || e.kind == EventKind.COMMAND_EMITTED;
        Command c = h.facts.command;
        SideState side = h.side(e.side);
        boolean decidable = command && c != null && side.known && side.enabled && e.dataBytes > 0;
        if (!decidable || !c.prp1Known || !c.prp2Known) {
            return;
        }
        Party owner = owner(h, e, c);
        if (owner == Party.UNKNOWN) {
            return;
        }
        long pageSize = Registers.ccPageSize(side.cc);
        boolean junk = onePage(c, e.dataBytes, pageSize) && c.prp2 != 0;
        judge.chance();
        if (c.prp1 == 0) {
            accuse(owner, c, e, 1, "PRP1 is 0 and there are %,d bytes of data%s.", judge);
        } else if (junk) {
            accuse(owner, c, e, 0, "%,d bytes of data fit PRP1's page and PRP2 is 0x%x.", judge);
        }
    }

    private static boolean onePage(Command c, long bytes, long pageSize) {
        return (c.prp1 & pageSize - 1) + bytes <= pageSize;
    }

    /** Who filled the pointer in; UNKNOWN where that was judged on the other side. */
    private static Party owner(History h, CapturedEvent e, Command c) {
        if (e.side == Side.GUEST || !h.header.mediated()) {
            return Party.GUEST;
        }
        if (e.owner == Owner.MEDIATOR) {
            return Party.MEDIATOR;
        }
        Command of = c.fetched;
        boolean changed = of != null && (of.prp1 != c.prp1 || of.prp2 != c.prp2);
        boolean known = of != null && of.prp1Known && of.prp2Known;
        return known && changed ? Party.MEDIATOR : Party.UNKNOWN;
    }

    private static int bit(Side side) {
        return side == Side.GUEST ? 1 : 0;
    }

    /** Once a queue and enable, of each kind: a driver that does it does it always. */
    private void accuse(
            Party owner, Command c, CapturedEvent e, int kind, String words, Judge judge) {
        if (spoken.add(c.sqid << 2 | kind << 1 | bit(e.side))) {
            Object second = kind == 1 ? "" : c.prp2;
            judge.violated(
                    owner,
                    c.name().name() + ": " + String.format(words, e.dataBytes, second),
                    Where.of(c),
                    e.seq);
        }
    }
}
