package io.nvmetap.rule.register;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.history.SideState;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Where;
import java.util.List;
import java.util.Set;

/**
 * CC.EN is set with settings that the controller does not offer or that no controller can take, or
 * an I/O queue is created while CC names an entry size that the controller does not have.
 */
public final class EnableWithInvalidConfiguration extends Rule {
    private static final long serialVersionUID = 1L;

    /** Identify Controller: log2 of the entry sizes, smallest in the low half of the byte. */
    private static final int SQES_BYTE = 512;

    private static final int CQES_BYTE = 513;

    /** What every controller of I/O queues must take: 64 and 16 bytes. */
    private static final int SQES_REQUIRED = 0xF6;

    private static final int CQES_REQUIRED = 0xF4;

    private final EnableTrack[] tracks = {
        new EnableTrack(Side.GUEST), new EnableTrack(Side.DEVICE)
    };
    private final int[] sqes = {SQES_REQUIRED, SQES_REQUIRED};
    private final int[] cqes = {CQES_REQUIRED, CQES_REQUIRED};

    public EnableWithInvalidConfiguration() {
        super(
                new RuleInfo(
                        "enable-with-invalid-configuration",
                        "Enabled with settings that are not offered",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe Base 2.0, 3.1.3.5 (CC: MPS, AMS, CSS, IOSQES, IOCQES), 3.1.3.8 (AQA),"
                                + " 3.1.3.9 (ASQ), 3.1.3.10 (ACQ)",
                        "Read CAP and Identify first; write AQA, ASQ and ACQ whole, page aligned,"
                                + " with at least two entries, and only then set CC.EN.",
                        List.of()));
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMMAND_FETCHED, EventKind.COMMAND_EMITTED, EventKind.PAYLOAD);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        for (EnableTrack t : tracks) {
            t.see(h, e);
        }
        if (e.side == Side.NONE) {
            return;
        }
        EnableTrack t = tracks[index(e.side)];
        if (t.setNow) {
            enabled(h, t, e, judge);
        } else if (e.kind == EventKind.PAYLOAD) {
            identified(h, e);
        } else if (e.kind == EventKind.COMMAND_FETCHED || e.kind == EventKind.COMMAND_EMITTED) {
            created(h, e, judge);
        }
    }

    private static int index(Side side) {
        return side == Side.GUEST ? 0 : 1;
    }

    private void enabled(History h, EnableTrack t, CapturedEvent e, Judge judge) {
        SideState side = h.side(e.side);
        // Where a mediator stands between, the choice of command sets has a rule of its own.
        String wrong = EnableCheck.wrong(h, t, side, !h.header.mediated());
        if (!wrong.isEmpty()) {
            judge.violated(
                    h.actor(e.side),
                    "CC.EN is set although " + wrong + ".",
                    Where.NOWHERE,
                    side.capHighSeq,
                    e.seq);
        } else if (EnableTrack.cap(h, e.side) == 0) {
            judge.doubt("CAP was not seen when CC.EN was set");
        } else if (!t.admin()) {
            judge.doubt("AQA, ASQ or ACQ was not seen when CC.EN was set");
        } else {
            judge.chance();
        }
    }

    private void identified(History h, CapturedEvent e) {
        Command c = h.side(e.side).byId(e.commandId);
        boolean controller =
                c != null
                        && c.admin()
                        && c.opcode == Opcodes.ADMIN_IDENTIFY
                        && (c.cdw10 & 0xFF) == 1
                        && e.content.length > CQES_BYTE;
        if (controller) {
            for (Side side : new Side[] {Side.GUEST, Side.DEVICE}) {
                sqes[index(side)] = e.content[SQES_BYTE] & 0xFF;
                cqes[index(side)] = e.content[CQES_BYTE] & 0xFF;
            }
        }
    }

    private void created(History h, CapturedEvent e, Judge judge) {
        Command c = h.facts.command;
        SideState side = h.side(e.side);
        boolean sq = c != null && c.admin() && c.opcode == Opcodes.ADMIN_CREATE_SQ;
        boolean cq = c != null && c.admin() && c.opcode == Opcodes.ADMIN_CREATE_CQ;
        if (!sq && !cq || !side.enabled || !side.known) {
            return;
        }
        int size = sq ? Registers.ccIosqes(side.cc) : Registers.ccIocqes(side.cc);
        int offered = sq ? sqes[index(e.side)] : cqes[index(e.side)];
        if (size < (offered & 0xF) || size > (offered >>> 4 & 0xF)) {
            judge.violated(
                    h.actor(e.side),
                    String.format(
                            "An I/O %s queue is created while CC.%s is %d; the controller takes %d"
                                    + " to %d.",
                            sq ? "submission" : "completion",
                            sq ? "IOSQES" : "IOCQES",
                            size,
                            offered & 0xF,
                            offered >>> 4 & 0xF),
                    Where.of(c),
                    side.epochSeq,
                    e.seq);
        }
    }
}
