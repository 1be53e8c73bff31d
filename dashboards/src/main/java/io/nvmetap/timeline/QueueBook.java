package io.nvmetap.timeline;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.QueueState;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which queues there are on each side, from the commands that make and delete them. */
final class QueueBook {
    /** Queues followed at once, and queue lives kept; what comes after is not shown. */
    static final int QUEUES_MAX = 4096;

    /** A Create or Delete that has not completed. */
    private record Change(int opcode, int qid, int sizeEntries, int partner) {}

    private final Map<Long, QueueTrack> tracks = new HashMap<>();
    private final Map<Long, Change> pending = new HashMap<>();
    private final Map<Long, Integer> adminSizes = new HashMap<>();
    private final List<QueueLife> lives = new ArrayList<>();

    private static long key(int controller, Side side, boolean completion, int qid) {
        long half = side == Side.GUEST ? 2 : 0;
        return (long) controller << 20 | (half | (completion ? 1 : 0)) << 17 | qid;
    }

    /** The queue as it is followed; null if there are too many. */
    QueueTrack track(int controller, Side side, boolean completion, int qid) {
        long key = key(controller, side, completion, qid);
        QueueTrack known = tracks.get(key);
        if (known == null && tracks.size() < QUEUES_MAX) {
            known = new QueueTrack();
            tracks.put(key, known);
        }
        return known;
    }

    List<QueueLife> lives() {
        return lives;
    }

    void snapshot(CapturedEvent e, Side side, LiveState state, int ordinal) {
        for (QueueState q : state.queues()) {
            boolean known =
                    lives.stream()
                            .anyMatch(
                                    l ->
                                            l.is(e.controller, side, q.completion(), q.qid())
                                                    && l.existsAt(ordinal));
            if (!known) {
                int partner = q.completion() ? q.vector() : q.cqid();
                open(e.controller, side, q.completion(), q.qid(), q.sizeEntries(), partner, ordinal);
                QueueTrack t = track(e.controller, side, q.completion(), q.qid());
                if (t != null) {
                    t.move(q.completion() ? q.head() : q.tail(), 0);
                }
            }
        }
    }

    /** AQA says how large the admin queues are, CC.EN=1 makes them, CC.EN=0 ends all. */
    void registerWritten(CapturedEvent e, int ordinal) {
        long aqaKey = key(e.controller, e.side, false, 0);
        if (e.registerOffset == Registers.AQA) {
            adminSizes.put(aqaKey, (int) e.value);
        } else if (e.registerOffset == Registers.CC) {
            boolean enabled = Registers.ccEn((int) e.value);
            boolean there =
                    lives.stream()
                            .anyMatch(
                                    l -> l.is(e.controller, e.side, false, 0) && l.existsAt(ordinal));
            if (enabled && !there) {
                int aqa = adminSizes.getOrDefault(aqaKey, 0);
                open(e.controller, e.side, true, 0, Registers.aqaAcqs(aqa) + 1, 0, ordinal);
                open(e.controller, e.side, false, 0, Registers.aqaAsqs(aqa) + 1, 0, ordinal);
            } else if (!enabled) {
                closeAll(e.controller, e.side, ordinal);
            }
        }
    }

    private static long commandKey(long commandId, Side side) {
        return commandId << 1 | (side == Side.GUEST ? 1 : 0);
    }

    void command(CapturedEvent e) {
        int opcode = Sqe.opcode(e.entry, 0);
        boolean create = opcode == Opcodes.ADMIN_CREATE_SQ || opcode == Opcodes.ADMIN_CREATE_CQ;
        boolean delete = opcode == Opcodes.ADMIN_DELETE_SQ || opcode == Opcodes.ADMIN_DELETE_CQ;
        if (e.qid != 0 || !(create || delete) || pending.size() >= QUEUES_MAX) {
            return;
        }
        int partner =
                opcode == Opcodes.ADMIN_CREATE_SQ
                        ? AdminSqe.cqid(e.entry, 0)
                        : AdminSqe.iv(e.entry, 0);
        int size = create ? AdminSqe.qsize0(e.entry, 0) + 1 : 0;
        pending.put(
                commandKey(e.commandId, e.side),
                new Change(opcode, AdminSqe.qid(e.entry, 0), size, partner));
    }

    void completed(CapturedEvent e, int status, int ordinal) {
        Change c = pending.remove(commandKey(e.commandId, e.side));
        if (c == null || status != 0) {
            return;
        }
        boolean completion =
                c.opcode == Opcodes.ADMIN_CREATE_CQ || c.opcode == Opcodes.ADMIN_DELETE_CQ;
        if (c.sizeEntries > 0) {
            open(e.controller, e.side, completion, c.qid, c.sizeEntries, c.partner, ordinal);
        } else {
            close(e.controller, e.side, completion, c.qid, ordinal);
        }
    }

    private void open(
            int controller, Side side, boolean completion, int qid, int size, int partner, int at) {
        close(controller, side, completion, qid, at);
        if (lives.size() < QUEUES_MAX) {
            lives.add(
                    new QueueLife(
                            controller, side, completion, qid, size, partner, at, Integer.MAX_VALUE));
        }
        QueueTrack t = track(controller, side, completion, qid);
        if (t != null) {
            t.exists(size);
        }
    }

    private void close(int controller, Side side, boolean completion, int qid, int ordinal) {
        lives.replaceAll(
                l ->
                        l.is(controller, side, completion, qid) && l.existsAt(ordinal)
                                ? l.until(ordinal)
                                : l);
    }

    /** All queues of one side are gone. */
    void closeAll(int controller, Side side, int ordinal) {
        lives.replaceAll(
                l ->
                        l.controller() == controller && l.side() == side && l.existsAt(ordinal)
                                ? l.until(ordinal)
                                : l);
        long low = key(controller, side, false, 0);
        tracks.forEach(
                (key, track) -> {
                    if ((key & ~0x3FFFFL) == (low & ~0x3FFFFL)) {
                        track.exists(0);
                    }
                });
    }
}
