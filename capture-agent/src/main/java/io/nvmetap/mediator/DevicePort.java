package io.nvmetap.mediator;

import io.nvmetap.device.OtherCpus;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.Registers;

/** The mediator's accesses to the controller's registers and doorbells, each told to the tap. */
final class DevicePort {
    /** How long the pair race fault holds back an acknowledgement at most. */
    private static final long HELD_NS_MAX = 1_000_000;

    private final MediatorState state;
    private final PairLocks locks = new PairLocks();
    private CqShadow held;
    private int heldEpoch;
    private boolean backward;

    DevicePort(MediatorState state) {
        this.state = state;
    }

    /** CAP, read once as two dwords: some controllers take no wider access. */
    long cap() {
        if (!state.capKnown()) {
            long low = read(Registers.CAP, 4);
            long high = read(Registers.CAP_HIGH, 4);
            state.cap(high << 32 | low & 0xFFFF_FFFFL);
        }
        return state.cap();
    }

    long read(long offset, int width) {
        long value = state.device.readRegister(offset, width, state.tap.cpu);
        state.tap.read(Side.DEVICE, RegisterSpace.BAR0, offset, width, value);
        return value;
    }

    int csts() {
        return (int) read(Registers.CSTS, 4);
    }

    void write(long offset, int width, long value) {
        state.tap.written(Side.DEVICE, RegisterSpace.BAR0, offset, width, value);
        state.device.writeRegister(offset, width, value, state.tap.cpu);
    }

    /** Writes a 64-bit property as two dwords, low half first. */
    void writeHalves(long offset, long value) {
        write(offset, 4, value & 0xFFFF_FFFFL);
        write(offset + 4, 4, value >>> 32);
    }

    /** Tells the controller of new entries. */
    void ringTail(SqShadow sq) {
        sq.rung = sq.tail;
        ring(DoorbellKind.SQ_TAIL, sq.qid, sq.tail, state.tap.cpu);
        // fault: sq-cq-doorbell-pair-race. The held head goes out beside the tail, from elsewhere.
        if (held != null && held.qid == sq.qid) {
            releaseHeld(Math.max(state.tap.cpu, 0) + 1);
        }
    }

    /** Acknowledges completions up to {@code cq.acked}. */
    void ringHead(CqShadow cq) {
        // fault: sq-cq-doorbell-pair-race. Hold this head until the tail of the pair is written;
        // where other CPUs come in by themselves nothing needs to be staged.
        boolean staged = state.config.otherCpus() == OtherCpus.NONE && held == null;
        if (staged && state.faults.strikes(MediatorFault.SQ_CQ_DOORBELL_PAIR_RACE)) {
            held = cq;
            heldEpoch = state.epoch;
            state.timeline.after(HELD_NS_MAX, () -> releaseHeld(state.tap.cpu));
            return;
        }
        if (held == cq) {
            return;
        }
        // fault: cq-doorbell-to-wrong-queue. The queue that has the number of the SQ.
        boolean elsewhere =
                cq.lastSqid != cq.qid
                        && state.faults.strikes(MediatorFault.CQ_DOORBELL_TO_WRONG_QUEUE);
        int qid = elsewhere ? cq.lastSqid : cq.qid;
        ring(DoorbellKind.CQ_HEAD, qid, cq.acked, state.tap.cpu);
        // fault: cq-doorbell-duplicate-or-backward. Once the same, once the one before.
        if (state.faults.strikes(MediatorFault.CQ_DOORBELL_DUPLICATE_OR_BACKWARD)) {
            int stale = backward ? Math.floorMod(cq.acked - 1, cq.entries) : cq.acked;
            backward = !backward;
            ring(DoorbellKind.CQ_HEAD, cq.qid, stale, state.tap.cpu);
        }
    }

    private void releaseHeld(int cpu) {
        CqShadow cq = held;
        held = null;
        if (cq != null && heldEpoch == state.epoch && state.queues.cq(cq.qid) == cq) {
            ring(DoorbellKind.CQ_HEAD, cq.qid, cq.acked, cpu);
        }
    }

    /** One doorbell. Both of a pair go through one lock: some controllers lose one otherwise. */
    private void ring(DoorbellKind kind, int qid, int value, int cpu) {
        // fault: sq-cq-doorbell-pair-race. Nobody asks for the lock.
        if (state.has(MediatorFault.SQ_CQ_DOORBELL_PAIR_RACE)) {
            store(kind, qid, value, cpu);
            return;
        }
        if (!locks.take(kind, qid, value)) {
            return;
        }
        CqShadow pair = state.queues.cq(qid);
        boolean held = pair != null && pair.busy;
        if (!held) {
            state.tap.lock(EventKind.LOCK_TAKEN, qid);
        }
        store(kind, qid, value, cpu);
        left(DoorbellKind.SQ_TAIL, qid, cpu);
        left(DoorbellKind.CQ_HEAD, qid, cpu);
        if (!held) {
            state.tap.lock(EventKind.LOCK_RELEASED, qid);
        }
        locks.release(qid);
    }

    /** What another CPU left to the holder of the lock. */
    private void left(DoorbellKind kind, int qid, int cpu) {
        int value = locks.left(kind, qid);
        if (value >= 0) {
            store(kind, qid, value, cpu);
        }
    }

    private void store(DoorbellKind kind, int qid, int value, int cpu) {
        state.tap.doorbell(Side.DEVICE, kind, qid, value, cpu);
        boolean completion = kind == DoorbellKind.CQ_HEAD;
        long offset = Registers.doorbellOffset(qid, completion, Registers.capDstrd(cap()));
        int mine = state.tap.cpu;
        state.config.otherCpus().mayComeIn(kind, qid);
        state.tap.cpu = mine;
        state.device.writeRegister(offset, 4, value, cpu);
    }
}
