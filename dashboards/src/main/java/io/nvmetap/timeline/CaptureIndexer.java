package io.nvmetap.timeline;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.ShadowCell;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.Long2LongHashMap;

/** Makes the index of a capture, event by event, in the order of the file. */
final class CaptureIndexer {
    /** Register values kept; what comes after is not shown in the state of a moment. */
    static final int REGISTER_VALUES_MAX = 65_536;

    /** Controllers a session may hold; events of others are counted and not shown. */
    static final int CONTROLLERS_MAX = 64;

    private final CommandTable commands = new CommandTable();
    private final MarkTable marks = new MarkTable();
    private final LaneTable lanes = new LaneTable();
    private final QueueBook queues = new QueueBook();
    private final List<RegisterValue> registers = new ArrayList<>();
    private final List<ResetSpan> resets = new ArrayList<>();
    private final Long2LongHashMap byId = new Long2LongHashMap(-1);
    private final OpenCommands open = new OpenCommands(commands);
    private CaptureStarted header = CaptureStarted.unknown();
    private boolean mediated;
    private long lost;
    private long lostTold;
    private long nextSeq = -1;
    private long firstNs = Long.MAX_VALUE;
    private long lastNs;
    private long strangers;
    private int count;
    private boolean ended;

    void accept(CapturedEvent e) {
        int ordinal = count++;
        firstNs = Math.min(firstNs, e.timeNs);
        lastNs = Math.max(lastNs, e.timeNs);
        if (nextSeq >= 0 && e.seq > nextSeq) {
            lost += e.seq - nextSeq;
        }
        nextSeq = e.seq + 1;
        if (e.controller < 0 || e.controller >= CONTROLLERS_MAX) {
            strangers++;
            return;
        }
        mark(e, ordinal);
        switch (e.kind) {
            case CAPTURE_STARTED -> started(e, ordinal);
            case STATE_SNAPSHOT -> queues.snapshot(e, e.side, e.state, ordinal);
            case COMMAND_FETCHED, COMMAND_EMITTED -> command(e, ordinal);
            case COMPLETION_SEEN, COMPLETION_COPIED -> completion(e, ordinal);
            case COMPLETION_STORED, POINTER_LIST_READ, REQUEST_STATE, PAYLOAD -> more(e, ordinal);
            case DOORBELL_RUNG, SHADOW_DOORBELL -> doorbell(e);
            case REGISTER_WRITTEN, REGISTER_READ -> register(e, ordinal);
            case CONTROLLER_RESET -> reset(e, ordinal);
            case EVENTS_LOST -> lostTold += e.value;
            case CAPTURE_ENDED -> ended = true;
            default -> {}
        }
    }

    private void mark(CapturedEvent e, int ordinal) {
        MarkKind kind = MarkKind.of(e);
        if (kind == null) {
            return;
        }
        LaneKind where = kind.lane();
        Side side = where == LaneKind.CONTROL ? Side.NONE : e.side;
        Lane lane = lanes.lane(e.controller, where, side, where == LaneKind.QUEUE ? e.qid : -1);
        if (lane != null) {
            lane.marks.addInt(marks.add(e.timeNs, ordinal, kind, MarkKind.value(e)));
        }
    }

    private void started(CapturedEvent e, int ordinal) {
        header = e.header;
        mediated = header.mediated();
        Side side = mediated ? Side.GUEST : Side.DEVICE;
        int teller = e.controller;
        int known = Math.min(CONTROLLERS_MAX, header.controllers().size());
        for (int c = 0; c < known; c++) {
            e.controller = c;
            queues.snapshot(e, side, header.controllers().get(c).state(), ordinal);
        }
        e.controller = teller;
    }

    private void command(CapturedEvent e, int ordinal) {
        boolean guest = e.kind == EventKind.COMMAND_FETCHED;
        int c = e.commandId < 0 ? -1 : (int) byId.get(e.commandId);
        if (c < 0) {
            c = add(e);
        }
        if (c < 0) {
            return;
        }
        queues.command(e);
        commands.seen(c, ordinal);
        if (guest || !mediated) {
            QueueTrack sq = queues.track(e.controller, e.side, false, e.qid);
            long submitted = sq == null ? -1 : sq.waiting.poll(-1);
            commands.at(c, Moment.SUBMITTED, submitted >= 0 ? submitted : e.timeNs);
        }
        commands.at(c, guest ? Moment.FETCHED : Moment.EMITTED, e.timeNs);
    }

    private int add(CapturedEvent e) {
        if (e.commandId < 0) {
            return -1;
        }
        int c =
                commands.add(
                        e.commandId,
                        e.controller,
                        e.qid,
                        Sqe.cid(e.entry, 0),
                        Sqe.opcode(e.entry, 0));
        if (e.owner == Owner.MEDIATOR) {
            commands.flag(c, CommandTable.OWN);
        }
        byId.put(e.commandId, c);
        open.add(c);
        return c;
    }

    private void completion(CapturedEvent e, int ordinal) {
        int c = e.commandId < 0 ? -1 : (int) byId.get(e.commandId);
        int status = Cqe.status(e.entry, 0);
        queues.completed(e, status, ordinal);
        QueueTrack cq = queues.track(e.controller, e.side, true, e.qid);
        if (cq != null) {
            cq.waiting.add(c);
        }
        if (c < 0) {
            return;
        }
        boolean copied = e.kind == EventKind.COMPLETION_COPIED;
        commands.seen(c, ordinal);
        commands.at(c, copied ? Moment.COPIED : Moment.SEEN, e.timeNs);
        boolean own = (commands.flags(c) & CommandTable.OWN) != 0;
        if (copied || !mediated || own) {
            commands.done(c, ordinal, status);
        }
    }

