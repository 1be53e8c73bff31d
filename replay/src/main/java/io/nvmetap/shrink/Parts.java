package io.nvmetap.shrink;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.Owner;
import io.nvmetap.event.QueueState;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A recording cut into parts that can be left out one by one: a command with all that became of it,
 * a register access, a wait for CSTS, an interrupt. Doorbells are no parts: they belong to the
 * commands they brought or acknowledged, and are left out with the last of them.
 */
final class Parts {
    /** Events of a recording that is shrunk: it is held in memory, a few hundred bytes each. */
    static final int EVENTS_MAX = 2_000_000;

    /** Events that may be part of a shrunk recording, in order. */
    final List<CapturedEvent> events = new ArrayList<>();

    /** Part of each event; -1 always there, -2 a doorbell. */
    final List<Integer> partOf = new ArrayList<>();

    /** Commands a doorbell event (by index in events) brought or acknowledged, as parts. */
    final Map<Integer, List<Integer>> covers = new HashMap<>();

    /** First event, by its index, of each part. */
    final List<Integer> firstEvent = new ArrayList<>();

    private final Map<Long, Integer> commands = new HashMap<>();
    private final Map<Integer, Ring> submissions = new HashMap<>();
    private final Map<Integer, Ring> completions = new HashMap<>();
    private final Map<Integer, CapturedEvent> creating = new HashMap<>();
    private Side side = Side.DEVICE;
    private int aqa;
    private int waiting = -1;

    /** A queue while it is followed: where it stands, and doorbells or commands not matched yet. */
    private static final class Ring {
        final int entries;
        int at;
        final ArrayDeque<Integer> open = new ArrayDeque<>();

        Ring(int entries, int at) {
            this.entries = entries;
            this.at = at;
        }
    }

    int count() {
        return firstEvent.size();
    }

    /**
     * Takes the next event of the recording.
     *
     * @throws IllegalStateException beyond {@link #EVENTS_MAX}
     */
    void accept(CapturedEvent e) {
        if (events.size() >= EVENTS_MAX) {
            throw new IllegalStateException("more than " + EVENTS_MAX + " events");
        }
        if (e.kind != EventKind.REGISTER_READ && e.side == side) {
            waiting = -1;
        }
        switch (e.kind) {
            case CAPTURE_STARTED -> start(e);
            case CAPTURE_ENDED -> add(e, -1);
            case REGISTER_READ -> read(e);
            case REGISTER_WRITTEN -> written(e);
            case DOORBELL_RUNG -> doorbell(e);
            case COMMAND_FETCHED, COMMAND_EMITTED -> command(e);
            case COMPLETION_SEEN, COMPLETION_COPIED -> completion(e);
            case PAYLOAD -> ofCommand(e);
            case CONTROLLER_RESET -> alone(e);
            case INTERRUPT_DELIVERED,
                    INTERRUPT_RAISED,
                    VECTOR_MASKED,
                    VECTOR_UNMASKED,
                    VECTOR_FLUSHED -> {
                if (e.side == side) {
                    alone(e);
                }
            }
            default -> {
                // Bookkeeping of mediator and capture: a replay does not need it.
            }
        }
    }

    private void start(CapturedEvent e) {
        side = e.header.mediated() ? Side.GUEST : Side.DEVICE;
        add(e, -1);
        LiveState state =
                e.header.controllers().isEmpty()
                        ? LiveState.UNKNOWN
                        : e.header.controllers().get(0).state();
        for (QueueState q : state.queues()) {
            (q.completion() ? completions : submissions)
                    .put(q.qid(), new Ring(q.sizeEntries(), q.completion() ? q.head() : q.tail()));
        }
    }

    private int add(CapturedEvent e, int part) {
        events.add(e.copy());
        partOf.add(part);
        return events.size() - 1;
    }

    private int newPart() {
        firstEvent.add(events.size());
        return firstEvent.size() - 1;
    }

    private void alone(CapturedEvent e) {
        add(e, newPart());
    }

    /** Reads of CSTS in a row wait for something: one part. */
    private void read(CapturedEvent e) {
        if (e.side != side) {
            return;
        }
        boolean status = e.space == RegisterSpace.BAR0 && e.registerOffset == Registers.CSTS;
        if (!status) {
            waiting = -1;
            alone(e);
            return;
        }
        if (waiting < 0) {
            waiting = newPart();
        }
        add(e, waiting);
    }

    private void written(CapturedEvent e) {
        if (e.side != side) {
            return;
        }
        if (e.space == RegisterSpace.BAR0 && e.registerOffset == Registers.AQA) {
            aqa = (int) e.value;
        }
        if (e.space == RegisterSpace.BAR0 && e.registerOffset == Registers.CC) {
            submissions.clear();
            completions.clear();
            submissions.put(0, new Ring(Registers.aqaAsqs(aqa) + 1, 0));
            completions.put(0, new Ring(Registers.aqaAcqs(aqa) + 1, 0));
        }
        alone(e);
    }

    private void doorbell(CapturedEvent e) {
        if (e.side != side) {
            return;
        }
        boolean tail = e.doorbell == DoorbellKind.SQ_TAIL;
        Ring ring = (tail ? submissions : completions).get(e.qid);
        if (ring == null || e.value < 0 || e.value >= ring.entries || e.value == ring.at) {
            alone(e);
            return;
        }
        int entries = Math.floorMod((int) e.value - ring.at, ring.entries);
        ring.at = (int) e.value;
        int index = add(e, -2);
        List<Integer> covered = new ArrayList<>();
        covers.put(index, covered);
        for (int i = 0; i < entries; i++) {
            if (tail) {
                ring.open.add(index);
            } else if (!ring.open.isEmpty()) {
                covered.add(ring.open.remove());
            }
        }
    }

    private void command(CapturedEvent e) {
        if (e.owner == Owner.MEDIATOR) {
            return;
        }
        boolean guests = (e.kind == EventKind.COMMAND_FETCHED) == (side == Side.GUEST);
        if (!guests) {
            ofCommand(e);
            return;
        }
        int part = newPart();
        commands.put(e.commandId, part);
        int index = add(e, part);
        Ring ring = submissions.get(e.qid);
        if (ring != null && !ring.open.isEmpty()) {
            covers.get(ring.open.remove()).add(part);
        }
        if (e.qid == 0) {
            creating.put(part, events.get(index));
        }
    }

    private void ofCommand(CapturedEvent e) {
        Integer part = commands.get(e.commandId);
        if (part != null) {
            add(e, part);
        }
    }

    private void completion(CapturedEvent e) {
        Integer part = commands.get(e.commandId);
        if (part == null || e.owner == Owner.MEDIATOR) {
            return;
        }
        add(e, part);
        boolean guests = (e.kind == EventKind.COMPLETION_COPIED) == (side == Side.GUEST);
        if (!guests) {
            return;
        }
        Ring ring = completions.get(e.qid);
        if (ring != null && ring.open.size() < ring.entries) {
            ring.open.add(part);
        }
        CapturedEvent command = creating.remove(part);
        if (command != null && Cqe.status(e.entry, 0) == 0) {
            created(command);
        }
    }

    private void created(CapturedEvent command) {
        int qid = AdminSqe.qid(command.entry, 0);
        int entries = AdminSqe.qsize0(command.entry, 0) + 1;
        switch (command.entry[0] & 0xFF) {
            case Opcodes.ADMIN_CREATE_CQ -> completions.put(qid, new Ring(entries, 0));
            case Opcodes.ADMIN_CREATE_SQ -> submissions.put(qid, new Ring(entries, 0));
            default -> {
                // Makes no queue.
            }
        }
    }
}
