package io.nvmetap.plan;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.QueueState;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.FeatureId;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The queues of the recording, from their creation to their end, and the doorbells rung on them.
 */
final class QueueBook {
    private final PlanBuilder plan;
    private final Map<Integer, SubmissionTrack> submissions = new HashMap<>();
    private final Map<Integer, CompletionTrack> completions = new HashMap<>();
    private boolean shadowed;

    QueueBook(PlanBuilder plan) {
        this.plan = plan;
    }

    void clear() {
        submissions.values().forEach(s -> plan.adapt(Adaptation.NEVER_FETCHED, s.unfetched()));
        submissions.clear();
        completions.clear();
        shadowed = false;
    }

    void enableAdmin(int aqa) {
        clear();
        int acq = Registers.aqaAcqs(aqa) + 1;
        submissions.put(0, new SubmissionTrack(Registers.aqaAsqs(aqa) + 1, 0, 0));
        completions.put(0, new CompletionTrack(acq, 0, true, 0));
    }

    void restore(LiveState state, Moment at) {
        for (QueueState queue : state.queues()) {
            if (queue.completion()) {
                CompletionTrack track =
                        new CompletionTrack(
                                queue.sizeEntries(),
                                queue.vector(),
                                queue.interruptsEnabled(),
                                queue.head());
                track.postedBefore(track.advance(queue.tail()));
                completions.put(queue.qid(), track);
            } else {
                submissions.put(queue.qid(), submission(queue, at));
            }
        }
    }

    /** What was rung for and not fetched when the snapshot was taken is fetched after it. */
    private SubmissionTrack submission(QueueState queue, Moment at) {
        SubmissionTrack track =
                new SubmissionTrack(queue.sizeEntries(), queue.cqid(), queue.head());
        int rung = track.advance(queue.tail());
        if (rung > 0) {
            plan.add(new Stimulus.Submit(at, queue.qid(), track.ring(queue.tail(), rung)));
        }
        return track;
    }

    /** The queue of a doorbell or command was created in sight. */
    boolean knows(CapturedEvent e) {
        boolean head = e.kind == EventKind.DOORBELL_RUNG && e.doorbell == DoorbellKind.CQ_HEAD;
        return (head ? completions : submissions).containsKey(e.qid);
    }

    /** Vectors that interrupts of existing queues may use. */
    List<Integer> vectors() {
        return completions.values().stream()
                .filter(c -> c.interruptsEnabled)
                .map(c -> c.vector)
                .distinct()
                .sorted()
                .toList();
    }

    void doorbell(CapturedEvent e, Moment at, boolean shadow) {
        if (shadow && !shadowed) {
            return;
        }
        if (e.doorbell == DoorbellKind.SQ_TAIL) {
            submissionDoorbell(e, at, shadow);
        } else {
            completionDoorbell(e, at, shadow);
        }
    }

    private void submissionDoorbell(CapturedEvent e, Moment at, boolean shadow) {
        SubmissionTrack track = submissions.get(e.qid);
        int value = (int) e.value;
        if (track == null || value >= track.sizeEntries || value < 0) {
            raw(at, false, e, shadow);
            return;
        }
        int entries = track.advance(value);
        // A value from before what the shadow page already told looks like nearly a whole lap.
        if (entries == 0 || shadowed && e.qid != 0 && entries > track.sizeEntries * 3 / 4) {
            stale(at, false, e, shadow);
            return;
        }
        if (shadow) {
            plan.adapt(Adaptation.SHADOW_TO_MMIO);
        }
        plan.add(new Stimulus.Submit(at, e.qid, track.ring(value, entries)));
    }

    private void completionDoorbell(CapturedEvent e, Moment at, boolean shadow) {
        CompletionTrack track = completions.get(e.qid);
        int value = (int) e.value;
        if (track == null || value >= track.sizeEntries || value < 0) {
            raw(at, true, e, shadow);
            return;
        }
        int entries = track.advance(value);
        if (entries == 0) {
            stale(at, true, e, shadow);
            return;
        }
        if (shadow) {
            plan.adapt(Adaptation.SHADOW_TO_MMIO);
        }
        int had = track.acknowledged(value, entries);
        plan.adapt(Adaptation.ACKNOWLEDGED_UNSEEN, had < entries ? 1 : 0);
        if (had > 0) {
            plan.add(new Stimulus.Acknowledge(at, e.qid, had));
        }
    }

    private void stale(Moment at, boolean completion, CapturedEvent e, boolean shadow) {
        if (shadowed) {
            plan.adapt(Adaptation.STALE_DOORBELL);
        } else {
            raw(at, completion, e, shadow);
        }
    }

    private void raw(Moment at, boolean completion, CapturedEvent e, boolean shadow) {
        if (!shadow) {
            plan.add(new Stimulus.RingRaw(at, completion, e.qid, (int) e.value));
        }
    }

    void fetched(Exchange exchange) {
        SubmissionTrack track = submissions.get(exchange.sqid());
        if (track != null && track.fetched(exchange)) {
            return;
        }
        if (track != null) {
            track.inferred();
        }
        plan.adapt(Adaptation.DOORBELL_INFERRED);
        if (!exchange.hidden) {
            plan.add(new Stimulus.Submit(exchange.fetchedAt(), exchange.sqid(), List.of(exchange)));
        }
    }

    void completed(Exchange exchange, int cqid) {
        CompletionTrack track = completions.get(cqid);
        if (track != null) {
            track.completed(exchange);
        }
        if (exchange.admin() && StatusCode.success(exchange.answer.status())) {
            created(exchange);
        }
    }

    private void created(Exchange exchange) {
        byte[] sqe = exchange.sqe;
        int qid = AdminSqe.qid(sqe, 0);
        int size = AdminSqe.qsize0(sqe, 0) + 1;
        switch (exchange.opcode()) {
            case Opcodes.ADMIN_CREATE_CQ -> {
                plan.queueEntriesMax = Math.max(plan.queueEntriesMax, size);
                completions.put(
                        qid,
                        new CompletionTrack(size, AdminSqe.iv(sqe, 0), AdminSqe.ien(sqe, 0), 0));
            }
            case Opcodes.ADMIN_CREATE_SQ -> {
                plan.queueEntriesMax = Math.max(plan.queueEntriesMax, size);
                submissions.put(qid, new SubmissionTrack(size, AdminSqe.cqid(sqe, 0), 0));
            }
            case Opcodes.ADMIN_DELETE_SQ -> submissions.remove(qid);
            case Opcodes.ADMIN_DELETE_CQ -> completions.remove(qid);
            case Opcodes.ADMIN_DOORBELL_BUFFER_CONFIG -> shadowed = true;
            case Opcodes.ADMIN_SET_FEATURES -> {
                if (AdminSqe.fid(sqe, 0) == FeatureId.NUMBER_OF_QUEUES
                        && Sqe.known(exchange.known(), Sqe.CDW10_OFFSET, 1)) {
                    plan.queuesGranted = exchange.answer.dw0();
                }
            }
            default -> {
                // Nothing that changes queues.
            }
        }
    }

    void interrupted(int vector, boolean pin, long seq) {
        for (CompletionTrack track : completions.values()) {
            if (track.interruptsEnabled && (pin || track.vector == vector)) {
                track.interrupted(seq);
            }
        }
    }
}
