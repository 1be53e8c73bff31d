package io.nvmetap.testkit;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.ShadowCell;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.Registers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The steps of a {@link Scenario} that are one event each, and its clock. */
abstract class ScenarioSteps {
    final List<CapturedEvent> events = new ArrayList<>();

    final boolean mediated;

    long nowNs;

    long seq;

    int cpu;

    /** Next slot of each device side submission queue, and their sizes. */
    final Map<Integer, Integer> nextSlot = new HashMap<>();

    final Map<Integer, Integer> sizes = new HashMap<>();

    /** Completions so far of each completion queue and side. */
    final Map<Integer, Integer> completions = new HashMap<>();

    final Map<Integer, Integer> heads = new HashMap<>();

    ScenarioSteps(boolean mediated) {
        this.mediated = mediated;
    }

    /** The scenario that this is. */
    abstract Scenario self();

    Scenario add(CapturedEvent e) {
        e.sessionHigh = 1;
        e.sessionLow = 2;
        e.at(seq++, nowNs, cpu, 0);
        events.add(e.copy());
        return self();
    }

    static CapturedEvent event() {
        return new CapturedEvent();
    }

    /** Moves the clock. */
    public Scenario us(long microseconds) {
        nowNs += microseconds * 1_000;
        return self();
    }

    /** Moves the clock, finer. */
    public Scenario ns(long nanoseconds) {
        nowNs += nanoseconds;
        return self();
    }

    /** A heartbeat after so many milliseconds. */
    public Scenario heartbeatAfterMs(long ms) {
        return us(ms * 1_000).add(event().asHeartbeat());
    }

    /** Who acts from now on. */
    public Scenario onCpu(int newCpu) {
        cpu = newCpu;
        return self();
    }

    /** Events lost here. */
    public Scenario lost(long count) {
        seq += count;
        return add(event().asEventsLost(count, "test"));
    }

    Scenario register(Side side, int offset, int value) {
        nextSlot.clear();
        if (offset == Registers.CC) {
            completions.keySet().removeIf(k -> (k & 1) == (side == Side.GUEST ? 1 : 0));
        }
        heads.clear();
        return us(1).add(event().asRegisterWritten(side, RegisterSpace.BAR0, offset, 4, value));
    }

    /** The mediator gives back the memory of a queue. */
    public Scenario releases(boolean completion, int qid) {
        return us(1).add(event().asMemoryReleased(completion, qid));
    }

    /** Four bytes of configuration space are read. */
    public Scenario readsConfig(int offset, int value) {
        RegisterSpace config = RegisterSpace.PCI_CONFIG;
        return us(1).add(event().asRegisterRead(Side.DEVICE, config, offset, 4, value));
    }

    /** Four bytes of configuration space are written. */
    public Scenario writesConfig(int offset, int value) {
        RegisterSpace config = RegisterSpace.PCI_CONFIG;
        return us(1).add(event().asRegisterWritten(Side.DEVICE, config, offset, 4, value));
    }

    /** A register is read on one side. */
    public Scenario reads(Side side, int offset, int width, long value) {
        return us(1).add(event().asRegisterRead(side, RegisterSpace.BAR0, offset, width, value));
    }

    /** A register is written on one side. */
    public Scenario writes(Side side, int offset, int value) {
        return register(side, offset, value);
    }

    /** A register is written with this width. */
    public Scenario writesWide(Side side, int offset, int width, long value) {
        return us(1).add(event().asRegisterWritten(side, RegisterSpace.BAR0, offset, width, value));
    }

    /** CAP is read in halves. */
    public Scenario readsCap(Side side, long cap) {
        return reads(side, Registers.CAP, 4, cap & 0xFFFF_FFFFL)
                .reads(side, Registers.CAP_HIGH, 4, cap >>> 32);
    }

    /** CSTS is read. */
    public Scenario csts(Side side, long value) {
        return reads(side, Registers.CSTS, 4, value);
    }

    /** Whoever serves a shadow doorbell reads it. */
    public Scenario looksAtShadow(Side side, int qid, int value) {
        CapturedEvent e =
                event().asShadow(side, ShadowCell.DOORBELL, DoorbellKind.SQ_TAIL, qid, value);
        e.flag = false;
        return us(1).add(e);
    }

    /** Whoever serves a shadow doorbell says how far it got. */
    public Scenario eventIdx(Side side, int qid, int value) {
        DoorbellKind tail = DoorbellKind.SQ_TAIL;
        return us(1).add(event().asShadow(side, ShadowCell.EVENT_IDX, tail, qid, value));
    }

    /** The mediator refuses an enable. */
    public Scenario rejectsEnable(String reason) {
        return us(1).add(
                        event().asDecision(
                                        Side.GUEST,
                                        DecisionKind.REJECTED,
                                        "CC.EN",
                                        -1,
                                        -1,
                                        reason));
    }

