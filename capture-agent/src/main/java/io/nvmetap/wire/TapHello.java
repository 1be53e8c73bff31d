package io.nvmetap.wire;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.ControllerInfo;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.MalformedEventException;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.event.QueueState;
import io.nvmetap.event.Unseen;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What a tap says of itself first, and repeats.
 *
 * @param idHigh number the mediator drew, first eight bytes
 * @param idLow the last eight
 * @param ticksPerSecond rate of the tap's clock
 * @param ticksZero the tap's clock when it said this
 * @param started header of the recording
 */
record TapHello(
        long idHigh, long idLow, long ticksPerSecond, long ticksZero, CaptureStarted started) {
    /** Fastest clock, so that nanoseconds can be computed in 64 bits. */
    static final long TICKS_PER_SECOND_MAX = 9_000_000_000L;

    /** Controllers of one tap. */
    static final int CONTROLLERS_MAX = 64;

    /** Queues of one controller in one snapshot. */
    static final int QUEUES_MAX = 4096;

    private static final int NANOS_PER_SECOND = 1_000_000_000;

    TapHello {
        if (ticksPerSecond < 1 || ticksPerSecond > TICKS_PER_SECOND_MAX) {
            throw new MalformedEventException(ticksPerSecond + " ticks a second");
        }
        int n = started.controllers().size();
        if (n < 1 || n > CONTROLLERS_MAX) {
            throw new MalformedEventException(n + " controllers");
        }
    }

    static TapHello decode(BodyIn in) {
        long high = Long.reverseBytes(in.int64());
        long low = Long.reverseBytes(in.int64());
        long wallClockMs = in.int64();
        long rate = in.int64();
        long zero = in.int64();
        long resolutionNs = in.int64();
        Set<Unseen> unseen = unseen(in.int32());
        PayloadPolicy policy = PayloadPolicy.of(in.int8());
        int controllers = in.int8();
        in.skip(2);
        String machine = in.text();
        String firmware = in.text();
        String os = in.text();
        String name = in.text();
        String version = in.text();
        String build = in.text();
        List<ControllerInfo> infos = new ArrayList<>();
        for (int i = 0; i < controllers; i++) {
            infos.add(controller(in));
        }
        CaptureStarted started =
                new CaptureStarted(
                        wallClockMs,
                        resolutionNs,
                        machine,
                        firmware,
                        os,
                        name,
                        version,
                        build,
                        "tap",
                        unseen,
                        "",
                        infos,
                        policy);
        return new TapHello(high, low, rate, zero, started);
    }

    private static Set<Unseen> unseen(int bits) {
        EnumSet<Unseen> unseen = EnumSet.noneOf(Unseen.class);
        for (Unseen u : Unseen.values()) {
            if ((bits >>> u.ordinal() & 1) != 0) {
                unseen.add(u);
            }
        }
        if (bits >>> Unseen.values().length != 0) {
            // A later tap has a word for what it does not see that is not known here.
            unseen.add(Unseen.OTHER);
        }
        return unseen;
    }

    private static ControllerInfo controller(BodyIn in) {
        int vendor = in.int32();
        int device = in.int32();
        long cap = in.int64();
        long vs = in.int64();
        int mdts = in.int32();
        String model = in.text();
        String serial = in.text();
        String firmware = in.text();
        String profile = in.text();
        return new ControllerInfo(
                vendor, device, cap, vs, model, serial, firmware, mdts, profile, state(in));
    }

    /** Live state, as headers and snapshots hold it. */
    static LiveState state(BodyIn in) {
        boolean known = in.int8() != 0;
        boolean queuesSet = in.int8() != 0;
        int masked = in.int16();
        int queueCount = in.int32();
        if (!known) {
            return LiveState.UNKNOWN;
        }
        if (queueCount < 0 || queueCount > QUEUES_MAX) {
            throw new MalformedEventException(queueCount + " queues");
        }
        long cc = in.int64();
        long csts = in.int64();
        long aqa = in.int64();
        long asq = in.int64();
        long acq = in.int64();
        List<Integer> vectors = numbers(in, masked);
        List<QueueState> queues = new ArrayList<>();
        for (int i = 0; i < queueCount; i++) {
            queues.add(queue(in));
        }
        return new LiveState(true, cc, csts, aqa, asq, acq, queues, vectors, queuesSet);
    }

    private static QueueState queue(BodyIn in) {
        boolean completion = in.int8() != 0;
        boolean interrupts = in.int8() != 0;
        int qid = in.int16();
        int cqid = in.int16();
        in.skip(2);
        int vector = in.int32();
        int size = in.int32();
        long address = in.int64();
        int head = in.int32();
        int tail = in.int32();
        List<Integer> cids = numbers(in, in.int32());
        return new QueueState(
                completion, qid, size, address, cqid, vector, interrupts, head, tail, cids);
    }

    private static List<Integer> numbers(BodyIn in, int count) {
        if (count < 0 || count > in.left() / 2) {
            throw new MalformedEventException("a frame ends inside a list of " + count);
        }
        List<Integer> out = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            out.add(in.int16());
        }
        return out;
    }

    /**
     * @return nanoseconds since the tap said this, 0 for what came before
     */
    long timeNs(long ticks) {
        long since = ticks - ticksZero;
        if (since <= 0) {
            return 0;
        }
        long seconds = since / ticksPerSecond;
        long rest = since % ticksPerSecond * NANOS_PER_SECOND / ticksPerSecond;
        long most = (Long.MAX_VALUE - NANOS_PER_SECOND) / NANOS_PER_SECOND;
        return Math.min(seconds, most) * NANOS_PER_SECOND + rest;
    }

    /**
     * @return the same tap, not restarted
     */
    boolean sameTap(TapHello other) {
        return idHigh == other.idHigh && idLow == other.idLow;
    }

    /**
     * @param ms wall clock to use where the tap knew none
     */
    TapHello withWallClock(long ms) {
        if (started.wallClockMs() != 0) {
            return this;
        }
        CaptureStarted s = started;
        return new TapHello(
                idHigh,
                idLow,
                ticksPerSecond,
                ticksZero,
                new CaptureStarted(
                        ms,
                        s.timeResolutionNs(),
                        s.machine(),
                        s.firmware(),
                        s.os(),
                        s.mediatorName(),
                        s.mediatorVersion(),
                        s.mediatorBuild(),
                        s.source(),
                        s.unseen(),
                        s.mixedControllers(),
                        s.controllers(),
                        s.payloadPolicy()));
    }
}
