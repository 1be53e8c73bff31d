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

    /**
     * One side of one controller; a queue's number is twice its id, and one more if it completes.
     */
    private static final class SideQueues {
        private final Map<Integer, QueueTrack> tracks = new HashMap<>();
        private final Map<Integer, Integer> alive = new HashMap<>();
        private int aqa;
    }

    private final Map<Long, SideQueues> sides = new HashMap<>();
    private final Map<Long, Change> pending = new HashMap<>();
    private final List<QueueLife> lives = new ArrayList<>();
    private int tracked;

    private SideQueues side(int controller, Side side) {
        return sides.computeIfAbsent(
                (long) controller << 1 | (side == Side.GUEST ? 1 : 0), k -> new SideQueues());
    }

    private static int number(boolean completion, int qid) {
        return qid << 1 | (completion ? 1 : 0);
    }

    /** The queue as it is followed; null if there are too many. */
    QueueTrack track(int controller, Side side, boolean completion, int qid) {
        SideQueues s = side(controller, side);
        QueueTrack known = s.tracks.get(number(completion, qid));
        if (known == null && tracked < QUEUES_MAX) {
            known = new QueueTrack();
            s.tracks.put(number(completion, qid), known);
            tracked++;
        }
        return known;
    }

    List<QueueLife> lives() {
        return lives;
    }

    void snapshot(CapturedEvent e, Side side, LiveState state, int ordinal) {
        SideQueues s = side(e.controller, side);
        for (QueueState q : state.queues()) {
            if (!s.alive.containsKey(number(q.completion(), q.qid()))) {
                open(
                        new QueueLife(
                                e.controller,
                                side,
                                q.completion(),
                                q.qid(),
                                q.sizeEntries(),
                                q.completion() ? q.vector() : q.cqid(),
                                ordinal,
                                Integer.MAX_VALUE));
                QueueTrack t = track(e.controller, side, q.completion(), q.qid());
                if (t != null) {
                    t.move(q.completion() ? q.head() : q.tail(), 0);
                }
            }
        }
    }

    /** AQA says how large the admin queues are, CC.EN=1 makes them, CC.EN=0 ends all. */
    void registerWritten(CapturedEvent e, int ordinal) {
        SideQueues s = side(e.controller, e.side);
        if (e.registerOffset == Registers.AQA) {
            s.aqa = (int) e.value;
        } else if (e.registerOffset == Registers.CC) {
            boolean enabled = Registers.ccEn((int) e.value);
            if (!enabled) {
                closeAll(e.controller, e.side, ordinal);
            } else if (!s.alive.containsKey(number(false, 0))) {
                admin(e, true, Registers.aqaAcqs(s.aqa) + 1, ordinal);
                admin(e, false, Registers.aqaAsqs(s.aqa) + 1, ordinal);
            }
        }
    }

    private void admin(CapturedEvent e, boolean completion, int size, int ordinal) {
        open(
                new QueueLife(
                        e.controller, e.side, completion, 0, size, 0, ordinal, Integer.MAX_VALUE));
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
            open(
                    new QueueLife(
                            e.controller,
                            e.side,
                            completion,
                            c.qid,
                            c.sizeEntries,
                            c.partner,
                            ordinal,
                            Integer.MAX_VALUE));
        } else {
            close(side(e.controller, e.side), number(completion, c.qid), ordinal);
        }
    }

    private void open(QueueLife life) {
        SideQueues s = side(life.controller(), life.side());
        int number = number(life.completion(), life.qid());
        close(s, number, life.fromOrdinal());
        if (lives.size() < QUEUES_MAX) {
            s.alive.put(number, lives.size());
            lives.add(life);
        }
        QueueTrack t = track(life.controller(), life.side(), life.completion(), life.qid());
        if (t != null) {
            t.exists(life.sizeEntries());
        }
    }

    private void close(SideQueues s, int number, int ordinal) {
        Integer at = s.alive.remove(number);
        if (at != null) {
            lives.set(at, lives.get(at).until(ordinal));
        }
    }

    /** All queues of one side are gone. */
    void closeAll(int controller, Side side, int ordinal) {
        SideQueues s = side(controller, side);
        for (int at : s.alive.values()) {
            lives.set(at, lives.get(at).until(ordinal));
        }
        tracked -= s.tracks.size();
        s.alive.clear();
        s.tracks.clear();
    }
}
