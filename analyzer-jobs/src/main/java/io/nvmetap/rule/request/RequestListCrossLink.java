package io.nvmetap.rule.request;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.RequestStep;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import io.nvmetap.rule.CommonThresholds;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Timed;
import io.nvmetap.rule.Where;
import java.io.Serializable;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A command of the guest reaches the controller twice, or never, or after one fetched later: the
 * mediator's lists do not hold what was put into them.
 */
public final class RequestListCrossLink extends Rule implements Timed {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.mediated().bothSides();

    /** Deadlines are looked at this often, in event time. */
    private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;

    /** The first eight bytes of an entry but for bytes 2 and 3, its identifier. */
    private static final long NO_CID = 0xFFFF_FFFF_0000_FFFFL;

    private static final long CHECK_NS = 10_000_000L;

    /** Fetched, and neither submitted nor answered yet. */
    private static final class Fetched implements Serializable {
        private static final long serialVersionUID = 1L;
        Command command;

        /** First later one of its queue that was submitted before it, -1 none. */
        long overtakenSeq = -1;
    }

    /** Submitted, and not failed or answered yet. */
    private static final class Sent implements Serializable {
        private static final long serialVersionUID = 1L;
        Command command;
        int content;
    }

    /** By queue, in the order in which they were fetched. */
    private final Map<Integer, LinkedHashMap<Long, Fetched>> waiting = new HashMap<>();

    private final Map<Long, Sent> sent = new HashMap<>();

    /** The source tells what becomes of requests, so it would have told of a pause. */
    private boolean states;

    private long gapSeq = -1;
    private long nextCheckNs;

    public RequestListCrossLink() {
        super(
                new RuleInfo(
                        "request-list-cross-link",
                        "Requests lost, doubled or out of order",
                        Severity.ERROR,
                        RuleInfo.Scope.QUEUE_PAIR,
                        "NVMe Base 2.0, 3.3.3.2 (each command completes once); the order is the"
                                + " mediator's own",
                        "Unlink a request before it is put into another list, the link to the next"
                                + " one too.",
                        List.of("E5")));
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(
                EventKind.COMMAND_FETCHED,
                EventKind.COMMAND_EMITTED,
                EventKind.COMPLETION_SEEN,
                EventKind.COMPLETION_COPIED,
                EventKind.REQUEST_STATE);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        boolean over = h.facts.disabled || e.kind == EventKind.CONTROLLER_RESET;
        if (over || h.gapSeq != gapSeq) {
            gapSeq = h.gapSeq;
            waiting.clear();
            sent.clear();
        }
        if (!blind(h).isEmpty()) {
            return;
        }
        states |= e.kind == EventKind.REQUEST_STATE;
        if (e.commandId < 0 || e.owner == Owner.MEDIATOR || !h.guest.known || !h.device.known) {
            return;
        }
        switch (e.kind) {
            case COMMAND_FETCHED -> fetched(h.facts.command);
            case COMMAND_EMITTED -> emitted(h, e, judge);
            case REQUEST_STATE -> state(h, e);
            case COMPLETION_SEEN -> {
                if (!StatusCode.success(Cqe.status(e.entry, 0))) {
                    // A mediator may try again what failed.
                    sent.remove(e.commandId);
                }
            }
            case COMPLETION_COPIED -> copied(h.facts.command, e.commandId);
            default -> {
                // Says nothing of where a request is.
            }
        }
    }

    private void fetched(Command c) {
        Fetched f = new Fetched();
        f.command = c;
        waiting.computeIfAbsent(c.sqid, q -> new LinkedHashMap<>()).put(c.commandId, f);
    }

    /** A request that was paused may be overtaken, and one given up need not go anywhere. */
    private void state(History h, CapturedEvent e) {
        Command c = h.guest.byId(e.commandId);
        boolean aside = e.request == RequestStep.PAUSED || e.request == RequestStep.FREED;
        Map<Long, Fetched> queue = c != null && aside ? waiting.get(c.sqid) : null;
        if (queue != null) {
            queue.remove(e.commandId);
        }
    }

