package io.nvmetap.importer;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.Side;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A kernel's own view becomes events. {@code nvme_setup_cmd} is a command that the guest emits, as
 * it was prepared; {@code nvme_complete_rq} is a completion as the guest took it. Nobody stands
 * between in such a recording: both are of the device side.
 */
final class FtraceTranslator {
    /** Author of the remarks. */
    static final String AUTHOR = "ftrace";

    /** Commands in flight that are remembered; the oldest is forgotten. */
    static final int OPEN_MAX = 1 << 16;

    /** Queues of which SQ heads are remembered. */
    static final int QUEUES_MAX = 1 << 12;

    /** Of {@code nvme_complete_rq}: the kernel gave the request up, no entry was posted. */
    private static final long CANCELLED = 1;

    private static final int CQE_KNOWN = 0xFCFF;
    private static final int CQE_SQHD = 0x0300;

    private record Open(long commandId, int cid) {}

    /** SQ heads seen of one queue that no completion was told of yet. */
    private static final class Heads {
        int waiting;
        int last;
        boolean mixed;
    }

    private final Consumer<CapturedEvent> sink;
    private final FtraceSurvey survey;
    private final long sessionHigh;
    private final long sessionLow;
    private final CapturedEvent event = new CapturedEvent();
    private final KernelCommand command = new KernelCommand();
    private final Map<Long, Open> open =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Long, Open> eldest) {
                    return size() > OPEN_MAX;
                }
            };
    private final Map<Long, Heads> heads = new HashMap<>();
    private final byte[] cqe = new byte[16];
    private long seq;
    private long lastNs;
    private long nextId = 1;
    private long lost;
    long commands;
    long completions;
    long unmatched;
    long damaged;
    long foreign;

    FtraceTranslator(
            Consumer<CapturedEvent> sink, FtraceSurvey survey, long sessionHigh, long sessionLow) {
        this.sink = sink;
        this.survey = survey;
        this.sessionHigh = sessionHigh;
        this.sessionLow = sessionLow;
    }

    long events() {
        return seq - lost;
    }

    long lost() {
        return lost;
    }

    /** Any event, at the place it has now. */
    void send(CapturedEvent e, int controller, long timeNs, int cpu) {
        lastNs = Math.max(lastNs, timeNs);
        e.sessionHigh = sessionHigh;
        e.sessionLow = sessionLow;
        e.at(seq++, lastNs, cpu, controller);
        sink.accept(e);
    }

    void line(FtraceLine l) {
        switch (l.kind) {
            case OTHER -> foreign++;
            case DAMAGED -> damaged++;
            case LOST -> lose(l.lost);
            default -> {
                int controller = survey.index(l.instance);
                if (controller < 0) {
                    foreign++;
                } else if (!event(l, controller, l.timeNs - survey.firstNs())) {
                    damaged++;
                }
            }
        }
    }

    private boolean event(FtraceLine l, int controller, long timeNs) {
        return switch (l.kind) {
            case SETUP -> setup(l, controller, timeNs);
            case COMPLETE -> complete(l, controller, timeNs);
            case SQ -> head(l, controller);
            default -> {
                remark(l.event + " " + l.text(), controller, timeNs, l.cpu);
                yield true;
            }
        };
    }

    /** How many of these were of NVMe nobody knows: each counts. */
    private void lose(long count) {
        long bounded = Math.min(count, 1L << 40);
        send(event.asEventsLost(bounded, "ftrace buffer"), 0, lastNs, -1);
        seq += bounded;
        lost += bounded;
        // What was in flight may have completed unseen.
        open.clear();
        heads.clear();
    }

    private boolean setup(FtraceLine l, int controller, long timeNs) {
        if (!command.read(l)) {
            return false;
        }
        long key = key(controller, command.qid, command.cid & KernelCommand.TAG_MASK);
        Open before = open.get(key);
        if (before != null) {
            // A request is prepared again before it completed when it was not sent, or was given
            // up: whether the controller ever saw it twice is not told.
            remark(
                    "queue "
                            + command.qid
                            + " cid "
                            + command.cid
                            + ": prepared again before it completed",
                    controller,
                    timeNs,
                    l.cpu);
            open.put(key, new Open(before.commandId, command.cid));
            return true;
        }
        long id = nextId++;
        open.put(key, new Open(id, command.cid));
        event.asCommand(EventKind.COMMAND_EMITTED, command.qid, -1, command.sqe, 0, 64);
        event.known = command.known;
        event.owned(Owner.GUEST, id);
        send(event, controller, timeNs, l.cpu);
        commands++;
        return true;
    }

    private boolean complete(FtraceLine l, int controller, long timeNs) {
        long qid = l.field("qid");
        long cid = l.field("cmdid");
        long status = l.field("status");
        if (qid < 0 || qid > 0xFFFF || cid < 0 || cid > 0xFFFF || status < 0 || status > 0x7FFF) {
            return false;
        }
        Open of = open.remove(key(controller, qid, cid & KernelCommand.TAG_MASK));
        if ((l.field("flags") & CANCELLED) != 0 && l.field("flags") != -1) {
            remark(
                    "queue "
                            + qid
                            + " cid "
                            + cid
                            + ": given up by the kernel, status "
                            + Long.toHexString(status)
                            + "h is its own",
                    controller,
                    timeNs,
                    l.cpu);
            return true;
        }
        if (of == null) {
            unmatched++;
        }
        int sqhd = takeHead(controller, (int) qid);
        entry(l.field("res"), sqhd, (int) qid, of == null ? (int) cid : of.cid, (int) status);
        event.asCompletion(EventKind.COMPLETION_SEEN, (int) qid, -1, cqe, 0);
        event.known = sqhd < 0 ? CQE_KNOWN : CQE_KNOWN | CQE_SQHD;
        event.owned(of == null ? Owner.UNKNOWN : Owner.GUEST, of == null ? -1 : of.commandId);
        send(event, controller, timeNs, l.cpu);
        completions++;
        return true;
    }

    /** The entry (NVMe Base 2.0, 4.6.1) without its phase tag. */
    private void entry(long result, int sqhd, int sqid, int cid, int status) {
        for (int i = 0; i < 8; i++) {
            cqe[i] = (byte) (result >>> (8 * i));
        }
        put16(8, Math.max(0, sqhd));
        put16(10, sqid);
        put16(12, cid);
        put16(14, status << 1);
    }

    private void put16(int at, int value) {
        cqe[at] = (byte) value;
        cqe[at + 1] = (byte) (value >>> 8);
    }

    /** An entry was seen in the queue; which one is known only while it is the only one. */
    private boolean head(FtraceLine l, int controller) {
        long qid = l.field("qid");
        long head = l.field("head");
        if (qid < 0 || qid > 0xFFFF || head < 0 || head > 0xFFFF) {
            return false;
        }
        long key = key(controller, qid, 0);
        Heads h = heads.get(key);
        if (h == null) {
            if (heads.size() >= QUEUES_MAX) {
                return true;
            }
            h = new Heads();
            heads.put(key, h);
        }
        h.mixed = h.waiting > 0;
        h.waiting++;
        h.last = (int) head;
        return true;
    }

    private int takeHead(int controller, int qid) {
        Heads h = heads.get(key(controller, qid, 0));
        if (h == null || h.waiting == 0) {
            return -1;
        }
        boolean sure = h.waiting == 1 && !h.mixed;
        h.waiting--;
        h.mixed &= h.waiting > 0;
        return sure ? h.last : -1;
    }

    private void remark(String text, int controller, long timeNs, int cpu) {
        String kept =
                text.length() > EventStream.TEXT_MAX
                        ? text.substring(0, EventStream.TEXT_MAX)
                        : text;
        send(event.asAnnotation(AUTHOR, kept), controller, timeNs, cpu);
    }

    private static long key(int controller, long qid, long tag) {
        return (long) controller << 32 | qid << 12 | tag;
    }

    /** Silence is not told of by a log: time goes on with the last event. */
    void end() {
        event.asCaptureEnded(events(), lost, "end of the log");
        event.side = Side.NONE;
        send(event, 0, lastNs, -1);
    }
}
