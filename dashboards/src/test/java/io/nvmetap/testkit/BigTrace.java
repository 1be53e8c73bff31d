package io.nvmetap.testkit;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.ControllerInfo;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.event.QueueState;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.trace.TraceWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;

/**
 * A recording of any length: four queue pairs, several commands out on each, ten events a command
 * on both sides of a mediator, in the order in which a mediator emits them.
 */
public final class BigTrace {
    /** Queue pairs. */
    public static final int QUEUES = 4;

    /** Commands out on each. */
    public static final int DEPTH = 8;

    private static final int ENTRIES = 1024;

    private record Step(long timeNs, int command, int queue, int what) {}

    private static final int SUBMIT = 0;
    private static final int COMPLETE = 1;
    private static final int ACKNOWLEDGE = 2;

    private final TraceWriter out;
    private final Random random;
    private final CapturedEvent e = new CapturedEvent();
    private final PriorityQueue<Step> steps =
            new PriorityQueue<>(
                    Comparator.comparingLong(Step::timeNs)
                            .thenComparingInt(Step::command)
                            .thenComparingInt(Step::what));
    private final int[] submitted = new int[QUEUES + 1];
    private final int[] completed = new int[QUEUES + 1];
    private final int[] acknowledged = new int[QUEUES + 1];
    private int commands;
    private long seq;

    private BigTrace(TraceWriter out, long seed) {
        this.out = out;
        this.random = new Random(seed);
        e.sessionHigh = 0x5eed;
        e.sessionLow = seed;
    }

    /**
     * Writes a recording of at least {@code events} events.
     *
     * @param model model number of the controller, as a device would send it
     */
    public static void write(Path file, int events, long seed, String model) throws IOException {
        try (TraceWriter writer = TraceWriter.open(file)) {
            new BigTrace(writer, seed).run(events, model);
        }
    }

    private void run(int events, String model) throws IOException {
        emit(0, e.asCaptureStarted(header(model)));
        for (int q = 1; q <= QUEUES; q++) {
            for (int d = 0; d < DEPTH; d++) {
                steps.add(new Step(1_000 + random.nextInt(50_000), commands++, q, SUBMIT));
            }
        }
        long now = 0;
        while (!steps.isEmpty()) {
            Step s = steps.poll();
            now = s.timeNs;
            step(s, seq < events);
        }
        emit(now + 1, e.asCaptureEnded(seq, 0, ""));
    }

    private void step(Step s, boolean more) throws IOException {
        switch (s.what) {
            case SUBMIT -> {
                submit(s);
                long latency =
                        20_000 + (long) (random.nextDouble() * random.nextDouble() * 400_000);
                steps.add(new Step(s.timeNs + latency, s.command, s.queue, COMPLETE));
            }
            case COMPLETE -> {
                complete(s);
                steps.add(
                        new Step(
                                s.timeNs + 3_000 + random.nextInt(9_000),
                                s.command,
                                s.queue,
                                ACKNOWLEDGE));
            }
            default -> {
                acknowledge(s);
                if (more) {
                    long pause = 1_000 + random.nextInt(30_000);
                    steps.add(new Step(s.timeNs + pause, commands++, s.queue, SUBMIT));
                }
            }
        }
    }

    private void submit(Step s) throws IOException {
        int tail = ++submitted[s.queue] % ENTRIES;
        int slot = (tail + ENTRIES - 1) % ENTRIES;
        byte[] sqe = new byte[Sqe.SIZE];
        Sqe.putOpcode(sqe, 0, s.command % 3 == 0 ? Opcodes.IO_WRITE : Opcodes.IO_READ);
        Sqe.putCid(sqe, 0, s.command & 0xFFFF);
        Sqe.putNsid(sqe, 0, 1);
        emit(s.timeNs, e.asDoorbell(Side.GUEST, DoorbellKind.SQ_TAIL, s.queue, tail));
        command(s.timeNs + 800, EventKind.COMMAND_FETCHED, s, slot, sqe);
        command(s.timeNs + 1_600, EventKind.COMMAND_EMITTED, s, slot, sqe);
        emit(s.timeNs + 1_700, e.asDoorbell(Side.DEVICE, DoorbellKind.SQ_TAIL, s.queue, tail));
    }

    private void command(long timeNs, EventKind kind, Step s, int slot, byte[] sqe)
            throws IOException {
        e.asCommand(kind, s.queue, slot, sqe, 0, Sqe.SIZE);
        e.page(0x10_0000L + 4096L * (s.command % 1000), 4096);
        e.commandId = s.command;
        emit(timeNs, e);
    }

    private void complete(Step s) throws IOException {
        int slot = completed[s.queue]++ % ENTRIES;
        byte[] cqe = new byte[Cqe.SIZE];
        Cqe.putCid(cqe, 0, s.command & 0xFFFF);
        Cqe.putSqid(cqe, 0, s.queue);
        Cqe.putStatusAndPhase(cqe, 0, 0, 1);
        emit(s.timeNs, interrupt(EventKind.INTERRUPT_RAISED, Side.DEVICE, s.queue));
        completion(s.timeNs + 400, EventKind.COMPLETION_SEEN, s, slot, cqe);
        completion(s.timeNs + 900, EventKind.COMPLETION_COPIED, s, slot, cqe);
        emit(s.timeNs + 1_000, interrupt(EventKind.INTERRUPT_DELIVERED, Side.GUEST, s.queue));
    }

    private CapturedEvent interrupt(EventKind kind, Side side, int vector) {
        return e.asInterrupt(kind, side, vector, InterruptKind.MSIX, "");
    }

    private void completion(long timeNs, EventKind kind, Step s, int slot, byte[] cqe)
            throws IOException {
        e.asCompletion(kind, s.queue, slot, cqe, 0);
        e.commandId = s.command;
        emit(timeNs, e);
    }

    private void acknowledge(Step s) throws IOException {
        int head = ++acknowledged[s.queue] % ENTRIES;
        emit(s.timeNs, e.asDoorbell(Side.GUEST, DoorbellKind.CQ_HEAD, s.queue, head));
        emit(s.timeNs + 300, e.asDoorbell(Side.DEVICE, DoorbellKind.CQ_HEAD, s.queue, head));
    }

    private void emit(long timeNs, CapturedEvent event) throws IOException {
        event.at(seq++, timeNs, -1, 0);
        out.append(event);
    }

    private static CaptureStarted header(String model) {
        List<QueueState> queues = new ArrayList<>();
        for (int q = 1; q <= QUEUES; q++) {
            queues.add(new QueueState(true, q, ENTRIES, 0x1000L * q, q, q, true, 0, 0, List.of()));
            queues.add(
                    new QueueState(false, q, ENTRIES, 0x9000L * q, q, -1, false, 0, 0, List.of()));
        }
        LiveState state = new LiveState(true, 0x460001, 1, 0, 0, 0, queues, List.of(), true);
        ControllerInfo controller =
                new ControllerInfo(0x1b36, 0x10, 0, 0x10400, model, "", "1.0", -1, "", state);
        return new CaptureStarted(
                0,
                1,
                "test machine",
                "",
                "",
                "nvmetap-reference",
                "",
                "test",
                "mediator",
                Set.of(),
                "",
                List.of(controller),
                PayloadPolicy.NONE);
    }
}
