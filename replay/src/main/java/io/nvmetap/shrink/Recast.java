package io.nvmetap.shrink;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A recording without some of its parts, made whole again: sequence numbers without a gap, doorbell
 * values and slots as they are when only the commands that are left were there.
 */
final class Recast {
    private final Parts parts;
    private final BitSet kept;
    private final List<CapturedEvent> out = new ArrayList<>();
    private final Map<Integer, int[]> submissions = new HashMap<>();
    private final Map<Integer, int[]> completions = new HashMap<>();
    private final Map<Integer, Integer> slots = new HashMap<>();
    private final Map<Long, CapturedEvent> creating = new HashMap<>();
    private Side side = Side.DEVICE;
    private int aqa;

    private Recast(Parts parts, BitSet kept) {
        this.parts = parts;
        this.kept = kept;
    }

    /** The recording with these parts only. */
    static List<CapturedEvent> of(Parts parts, BitSet kept) {
        Recast recast = new Recast(parts, kept);
        for (int i = 0; i < parts.events.size(); i++) {
            recast.take(i);
        }
        return recast.out;
    }

    private void take(int index) {
        CapturedEvent e = parts.events.get(index);
        int part = parts.partOf.get(index);
        if (part == -2) {
            doorbell(e, index);
        } else if (part == -1 || kept.get(part)) {
            keep(e);
        }
    }

    private void put(CapturedEvent e) {
        CapturedEvent copy = e.copy();
        copy.seq = out.size();
        out.add(copy);
    }

    private void doorbell(CapturedEvent e, int index) {
        int entries = 0;
        for (int part : parts.covers.get(index)) {
            entries += kept.get(part) ? 1 : 0;
        }
        boolean tail = e.doorbell == DoorbellKind.SQ_TAIL;
        int[] ring = (tail ? submissions : completions).get(e.qid);
        if (entries == 0 || ring == null) {
            return;
        }
        ring[1] = (ring[1] + entries) % ring[0];
        CapturedEvent copy = e.copy();
        copy.value = ring[1];
        put(copy);
    }

    private void keep(CapturedEvent e) {
        CapturedEvent copy = e.copy();
        switch (e.kind) {
            case CAPTURE_STARTED -> start(e);
            case REGISTER_WRITTEN -> written(e);
            case COMMAND_FETCHED, COMMAND_EMITTED -> {
                if (guests(e, EventKind.COMMAND_FETCHED)) {
                    int[] ring = submissions.get(e.qid);
                    int slot = slots.merge(e.qid, 1, Integer::sum) - 1;
                    copy.slot = ring == null || e.slot < 0 ? e.slot : slot % ring[0];
                    creating.put(e.commandId, e);
                }
            }
            case COMPLETION_SEEN, COMPLETION_COPIED -> {
                CapturedEvent command = creating.get(e.commandId);
                if (guests(e, EventKind.COMPLETION_COPIED) && command != null) {
                    creating.remove(e.commandId);
                    created(command, Cqe.status(e.entry, 0) == 0);
                }
            }
            case CAPTURE_ENDED -> copy.value = out.size();
            default -> {
                // As it is.
            }
        }
        put(copy);
    }

    private boolean guests(CapturedEvent e, EventKind onGuestSide) {
        return (e.kind == onGuestSide) == (side == Side.GUEST);
    }

    private void start(CapturedEvent e) {
        side = e.header.mediated() ? Side.GUEST : Side.DEVICE;
        if (!e.header.controllers().isEmpty()) {
            e.header
                    .controllers()
                    .get(0)
                    .state()
                    .queues()
                    .forEach(
                            q ->
                                    (q.completion() ? completions : submissions)
                                            .put(
                                                    q.qid(),
                                                    new int[] {
                                                        q.sizeEntries(),
                                                        q.completion() ? q.head() : q.tail()
                                                    }));
        }
    }

    private void written(CapturedEvent e) {
        if (e.space != RegisterSpace.BAR0) {
            return;
        }
        if (e.registerOffset == Registers.AQA) {
            aqa = (int) e.value;
        } else if (e.registerOffset == Registers.CC) {
            submissions.clear();
            completions.clear();
            slots.clear();
            submissions.put(0, new int[] {Registers.aqaAsqs(aqa) + 1, 0});
            completions.put(0, new int[] {Registers.aqaAcqs(aqa) + 1, 0});
        }
    }

    private void created(CapturedEvent command, boolean success) {
        if (command.qid != 0 || !success) {
            return;
        }
        int qid = AdminSqe.qid(command.entry, 0);
        int entries = AdminSqe.qsize0(command.entry, 0) + 1;
        int opcode = command.entry[0] & 0xFF;
        if (opcode == Opcodes.ADMIN_CREATE_CQ) {
            completions.put(qid, new int[] {entries, 0});
        } else if (opcode == Opcodes.ADMIN_CREATE_SQ) {
            submissions.put(qid, new int[] {entries, 0});
            slots.remove(qid);
        }
    }
}
