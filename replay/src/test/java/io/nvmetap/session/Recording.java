package io.nvmetap.session;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.ControllerInfo;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Side;
import io.nvmetap.event.Transfer;
import io.nvmetap.event.Unseen;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.NvmSqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.plan.Plan;
import io.nvmetap.plan.PlanLimits;
import io.nvmetap.plan.Planner;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A small recording of a guest that spoke to a controller directly, written by hand. */
public final class Recording {
    public static final int ENTRIES = 8;

    private final List<CapturedEvent> events = new ArrayList<>();
    private final Map<Integer, Integer> tails = new HashMap<>();
    private final Map<Integer, Integer> heads = new HashMap<>();
    private long seq;
    private long commandId;
    private int adminCid;

    public Recording() {
        this(LiveState.DISABLED, "");
    }

    public Recording(LiveState state, String mixed) {
        CaptureStarted header =
                new CaptureStarted(
                        0,
                        1,
                        "",
                        "",
                        "",
                        "",
                        "",
                        "",
                        "test",
                        Set.of(Unseen.MSIX_TABLE),
                        mixed,
                        List.of(ControllerInfo.unknown().withState(state)),
                        PayloadPolicy.ALL);
        add(new CapturedEvent().asCaptureStarted(header));
    }

    public Recording add(CapturedEvent e) {
        events.add(e.at(seq++, seq * 10_000, 0, 0));
        return this;
    }

    public List<CapturedEvent> events() {
        return events;
    }

    public long lastSeq() {
        return seq - 1;
    }

    public Recording skip(int lost) {
        seq += lost;
        return this;
    }

    public Recording write(long offset, long value) {
        return add(
                new CapturedEvent()
                        .asRegisterWritten(Side.DEVICE, RegisterSpace.BAR0, offset, 4, value));
    }

    public Recording read(long offset, long value) {
        return add(
                new CapturedEvent()
                        .asRegisterRead(Side.DEVICE, RegisterSpace.BAR0, offset, 4, value));
    }

    public Recording enable() {
        tails.clear();
        heads.clear();
        return write(Registers.AQA, Registers.aqa(ENTRIES, ENTRIES))
                .write(Registers.ASQ, 0x10000)
                .write(Registers.ACQ, 0x20000)
                .write(Registers.CC, 0x460001)
                .read(Registers.CSTS, 0)
                .read(Registers.CSTS, 1);
    }

    /** Enables and creates one I/O pair with interrupts on vector 1. */
    public Recording ready() {
        enable();
        byte[] cq = sqe(Opcodes.ADMIN_CREATE_CQ, adminCid++);
        Sqe.putPrp1(cq, 0, 0x30000);
        AdminSqe.putCreateCq(cq, 0, 1, ENTRIES - 1, 1, true);
        admin(cq);
        byte[] sq = sqe(Opcodes.ADMIN_CREATE_SQ, adminCid++);
        Sqe.putPrp1(sq, 0, 0x40000);
        AdminSqe.putCreateSq(sq, 0, 1, ENTRIES - 1, 1);
        return admin(sq);
    }

    public Recording admin(byte[] sqe) {
        ring(0, 1);
        long id = fetch(0, sqe, 0);
        complete(0, 0, Sqe.cid(sqe, 0), id, 0);
        return interrupt(0).acknowledge(0, 1);
    }

    public static byte[] sqe(int opcode, int cid) {
        byte[] sqe = new byte[Sqe.SIZE];
        Sqe.putOpcode(sqe, 0, opcode);
        Sqe.putCid(sqe, 0, cid);
        return sqe;
    }

    public static byte[] readCommand(int cid, long slba) {
        byte[] sqe = sqe(Opcodes.IO_READ, cid);
        Sqe.putNsid(sqe, 0, 1);
        NvmSqe.putRange(sqe, 0, slba, 8);
        return sqe;
    }

    public Recording ring(int sqid, int entries) {
        int tail = (tails.getOrDefault(sqid, 0) + entries) % ENTRIES;
        tails.put(sqid, tail);
        return doorbell(DoorbellKind.SQ_TAIL, sqid, tail);
    }

    public Recording doorbell(DoorbellKind kind, int qid, int value) {
        return add(new CapturedEvent().asDoorbell(Side.DEVICE, kind, qid, value));
    }

    public Recording acknowledge(int cqid, int entries) {
        int head = (heads.getOrDefault(cqid, 0) + entries) % ENTRIES;
        heads.put(cqid, head);
        return doorbell(DoorbellKind.CQ_HEAD, cqid, head);
    }

    /** A command fetched; its id. */
    public long fetch(int sqid, byte[] sqe, long dataBytes) {
        CapturedEvent e =
                new CapturedEvent()
                        .asCommand(EventKind.COMMAND_EMITTED, sqid, -1, sqe, 0, sqe.length);
        e.commandId = ++commandId;
        e.dataBytes = dataBytes;
        for (long at = 0; at < dataBytes; at += 4096) {
            e.page(0x100000 + commandId * 0x10000 + at, (int) Math.min(4096, dataBytes - at));
        }
        add(e);
        return commandId;
    }

    public Recording complete(int sqid, int cqid, int cid, long id, int status) {
        byte[] cqe = new byte[Cqe.SIZE];
        Cqe.putSqid(cqe, 0, sqid);
        Cqe.putCid(cqe, 0, cid);
        Cqe.putStatusAndPhase(cqe, 0, status, 0);
        CapturedEvent e =
                new CapturedEvent().asCompletion(EventKind.COMPLETION_SEEN, cqid, -1, cqe, 0);
        e.commandId = id;
        e.known = Cqe.KNOWN_DW0 | Cqe.KNOWN_CID | Cqe.KNOWN_STATUS;
        return add(e);
    }

    public Recording interrupt(int vector) {
        return add(
                new CapturedEvent()
                        .asInterrupt(
                                EventKind.INTERRUPT_RAISED,
                                Side.DEVICE,
                                vector,
                                InterruptKind.MSIX,
                                ""));
    }

    public Recording payload(int sqid, int cid, long id, byte[] content) {
        CapturedEvent e =
                new CapturedEvent()
                        .asPayload(
                                Side.GUEST,
                                Transfer.FROM_DEVICE,
                                sqid,
                                cid,
                                content.length,
                                content);
        e.commandId = id;
        return add(e);
    }

    /** One read on the I/O pair, done when this returns. */
    public Recording io(int cid, long slba, int status) {
        ring(1, 1);
        long id = fetch(1, readCommand(cid, slba), 4096);
        complete(1, 1, cid, id, status);
        return interrupt(1).acknowledge(1, 1);
    }

    public Plan plan() {
        return plan(PlanLimits.DEFAULT);
    }

    public Plan plan(PlanLimits limits) {
        Planner planner = new Planner(0, limits);
        events.forEach(planner::accept);
        return planner.plan();
    }
}