    private void more(CapturedEvent e, int ordinal) {
        int c = e.commandId < 0 ? -1 : (int) byId.get(e.commandId);
        if (c >= 0) {
            commands.seen(c, ordinal);
        }
    }

    private void doorbell(CapturedEvent e) {
        if (e.kind == EventKind.SHADOW_DOORBELL && e.cell != ShadowCell.DOORBELL) {
            return;
        }
        boolean head = e.doorbell == DoorbellKind.CQ_HEAD;
        QueueTrack q = queues.track(e.controller, e.side, head, e.qid);
        if (q == null) {
            return;
        }
        if (head) {
            acknowledged(e, q);
        } else {
            // Not more than there is room for: a doorbell may claim 65,535 entries, and again.
            int moved = q.move((int) e.value, 1);
            int room = LongFifo.ENTRIES_MAX - q.waiting.size();
            for (int n = Math.min(moved, room); n > 0; n--) {
                q.waiting.add(e.timeNs);
            }
        }
    }

    private void acknowledged(CapturedEvent e, QueueTrack q) {
        boolean last = e.side == Side.GUEST || !mediated;
        Moment m = last ? Moment.ACKNOWLEDGED : Moment.DEVICE_ACKNOWLEDGED;
        int waiting = q.waiting.size();
        for (int n = Math.min(waiting, q.move((int) e.value, waiting)); n > 0; n--) {
            int c = (int) q.waiting.poll(-1);
            if (c >= 0) {
                commands.at(c, m, e.timeNs);
            }
        }
    }

    private void register(CapturedEvent e, int ordinal) {
        if (e.space != RegisterSpace.BAR0) {
            return;
        }
        boolean written = e.kind == EventKind.REGISTER_WRITTEN;
        boolean state =
                written
                        ? e.registerOffset == Registers.CC
                                || e.registerOffset == Registers.INTMS
                                || e.registerOffset == Registers.INTMC
                        : e.registerOffset == Registers.CSTS && e.flag;
        if (state && registers.size() < REGISTER_VALUES_MAX) {
            registers.add(
                    new RegisterValue(
                            ordinal, e.controller, e.side, (int) e.registerOffset, e.value));
        }
        if (written) {
            queues.registerWritten(e, ordinal);
            if (e.registerOffset == Registers.CC && !Registers.ccEn((int) e.value)) {
                cut(e);
            }
        }
    }

    private void reset(CapturedEvent e, int ordinal) {
        if (e.edge == Edge.BEGIN) {
            if (resets.size() < LaneTable.LANES_MAX) {
                resets.add(new ResetSpan(e.controller, e.reset, e.timeNs, -1));
            }
            return;
        }
        for (int i = resets.size() - 1; i >= 0; i--) {
            ResetSpan r = resets.get(i);
            if (r.controller() == e.controller && r.toNs() < 0) {
                resets.set(i, new ResetSpan(r.controller(), r.kind(), r.fromNs(), e.timeNs));
                break;
            }
        }
        queues.closeAll(e.controller, Side.GUEST, ordinal);
        queues.closeAll(e.controller, Side.DEVICE, ordinal);
        cut(e);
    }

    /** Whatever was out when the guest's side (or the only side) ended will not be answered. */
    private void cut(CapturedEvent e) {
        if (mediated && e.side == Side.DEVICE) {
            return;
        }
        open.cut(e.controller, e.timeNs);
    }

    CaptureIndex build(List<CaptureIndex.Block> blocks, CaptureIndex.Limits limits) {
        for (int c = 0; c < commands.size(); c++) {
            boolean out = commands.doneOrdinal(c) == Integer.MAX_VALUE && commands.cutNs(c) < 0;
            if (out) {
                commands.cut(c, lastNs, CommandTable.OPEN);
            }
            place(c);
        }
        commands.trim();
        marks.trim();
        lanes.trim();
        CaptureIndex.Span span =
                new CaptureIndex.Span(
                        count == 0 ? 0 : firstNs, lastNs, count, Math.max(lost, lostTold), ended);
        return new CaptureIndex(
                header,
                span,
                new CaptureIndex.Tables(
                        commands, byId, marks, lanes.all(), lanes.refused() + strangers),
                new CaptureIndex.States(queues.lives(), registers, resets),
                blocks,
                limits);
    }

    private void place(int c) {
        boolean fetched = commands.at(c, Moment.FETCHED) >= 0;
        if (fetched) {
            place(c, true);
        }
        if (commands.at(c, Moment.EMITTED) >= 0) {
            place(c, false);
        }
    }

    private void place(int c, boolean guest) {
        Side side = guest ? Side.GUEST : Side.DEVICE;
        Lane lane = lanes.lane(commands.controller(c), LaneKind.QUEUE, side, commands.sqid(c));
        if (lane != null) {
            long start = commands.startNs(c, guest);
            commands.row(c, guest, lane.place(c, start, Math.max(start, commands.endNs(c, guest))));
        }
    }
}