    /** SQ tail rung. */
    public Scenario sq(Side side, int qid, int tail) {
        return add(event().asDoorbell(side, DoorbellKind.SQ_TAIL, qid, tail));
    }

    /** CQ head rung. */
    public Scenario cq(Side side, int qid, int head) {
        return add(event().asDoorbell(side, DoorbellKind.CQ_HEAD, qid, head));
    }

    /** The guest moves a shadow head doorbell. */
    public Scenario shadowCq(Side side, int qid, int head) {
        return add(event().asShadow(side, ShadowCell.DOORBELL, DoorbellKind.CQ_HEAD, qid, head));
    }

    /** Store into a guest CQ slot. */
    public Scenario stored(int cqid, int slot, int offset, int count) {
        return add(event().asStore(cqid, slot, offset, count, 0, 0));
    }

    /** Store fence. */
    public Scenario fence(int cqid) {
        return add(event().asFence(cqid));
    }

    /** Interrupt raised by the controller, and delivered to the guest if so. */
    public Scenario interrupt(int vector, boolean delivered) {
        InterruptKind how = InterruptKind.MSIX;
        us(1).add(event().asInterrupt(EventKind.INTERRUPT_RAISED, Side.DEVICE, vector, how, ""));
        return delivered
                ? add(
                        event().asInterrupt(
                                        EventKind.INTERRUPT_DELIVERED, Side.GUEST, vector, how, ""))
                : self();
    }

    /** Mask, unmask or flush by the mediator. */
    public Scenario vector(EventKind kind, int vector) {
        return add(event().asVector(kind, Side.DEVICE, vector));
    }

    /** Mask or unmask by the guest. */
    public Scenario guestVector(EventKind kind, int vector) {
        return us(1).add(event().asVector(kind, Side.GUEST, vector));
    }

    /** The guest gets an MSI-X message. */
    public Scenario delivered(int vector) {
        return deliveredAs(vector, InterruptKind.MSIX);
    }

    /** The guest gets an interrupt. */
    public Scenario deliveredAs(int vector, InterruptKind how) {
        return add(event().asInterrupt(EventKind.INTERRUPT_DELIVERED, Side.GUEST, vector, how, ""));
    }

    /** The mediator keeps an MSI-X message from the guest. */
    public Scenario suppressed(int vector, String reason) {
        InterruptKind how = InterruptKind.MSIX;
        return add(
                event().asInterrupt(
                                EventKind.INTERRUPT_SUPPRESSED, Side.GUEST, vector, how, reason));
    }

    /** Reset seen at both sides by the mediator. */
    public Scenario reset(Edge edge) {
        return add(event().asReset(Side.DEVICE, ResetKind.DRIVER, edge));
    }

    /** Reset by the guest, which clears CC.EN. */
    public Scenario guestReset(Edge edge) {
        return us(1).add(event().asReset(Side.GUEST, ResetKind.CC_EN, edge));
    }

    /** The guest's machine resets. */
    public Scenario machineReset() {
        add(event().asReset(Side.DEVICE, ResetKind.MACHINE, Edge.BEGIN));
        return add(event().asReset(Side.DEVICE, ResetKind.MACHINE, Edge.END));
    }

    /** A decision of the mediator about its own commands on a queue. */
    public Scenario decidesOfOwn(DecisionKind kind, int qid) {
        return add(event().asDecision(Side.DEVICE, kind, "own commands", qid, -1, "test"));
    }

    /** A decision of the mediator about a queue. */
    public Scenario decides(DecisionKind kind, int qid) {
        return add(event().asDecision(Side.GUEST, kind, "doorbell", qid, -1, "test"));
    }

    /** A decision of the mediator about something of a queue. */
    public Scenario decidesOf(DecisionKind kind, String what, int qid) {
        return add(event().asDecision(Side.GUEST, kind, what, qid, -1, "test"));
    }

    /** The controller raises an interrupt. */
    public Scenario raisedAs(int vector, InterruptKind how) {
        return us(1).add(
                        event().asInterrupt(
                                        EventKind.INTERRUPT_RAISED, Side.DEVICE, vector, how, ""));
    }

    /** The INTx line falls. */
    public Scenario lineFalls(Side side) {
        return us(1).add(event().asLineLowered(side));
    }

    /** The mediator takes the lock of a pair. */
    public Scenario locks(int qid) {
        return add(event().asLock(EventKind.LOCK_TAKEN, qid));
    }

    /** The mediator lets go of it. */
    public Scenario unlocks(int qid) {
        return add(event().asLock(EventKind.LOCK_RELEASED, qid));
    }
}
