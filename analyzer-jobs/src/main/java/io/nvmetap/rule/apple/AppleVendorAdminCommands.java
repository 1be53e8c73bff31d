package io.nvmetap.rule.apple;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Where;
import java.io.Serializable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A vendor specific command of the guest is refused by the mediator, or reaches Apple's controller
 * changed in more than its identifier and its PRPs. Apple's firmware does not boot without them.
 */
public final class AppleVendorAdminCommands extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.apple().mediated().bothSides();

    /** Vendor commands remembered until their completion. */
    private static final int HELD_MAX = 4096;

    /** Apple's tunnel, whose CDW11 to CDW14 are two addresses. */
    private static final int TUNNEL = 0xD8;

    private static final int PAGE_MASK = 0xFFF;

    /** One that the mediator fetched. */
    private static final class Held implements Serializable {
        private static final long serialVersionUID = 1L;
        byte[] entry;
        long seq;
        boolean emitted;
    }

    private final Map<Long, Held> held = new HashMap<>();
    private long gapSeq = -1;

    public AppleVendorAdminCommands() {
        super(
                new RuleInfo(
                        "apple-vendor-admin-commands",
                        "Vendor specific command refused or altered",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "Apple's private commands (Linux apple.c: admin D8h); NVMe Base 2.0 leaves"
                                + " admin C0h-FFh and I/O 80h-FFh to the vendor",
                        "Pass commands that nobody knows on as they are, byte for byte but for the"
                                + " command identifier.",
                        List.of("I9")));
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(
                EventKind.COMMAND_FETCHED, EventKind.COMMAND_EMITTED, EventKind.COMPLETION_COPIED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (h.gapSeq != gapSeq || h.facts.disabled && e.side == Side.GUEST) {
            gapSeq = h.gapSeq;
            held.clear();
        }
        Command c = h.facts.command;
        if (c == null || e.commandId < 0 || !blind(h).isEmpty()) {
            return;
        }
        switch (e.kind) {
            case COMMAND_FETCHED -> fetched(e, c, judge);
            case COMMAND_EMITTED -> emitted(e, c, judge);
            case COMPLETION_COPIED -> copied(e, c, judge);
            default -> {
                // Says nothing of what the guest's command became.
            }
        }
    }

    private void fetched(CapturedEvent e, Command c, Judge judge) {
        if (!vendor(c) && Sqe.reservedFlags(e.entry, 0) == 0) {
            return;
        }
        if (!e.knows(0, Sqe.SIZE) || held.size() >= HELD_MAX) {
            judge.doubt("the vendor command of event " + e.seq + " was not seen whole");
            return;
        }
        Held one = new Held();
        one.entry = Arrays.copyOf(e.entry, e.entryBytes);
        one.seq = e.seq;
        held.put(e.commandId, one);
    }

    private void emitted(CapturedEvent e, Command c, Judge judge) {
        Held one = e.owner == Owner.MEDIATOR ? null : held.get(e.commandId);
        if (one == null || one.emitted) {
            return;
        }
        one.emitted = true;
        if (!e.knows(0, Sqe.SIZE)) {
            judge.doubt("the vendor command of event " + e.seq + " was not seen whole");
            return;
        }
        judge.chance();
        int at = firstChange(one.entry, e, c);
        if (at >= 0) {
            judge.violated(
                    Party.MEDIATOR,
                    String.format(
                            "%s goes out changed: byte %d is %02xh, the guest wrote %02xh.",
                            c.name().name(), at, e.entry[at], one.entry[at]),
                    Where.of(c),
                    one.seq,
                    e.seq);
        }
    }

    private void copied(CapturedEvent e, Command c, Judge judge) {
        Held one = held.remove(e.commandId);
        int status = Cqe.status(e.entry, 0);
        if (one == null || one.emitted || !refused(status)) {
            return;
        }
        judge.violated(
                Party.MEDIATOR,
                c.name().name()
                        + " never goes out: the mediator answers "
                        + StatusCode.describe(status)
                        + ".",
                Where.of(c),
                one.seq,
                e.seq);
    }

    /** The opcode is the vendor's to define. */
    private static boolean vendor(Command c) {
        return c.opcode >= (c.admin() ? Opcodes.ADMIN_VENDOR_FIRST : Opcodes.IO_VENDOR_FIRST);
    }

    /** A status that says no to what was asked; not one of a queue or buffer that went away. */
    private static boolean refused(int status) {
        return switch (status & StatusCode.CODE_MASK) {
            case StatusCode.SUCCESS,
                    StatusCode.DATA_TRANSFER_ERROR,
                    StatusCode.INTERNAL_ERROR,
                    StatusCode.ABORT_REQUESTED,
                    StatusCode.ABORTED_SQ_DELETION ->
                    false;
            default -> true;
        };
    }

    /** First byte that no mediator has to change, -1 none. */
    private static int firstChange(byte[] asked, CapturedEvent e, Command c) {
        int reserved = Sqe.reservedFlags(asked, 0);
        if (!vendor(c)) {
            return reserved == Sqe.reservedFlags(e.entry, 0) ? -1 : Sqe.FLAGS_OFFSET;
        }
        boolean tunnel = c.admin() && c.opcode == TUNNEL;
        for (int i = 0; i < Math.min(asked.length, e.entryBytes); i++) {
            boolean cid = i == Sqe.CID_OFFSET || i == Sqe.CID_OFFSET + 1;
            boolean prp = i >= Sqe.PRP1_OFFSET && i < Sqe.CDW10_OFFSET;
            boolean moved = tunnel && (moved(asked, e, i, 11) || moved(asked, e, i, 13));
            if (asked[i] != e.entry[i] && !cid && !prp && !moved) {
                return i;
            }
        }
        return -1;
    }

    /** The byte belongs to an address that became another one, at the same place in its page. */
    private static boolean moved(byte[] asked, CapturedEvent e, int at, int dword) {
        int from = Sqe.CDW10_OFFSET + (dword - 10) * 4;
        int was = Sqe.cdw(asked, 0, dword);
        int is = Sqe.cdw(e.entry, 0, dword);
        boolean zero = is == 0 && Sqe.cdw(e.entry, 0, dword + 1) == 0;
        return at >= from && at < from + 8 && !zero && ((was ^ is) & PAGE_MASK) == 0;
    }
}