    private void emitted(History h, CapturedEvent e, Judge judge) {
        Command c = h.facts.command;
        Sent before = sent.get(e.commandId);
        int content = content(e);
        if (before != null) {
            if (before.content == content && e.knows(0, Sqe.SIZE)) {
                judge.violated(
                        Party.MEDIATOR,
                        String.format(
                                "One command of the guest is submitted twice, as commands %d and %d"
                                        + " of submission queue %d.",
                                before.command.cid, c.cid, c.sqid),
                        Where.of(c),
                        c.fetched == null ? -1 : c.fetched.startSeq,
                        before.command.startSeq,
                        e.seq);
            }
            return;
        }
        Sent s = new Sent();
        s.command = c;
        s.content = content;
        sent.put(e.commandId, s);
        LinkedHashMap<Long, Fetched> queue = c.fetched == null ? null : waiting.get(c.fetched.sqid);
        if (queue != null) {
            judge.chance();
            inOrder(queue, c, judge);
        }
    }

    private void inOrder(LinkedHashMap<Long, Fetched> queue, Command c, Judge judge) {
        Fetched f = queue.remove(c.commandId);
        if (f == null) {
            return; // It was paused: it overtakes nobody and whoever passed it may.
        }
        if (f.overtakenSeq >= 0 && states) {
            judge.violated(
                    Party.MEDIATOR,
                    String.format(
                            "Command %d of submission queue %d is submitted after one that was"
                                    + " fetched later, and was not paused.",
                            f.command.cid, f.command.sqid),
                    Where.of(c),
                    f.command.startSeq,
                    f.overtakenSeq,
                    c.startSeq);
        }
        if (queue.isEmpty()) {
            return;
        }
        for (Fetched older : queue.values()) {
            if (older.command.startSeq > f.command.startSeq) {
                return;
            }
            older.overtakenSeq = older.overtakenSeq < 0 ? c.startSeq : older.overtakenSeq;
        }
    }

    private void copied(Command c, long commandId) {
        sent.remove(commandId);
        if (c == null) {
            return;
        }
        Map<Long, Fetched> queue = waiting.get(c.sqid);
        if (queue != null && !queue.isEmpty()) {
            queue.remove(commandId);
        }
        if (c.admin() && c.opcode == Opcodes.ADMIN_DELETE_SQ) {
            waiting.values().forEach(q -> q.values().removeIf(f -> f.command.released));
            sent.values().removeIf(s -> s.command.fetched != null && s.command.fetched.released);
            waiting.values().removeIf(Map::isEmpty);
        }
    }

    /** The entry but for its identifier, which the mediator gives. */
    private static int content(CapturedEvent e) {
        long digest = LittleEndian.i64(e.entry, 0) & NO_CID;
        for (int i = Long.BYTES; i < Sqe.SIZE; i += Long.BYTES) {
            digest = digest * MULTIPLIER ^ digest >>> 29 ^ LittleEndian.i64(e.entry, i);
        }
        return Long.hashCode(digest * MULTIPLIER);
    }

    @Override
    public long time(History h, Judge judge) {
        if (h.nowNs < nextCheckNs) {
            return nextCheckNs;
        }
        nextCheckNs = h.nowNs + CHECK_NS;
        for (LinkedHashMap<Long, Fetched> queue : waiting.values()) {
            queue.values().removeIf(f -> lost(h, f, judge));
        }
        return nextCheckNs;
    }

    private static boolean lost(History h, Fetched f, Judge judge) {
        Command c = f.command;
        long limit =
                judge.settings()
                        .of(
                                c.admin()
                                        ? CommonThresholds.ADMIN_DEADLINE
                                        : CommonThresholds.IO_DEADLINE);
        boolean late = f.overtakenSeq >= 0 && h.nowNs - c.startNs > limit;
        if (!late || c.name().timeExempt() || c.released) {
            return late && c.released;
        }
        judge.violated(
                Party.MEDIATOR,
                String.format(
                        "Command %d of submission queue %d was fetched %,d ms ago and is neither"
                                + " submitted nor answered; later ones of its queue were submitted.",
                        c.cid, c.sqid, (h.nowNs - c.startNs) / 1_000_000),
                Where.of(c),
                c.startSeq,
                f.overtakenSeq,
                h.seq);
        return true;
    }
}
