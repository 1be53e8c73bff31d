package io.nvmetap.device.model;

import io.nvmetap.device.MemoryFault;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.LittleEndian;

/**
 * Posts completions: waits for room, stores the dword with the phase tag last behind a fence (NVMe
 * Base 2.0c 3.3.3.2), and has the interrupt raised. The quirk of unacknowledged entries and the
 * fault of duplicates live here.
 */
final class CompletionPoster {
    private static final int DWORD3 = 12;

    private final ModelState state;
    private final QueueTable queues;
    private final Interrupts interrupts;

    CompletionPoster(ModelState state, QueueTable queues, Interrupts interrupts) {
        this.state = state;
        this.queues = queues;
        this.interrupts = interrupts;
    }

    void post(CompletionQueue cq, int dw0, SubmissionQueue sq, int cid, int status) {
        byte[] entry = new byte[Cqe.SIZE];
        Cqe.putDw0(entry, 0, dw0);
        Cqe.putSqhd(entry, 0, sq.head);
        Cqe.putSqid(entry, 0, sq.id);
        Cqe.putCid(entry, 0, cid);
        Cqe.putStatus(entry, 0, status);
        cq.waiting.add(entry);
        drain(cq);
    }

    /** The driver took entries. */
    void acknowledged(CompletionQueue cq) {
        noteDepth(cq);
        interrupts.acknowledged(cq);
        drain(cq);
    }

    private void drain(CompletionQueue cq) {
        while (!cq.waiting.isEmpty() && mayPost(cq)) {
            byte[] entry = cq.waiting.poll();
            if (write(cq, entry) && cq.id != 0) {
                perhapsAgain(cq, entry);
            }
        }
    }

    private boolean mayPost(CompletionQueue cq) {
        if (cq.full() && queues.shadow.active()) {
            queues.shadow.pollHead(cq);
            noteDepth(cq);
        }
        if (cq.full() || !state.working() || queues.cqs.get(cq.id) != cq) {
            return false;
        }
        boolean crowded =
                state.has(Quirk.UNACKED_CQE_STALL)
                        && cq.crowdedSinceNs >= 0
                        && state.nowNs() - cq.crowdedSinceNs > state.knobs.unackedAgeNs();
        if (crowded && !cq.stalled) {
            cq.stalled = true;
            state.observer.struck(
                    state.nowNs(), ControllerFault.APPLE_UNACKED_CQE_STALL.id(), cq.id, -1);
        }
        return !cq.stalled && !interrupts.starved();
    }

    private boolean write(CompletionQueue cq, byte[] entry) {
        int slot = cq.tail;
        SubmissionQueue sq = queues.sqs.get(Cqe.sqid(entry, 0));
        if (sq != null) {
            Cqe.putSqhd(entry, 0, sq.head);
        }
        Cqe.putPhase(entry, 0, cq.phase);
        long at = cq.base + (long) slot * Cqe.SIZE;
        try {
            for (int dword = 0; dword < DWORD3; dword += 4) {
                state.memory.writeInt(at + dword, LittleEndian.i32(entry, dword));
            }
            state.memory.storeFence();
            state.memory.writeInt(at + DWORD3, LittleEndian.i32(entry, DWORD3));
        } catch (MemoryFault fault) {
            state.die("completion queue unreachable", cq.id, Cqe.cid(entry, 0));
            return false;
        }
        cq.tail = (slot + 1) % cq.size;
        if (cq.tail == 0) {
            cq.phase ^= 1;
        }
        if (state.has(Quirk.TAGS_HELD)) {
            queues.heldTags.posted(cq.id, Cqe.cid(entry, 0));
        }
        noteDepth(cq);
        state.observer.completionPosted(
                state.nowNs(),
                cq.id,
                slot,
                Cqe.sqid(entry, 0),
                Cqe.cid(entry, 0),
                Cqe.status(entry, 0));
        interrupts.posted(cq);
        return true;
    }

    private void noteDepth(CompletionQueue cq) {
        if (cq.unacked() < state.knobs.unackedCqeMax()) {
            cq.crowdedSinceNs = -1;
        } else if (cq.crowdedSinceNs < 0) {
            cq.crowdedSinceNs = state.nowNs();
        }
    }

    private void perhapsAgain(CompletionQueue cq, byte[] entry) {
        ControllerFault fault = ControllerFault.DUPLICATE_OR_LATE_COMPLETION;
        if (!state.faults.strikes(fault)) {
            return;
        }
        byte[] again = entry.clone();
        long delayNs = state.faults.amount(fault, state.knobs.duplicateDelayNsMax());
        state.later(
                delayNs,
                () -> {
                    if (cq.waiting.isEmpty() && mayPost(cq)) {
                        int cid = Cqe.cid(again, 0);
                        state.observer.struck(state.nowNs(), fault.id(), cq.id, cid);
                        write(cq, again);
                    }
                });
    }
}
