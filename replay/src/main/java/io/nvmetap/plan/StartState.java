package io.nvmetap.plan;

import io.nvmetap.event.LiveState;
import io.nvmetap.event.QueueState;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Puts a controller into the state it had when the recording began. */
final class StartState {
    /** Command ids of the commands that create queues; they are answered before the rest begins. */
    private static final int FIRST_CID = 0xF000;

    private static final int PAGE = 4096;

    private StartState() {}

    static void set(LiveState state, Moment at, PlanBuilder plan, InterruptTrack interrupts) {
        write(plan, at, Registers.AQA, 4, state.aqa());
        write(plan, at, Registers.ASQ, 8, state.asq());
        write(plan, at, Registers.ACQ, 8, state.acq());
        interrupts.epochBegins(at);
        write(plan, at, Registers.CC, 4, state.cc() & ~0xC000L);
        plan.add(new Stimulus.PollStatus(at, 1, 1, 1));
        List<QueueState> queues = new ArrayList<>(state.queues());
        queues.removeIf(q -> q.qid() == 0);
        queues.sort(Comparator.comparing(q -> !q.completion()));
        int cid = FIRST_CID;
        for (QueueState queue : queues) {
            Exchange create = new Exchange(at, 0, sqe(queue, cid++), -1, Exchange.Pages.NONE);
            create.answer = new Answer(at, 0, 0, 0, 0, 0, 0xF000);
            plan.add(new Stimulus.Submit(at, 0, List.of(create)));
            plan.add(new Stimulus.Acknowledge(at, 0, 1));
        }
    }

    private static byte[] sqe(QueueState queue, int cid) {
        byte[] sqe = new byte[Sqe.SIZE];
        Sqe.putCid(sqe, 0, cid);
        // Any aligned address: queues are re-based.
        Sqe.putPrp1(sqe, 0, PAGE);
        int size0 = queue.sizeEntries() - 1;
        if (queue.completion()) {
            Sqe.putOpcode(sqe, 0, Opcodes.ADMIN_CREATE_CQ);
            AdminSqe.putCreateCq(
                    sqe,
                    0,
                    queue.qid(),
                    size0,
                    Math.max(queue.vector(), 0),
                    queue.interruptsEnabled());
        } else {
            Sqe.putOpcode(sqe, 0, Opcodes.ADMIN_CREATE_SQ);
            AdminSqe.putCreateSq(sqe, 0, queue.qid(), size0, queue.cqid());
        }
        return sqe;
    }

    private static void write(PlanBuilder plan, Moment at, long offset, int width, long value) {
        plan.add(new Stimulus.WriteRegister(at, RegisterSpace.BAR0, offset, width, value));
    }
}
