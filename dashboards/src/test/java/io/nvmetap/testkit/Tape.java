package io.nvmetap.testkit;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.ControllerInfo;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.event.Side;
import io.nvmetap.event.Transfer;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.NvmSqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A small history written by hand: each step one event, a microsecond after the last. */
public final class Tape {
    /** Unix milliseconds at time zero: 2026-01-01. */
    public static final long WALL_CLOCK_MS = 1_767_225_600_000L;

    private final List<CapturedEvent> events = new ArrayList<>();
    private long seq;
    private long timeNs;
    private int controller;

    /** A history whose header names a mediator, or none. */
    public static Tape started(String mediator) {
        Tape t = new Tape();
        ControllerInfo info =
                new ControllerInfo(
                        0x144d, 0xa808, 0, 0, "Model X", "", "FW1", -1, "", LiveState.UNKNOWN);
        t.add(
                new CapturedEvent()
                        .asCaptureStarted(
                                new CaptureStarted(
                                        WALL_CLOCK_MS,
                                        1,
                                        "machine",
                                        "firmware",
                                        "system",
                                        mediator,
                                        "",
                                        "",
                                        "test",
                                        Set.of(),
                                        "",
                                        List.of(info, info),
                                        PayloadPolicy.ADMIN)));
        return t;
    }

    public List<CapturedEvent> events() {
        return events;
    }

    /** What follows is of this controller. */
    public Tape controller(int index) {
        controller = index;
        return this;
    }

    /** What follows comes later. */
    public Tape later(long ns) {
        timeNs += ns;
        return this;
    }

    /** Events are missing here. */
    public Tape lose(long count) {
        seq += count;
        return this;
    }

    public Tape add(CapturedEvent e) {
        e.sessionHigh = 0x0011223344556677L;
        e.sessionLow = 0x8899aabbccddeeffL;
        events.add(e.at(seq++, timeNs, -1, controller));
        timeNs += 1000;
        return this;
    }

    public static byte[] read(int cid, long slba) {
        byte[] sqe = new byte[Sqe.SIZE];
        Sqe.putOpcode(sqe, 0, Opcodes.IO_READ);
        Sqe.putCid(sqe, 0, cid);
        Sqe.putNsid(sqe, 0, 1);
        NvmSqe.putRange(sqe, 0, slba, 8);
        return sqe;
    }

    public static byte[] admin(int opcode, int cid) {
        byte[] sqe = new byte[Sqe.SIZE];
        Sqe.putOpcode(sqe, 0, opcode);
        Sqe.putCid(sqe, 0, cid);
        return sqe;
    }

    public static byte[] createCq(int cid, int qid, int vector) {
        byte[] sqe = admin(Opcodes.ADMIN_CREATE_CQ, cid);
        AdminSqe.putCreateCq(sqe, 0, qid, 63, vector, true);
        return sqe;
    }

    public static byte[] deleteSq(int cid, int qid) {
        byte[] sqe = admin(Opcodes.ADMIN_DELETE_SQ, cid);
        AdminSqe.putDeleteQueue(sqe, 0, qid);
        return sqe;
    }

    public static byte[] cqe(int sqid, int cid, int status) {
        byte[] cqe = new byte[Cqe.SIZE];
        Cqe.putSqid(cqe, 0, sqid);
        Cqe.putCid(cqe, 0, cid);
        Cqe.putStatusAndPhase(cqe, 0, status, 1);
        return cqe;
    }

    public Tape fetched(int sqid, int slot, long id, byte[] sqe) {
        return command(EventKind.COMMAND_FETCHED, sqid, slot, id, sqe);
    }

    public Tape emitted(int sqid, int slot, long id, byte[] sqe) {
        return command(EventKind.COMMAND_EMITTED, sqid, slot, id, sqe);
    }

    private Tape command(EventKind kind, int sqid, int slot, long id, byte[] sqe) {
        CapturedEvent e = new CapturedEvent().asCommand(kind, sqid, slot, sqe, 0, sqe.length);
        e.commandId = id;
        return add(e);
    }

    public Tape seen(int cqid, int slot, long id, byte[] cqe) {
        return completion(EventKind.COMPLETION_SEEN, cqid, slot, id, cqe);
    }

    public Tape copied(int cqid, int slot, long id, byte[] cqe) {
        return completion(EventKind.COMPLETION_COPIED, cqid, slot, id, cqe);
    }

    private Tape completion(EventKind kind, int cqid, int slot, long id, byte[] cqe) {
        CapturedEvent e = new CapturedEvent().asCompletion(kind, cqid, slot, cqe, 0);
        e.commandId = id;
        return add(e);
    }

    public Tape tail(Side side, int sqid, int value) {
        return add(new CapturedEvent().asDoorbell(side, DoorbellKind.SQ_TAIL, sqid, value));
    }

    public Tape head(Side side, int cqid, int value) {
        return add(new CapturedEvent().asDoorbell(side, DoorbellKind.CQ_HEAD, cqid, value));
    }

    public Tape payload(Side side, Transfer way, int sqid, long id, byte[] content) {
        CapturedEvent e =
                new CapturedEvent().asPayload(side, way, sqid, 0, content.length, content);
        e.commandId = id;
        return add(e);
    }

    /** One Read of the guest, whole, on queue 1 with both doorbells and an interrupt. */
    public Tape wholeRead(int slot, long id) {
        int cid = slot + 100;
        return tail(Side.GUEST, 1, slot + 1)
                .fetched(1, slot, id, read(cid, 8L * slot))
                .emitted(1, slot, id, read(cid, 8L * slot))
                .seen(1, slot, id, cqe(1, cid, 0))
                .copied(1, slot, id, cqe(1, cid, 0))
                .add(
                        new CapturedEvent()
                                .asInterrupt(
                                        EventKind.INTERRUPT_DELIVERED,
                                        Side.GUEST,
                                        1,
                                        InterruptKind.MSIX,
                                        ""))
                .head(Side.GUEST, 1, slot + 1)
                .head(Side.DEVICE, 1, slot + 1);
    }
}
