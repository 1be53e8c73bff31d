package io.nvmetap.bench;

import io.nvmetap.capture.Agent;
import io.nvmetap.capture.EventRing;
import io.nvmetap.capture.EventSink;
import io.nvmetap.capture.RingTap;
import io.nvmetap.capture.Session;
import io.nvmetap.capture.Tap;
import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventCodec;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.Owner;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.NvmSqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Event;
import jdk.jfr.Recording;
import jdk.jfr.StackTrace;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The tap of a live mediator. A call emits {@link #BATCH} events; the ring is emptied between calls
 * and that is not measured, on either side. Each way fills its event anew, as the mediator does.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TapBenchmark {
    static final int BATCH = 4_096;

    private static final int RING_BYTES = 1 << 22;
    private static final int QID = 1;
    private static final int CPU = 1;

    /** A JFR event with the fields of a doorbell. */
    @StackTrace(false)
    static final class Doorbell extends Event {
        int controller;
        int cpu;
        int side;
        int kind;
        int qid;
        int value;
    }

    /** Kind of event: doorbell, command, completion. */
    @Param({"doorbell", "command", "completion"})
    public String what;

    private final byte[] sqe = new byte[64];
    private final byte[] cqe = new byte[16];
    private EventRing ring;
    private Agent agent;
    private Tap tap;
    private ManyToOneRingBuffer raw;
    private UnsafeBuffer bytes;
    private int length;
    private Recording recording;
    private int tail;

    /** Rings, and the record a tap would write. */
    @Setup(Level.Trial)
    public void begin() throws IOException {
        Sqe.putOpcode(sqe, 0, Opcodes.IO_READ);
        Sqe.putCid(sqe, 0, QID);
        Sqe.putNsid(sqe, 0, 1);
        Sqe.putPrp1(sqe, 0, 0x1_0000_0000L);
        NvmSqe.putRange(sqe, 0, 0x12_3456, 8);
        ring = new EventRing(RING_BYTES, System::nanoTime);
        agent = new Agent(ring, session(), c -> LiveState.UNKNOWN, nowhere());
        agent.begin();
        tap = new RingTap(ring, 0);
        raw =
                new ManyToOneRingBuffer(
                        new UnsafeBuffer(
                                BufferUtil.allocateDirectAligned(
                                        RING_BYTES + RingBufferDescriptor.TRAILER_LENGTH, 64)));
        AvroOut out = new AvroOut(256);
        CapturedEvent e = fill(new CapturedEvent(), 9);
        EventCodec.encode(e.at(0, 0, CPU, 0), out);
        // What the tap writes: 20 bytes of time, losses and controller, and the event without the
        // 19 bytes that the agent writes anew.
        length = 20 + out.position() - 19;
        bytes = new UnsafeBuffer(Arrays.copyOf(out.buffer(), length));
        recording = new Recording();
        recording.enable(Doorbell.class);
        recording.start();
    }

    /** Empties the rings. */
    @Setup(Level.Invocation)
    public void empty() {
        while (agent.drain() > 0) {
            // Until nothing is left.
        }
        while (raw.read((type, buffer, at, count) -> {}) > 0) {
            // Until nothing is left.
        }
    }

    @TearDown(Level.Trial)
    public void end() throws IOException {
        recording.close();
        agent.close();
        if (ring.lost() > 0) {
            throw new IllegalStateException(ring.lost() + " events did not get into the ring");
        }
    }

    private CapturedEvent fill(CapturedEvent e, int i) {
        return switch (what) {
            case "command" -> {
                e.asCommand(EventKind.COMMAND_FETCHED, QID, i & 63, sqe, 0, sqe.length);
                e.owned(Owner.GUEST, i);
                e.dataBytes = 4096;
                yield e.page(0x1_0000_0000L + ((long) i << 12), 4096);
            }
            case "completion" ->
                    e.asCompletion(EventKind.COMPLETION_SEEN, QID, i & 63, cqe, 0)
                            .owned(Owner.GUEST, i);
            default -> e.asDoorbell(Side.GUEST, DoorbellKind.SQ_TAIL, QID, i & 63);
        };
    }

    /** Recording on. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void tap() {
        for (int i = 0; i < BATCH; i++) {
            if (tap.on()) {
                tap.emit(fill(tap.event(), tail++), CPU);
            }
        }
    }

    /** Recording off: what the mediator pays then. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int off() {
        int seen = 0;
        for (int i = 0; i < BATCH; i++) {
            if (Tap.OFF.on()) {
                Tap.OFF.emit(fill(Tap.OFF.event(), tail++), CPU);
            }
            seen += tail ^ i;
        }
        return seen;
    }

    /** As many bytes, as they are, into a bare ring. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void ring() {
        for (int i = 0; i < BATCH; i++) {
            raw.write(1, bytes, 0, length);
        }
    }

    /** The same, and the clock read once: an event without its time is none. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void ringAndClock() {
        for (int i = 0; i < BATCH; i++) {
            bytes.putLong(0, System.nanoTime());
            raw.write(1, bytes, 0, length);
        }
    }

    /** JDK Flight Recorder, the fields of a doorbell. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void jfr() {
        for (int i = 0; i < BATCH; i++) {
            Doorbell d = new Doorbell();
            d.cpu = CPU;
            d.side = 1;
            d.kind = 0;
            d.qid = QID;
            d.value = tail++ & 63;
            d.commit();
        }
    }

    private static Session session() {
        return new Session(1, 2, CaptureStarted.unknown());
    }

    private static EventSink nowhere() {
        return new EventSink() {
            @Override
            public void accept(byte[] body, int count, byte[] key) {
                // What comes after the ring is measured elsewhere.
            }

            @Override
            public void flush() {
                // Nothing is kept.
            }

            @Override
            public long lost() {
                return 0;
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };
    }
}
