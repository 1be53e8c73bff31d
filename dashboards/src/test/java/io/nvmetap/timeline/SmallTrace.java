package io.nvmetap.timeline;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.ControllerInfo;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.event.QueueState;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.trace.TraceWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A recording written step by step: one mediated controller with queue pair 1 of 8 entries. */
final class SmallTrace {
    private final List<CapturedEvent> events = new ArrayList<>();
    private long session = 1;
    private long seq;
    private int tail;
    private int head;

    static SmallTrace mediated() {
        SmallTrace t = new SmallTrace();
        List<QueueState> queues =
                List.of(
                        new QueueState(true, 1, 8, 0, 1, 1, true, 0, 0, List.of()),
                        new QueueState(false, 1, 8, 0, 1, -1, false, 0, 0, List.of()));
        LiveState state = new LiveState(true, 0x460001, 1, 0, 0, 0, queues, List.of(), true);
        ControllerInfo c = ControllerInfo.unknown().withState(state);
        CaptureStarted header =
                new CaptureStarted(
                        0,
                        1,
                        "",
                        "",
                        "",
                        "driver",
                        "",
                        "",
                        "mediator",
                        Set.of(),
                        "",
                        List.of(c),
                        PayloadPolicy.NONE);
        return t.add(0, new CapturedEvent().asCaptureStarted(header));
    }

    SmallTrace add(long timeNs, CapturedEvent e) {
        e.sessionLow = session;
        events.add(e.at(seq++, timeNs, -1, 0));
        return this;
    }

    SmallTrace lose(int count) {
        seq += count;
        return this;
    }

    SmallTrace otherSession() {
        session++;
        seq = 0;
        return this;
    }

    SmallTrace ring(long timeNs) {
        tail = (tail + 1) % 8;
        return add(
                timeNs, new CapturedEvent().asDoorbell(Side.GUEST, DoorbellKind.SQ_TAIL, 1, tail));
    }

    SmallTrace fetch(long timeNs, int id) {
        return command(timeNs, EventKind.COMMAND_FETCHED, id);
    }

    SmallTrace emit(long timeNs, int id) {
        return command(timeNs, EventKind.COMMAND_EMITTED, id);
    }

    private SmallTrace command(long timeNs, EventKind kind, int id) {
        byte[] sqe = new byte[Sqe.SIZE];
        Sqe.putOpcode(sqe, 0, Opcodes.IO_READ);
        Sqe.putCid(sqe, 0, kind == EventKind.COMMAND_FETCHED ? id : id + 100);
        CapturedEvent e = new CapturedEvent().asCommand(kind, 1, 0, sqe, 0, Sqe.SIZE);
        e.commandId = id;
        return add(timeNs, e);
    }

    SmallTrace seen(long timeNs, int id) {
        return completion(timeNs, EventKind.COMPLETION_SEEN, id, 0);
    }

    SmallTrace copied(long timeNs, int id, int status) {
        return completion(timeNs, EventKind.COMPLETION_COPIED, id, status);
    }

    private SmallTrace completion(long timeNs, EventKind kind, int id, int status) {
        byte[] cqe = new byte[Cqe.SIZE];
        Cqe.putCid(cqe, 0, id);
        Cqe.putStatusAndPhase(cqe, 0, status, 1);
        CapturedEvent e = new CapturedEvent().asCompletion(kind, 1, 0, cqe, 0);
        e.commandId = id;
        return add(timeNs, e);
    }

    SmallTrace acknowledge(long timeNs, Side side) {
        head = side == Side.GUEST ? (head + 1) % 8 : head;
        return add(timeNs, new CapturedEvent().asDoorbell(side, DoorbellKind.CQ_HEAD, 1, head));
    }

    SmallTrace reset(long fromNs, long toNs) {
        add(fromNs, new CapturedEvent().asReset(Side.GUEST, ResetKind.CC_EN, Edge.BEGIN));
        return add(toNs, new CapturedEvent().asReset(Side.GUEST, ResetKind.CC_EN, Edge.END));
    }

    SmallTrace mask(long timeNs, boolean masked, int vector) {
        EventKind kind = masked ? EventKind.VECTOR_MASKED : EventKind.VECTOR_UNMASKED;
        return add(timeNs, new CapturedEvent().asVector(kind, Side.GUEST, vector));
    }

    /** One command, whole: doorbell at 100, then 200 to 700, acknowledged at the device at 750. */
    SmallTrace whole(int id, long fromNs) {
        return ring(fromNs + 100)
                .fetch(fromNs + 200, id)
                .emit(fromNs + 300, id)
                .seen(fromNs + 500, id)
                .copied(fromNs + 600, id, 0)
                .acknowledge(fromNs + 700, Side.GUEST)
                .acknowledge(fromNs + 750, Side.DEVICE);
    }

    Path write(Path file) throws IOException {
        try (TraceWriter writer = TraceWriter.open(file)) {
            for (CapturedEvent e : events) {
                writer.append(e);
            }
        }
        return file;
    }

    CaptureIndex index(Path folder) throws IOException {
        return CaptureIndex.of(write(folder.resolve("t.avro")));
    }
}
