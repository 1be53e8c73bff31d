package io.nvmetap.rule.stall;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Side;
import io.nvmetap.history.Command;
import io.nvmetap.history.CompletionQueue;
import io.nvmetap.history.History;
import io.nvmetap.history.SubmissionQueue;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;

/**
 * Which {@link Suspect} facts an event of the device side shows. Holds what is in flight, by
 * buffer, identifier and owner; nothing when nothing is in flight.
 */
final class Suspects implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final long OVERLAP_NS = 200;
    private static final long ACK_NS = 200_000;
    private static final long IDLE_NS = 100_000_000;
    private static final int INTERRUPTS = 64;
    private static final int UNACKED = 2;

    private record Rung(long ns, int cpu, DoorbellKind kind) implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    private final Map<Long, Integer> buffers = new HashMap<>();
    private final Map<Integer, Integer> tags = new HashMap<>();
    private final Map<Integer, Integer> guests = new HashMap<>();
    private final Map<Integer, Integer> mediators = new HashMap<>();
    private final Map<Integer, Rung> rung = new HashMap<>();
    private int flushes;
    private int interrupts;
    private boolean unflushed;

    /** Completions that waited on one queue, and how many of them the mediator's own. */
    int unacked;

    int unackedOwn;

    void clear() {
        forgetCommands();
        rung.clear();
        interrupts = 0;
        unflushed = false;
    }

    private void forgetCommands() {
        buffers.clear();
        tags.clear();
        guests.clear();
        mediators.clear();
        flushes = 0;
    }

    /**
     * Looks at an event that {@code h} has applied.
     *
     * @return bits of {@link Suspect}
     */
    int note(History h, CapturedEvent e) {
        unacked = 0;
        unackedOwn = 0;
        if (e.side != Side.DEVICE) {
            return 0;
        }
        return switch (e.kind) {
            case COMMAND_EMITTED -> h.facts.command == null ? 0 : emitted(h, h.facts.command);
            case COMPLETION_SEEN -> seen(h, e);
            case DOORBELL_RUNG -> rang(h, e);
            case VECTOR_MASKED, VECTOR_UNMASKED -> {
                unflushed = true;
                yield 0;
            }
            case VECTOR_FLUSHED -> {
                unflushed = false;
                yield 0;
            }
            case INTERRUPT_RAISED -> raised(e);
            case REGISTER_READ, REGISTER_WRITTEN -> {
                boolean intms =
                        e.registerOffset == Registers.INTMS || e.registerOffset == Registers.INTMC;
                interrupts = intms && e.space == RegisterSpace.BAR0 ? 0 : interrupts;
                yield 0;
            }
            default -> 0;
        };
    }

    private int raised(CapturedEvent e) {
        interrupts = e.interrupt == InterruptKind.MSI ? interrupts + 1 : 0;
        return interrupts >= INTERRUPTS ? Suspect.INTMS_UNTOUCHED.bit() : 0;
    }

    private int emitted(History h, Command c) {
        if (h.device.inFlight.size() <= 1) {
            // What was not seen to end has ended.
            forgetCommands();
        }
        boolean first = alone(h, c);
        boolean idle =
                first && h.device.lastDoneNs >= 0 && c.startNs - h.device.lastDoneNs >= IDLE_NS;
        int facts = idle ? Suspect.IDLE_GAP.bit() : 0;
        if (tags.merge(c.cid, 1, Integer::sum) > 1 && onAnother(h, c)) {
            facts |= Suspect.TAG_ON_TWO_QUEUES.bit();
        }
        if (c.waitsForEvent()) {
            return facts;
        }
        if (buffer(c) && buffers.merge(c.prp1, 1, Integer::sum) > 1) {
            facts |= Suspect.BUFFER_REUSE.bit();
        }
        boolean own = c.owner == Owner.MEDIATOR;
        (own ? mediators : guests).merge(c.sqid, 1, Integer::sum);
        if (mediators.containsKey(c.sqid) && guests.containsKey(c.sqid)) {
            facts |= Suspect.OWNERS_MIXED.bit();
        }
        flushes += flush(c) ? 1 : 0;
        return facts | (flushes > 0 && !first ? Suspect.FLUSH_IN_FLIGHT.bit() : 0);
    }

    private static boolean alone(History h, Command c) {
        if (h.device.counts().io() > (c.admin() ? 0 : 1)) {
            return false;
        }
        for (Command other : h.device.inFlight.values()) {
            if (other != c && !other.waitsForEvent()) {
                return false;
            }
        }
        return true;
    }

    private static boolean onAnother(History h, Command c) {
        for (SubmissionQueue sq : h.device.sqs.values()) {
            if (sq.qid != c.sqid && h.device.inFlight(sq.qid, c.cid) != null) {
                return true;
            }
        }
        return false;
    }

    private static boolean buffer(Command c) {
        return c.prp1Known && c.prp1 != 0 && (c.opcode & 3) != 0;
    }

    private static boolean flush(Command c) {
        return !c.admin() && c.opcode == Opcodes.IO_FLUSH;
    }

    private int seen(History h, CapturedEvent e) {
        Command c = h.facts.command;
        if (c != null) {
            less(tags, c.cid);
            if (!c.waitsForEvent()) {
                less(c.owner == Owner.MEDIATOR ? mediators : guests, c.sqid);
                flushes = Math.max(0, flushes - (flush(c) ? 1 : 0));
            }
            if (buffer(c)) {
                less(buffers, c.prp1);
            }
        }
        return h.facts.cq == null ? 0 : waiting(h.facts.cq, e.timeNs);
    }

    private static <K> void less(Map<K, Integer> counts, K key) {
        counts.computeIfPresent(key, (k, n) -> n > 1 ? n - 1 : null);
    }

    private int waiting(CompletionQueue cq, long nowNs) {
        Command oldest = cq.unacked.peekFirst();
        if (cq.unacked.size() < UNACKED || nowNs - oldest.doneNs < ACK_NS) {
            return 0;
        }
        unacked = cq.unacked.size();
        for (Command c : cq.unacked) {
            unackedOwn += c.owner == Owner.MEDIATOR ? 1 : 0;
        }
        return Suspect.UNACKED.bit();
    }

    /** What waits now on the completion queue of a submission queue. */
    int waitingNow(History h, int sqid) {
        unacked = 0;
        unackedOwn = 0;
        SubmissionQueue sq = h.device.sqs.get(sqid);
        CompletionQueue cq = sq == null ? null : h.device.cqs.get(sq.cqid);
        return cq == null ? 0 : waiting(cq, h.nowNs);
    }

    private int rang(History h, CapturedEvent e) {
        int facts = unflushed ? Suspect.MASK_WITHOUT_FLUSH.bit() : 0;
        if (h.facts.sq == null && h.facts.cq == null) {
            return facts;
        }
        Rung last = rung.put(e.qid, new Rung(e.timeNs, e.cpu, e.doorbell));
        boolean overlap =
                last != null
                        && last.kind != e.doorbell
                        && e.cpu >= 0
                        && last.cpu >= 0
                        && last.cpu != e.cpu
                        && e.timeNs - last.ns < OVERLAP_NS;
        return facts | (overlap ? Suspect.DOORBELL_OVERLAP.bit() : 0);
    }
}
