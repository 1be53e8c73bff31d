package io.nvmetap.event;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** Codec of the rare, nested parts: capture header, controller description, live state. */
final class HeaderCodec {
    private static final int STRING_MAX = EventCodec.STRING_BYTES_MAX;

    /** Controllers of one session. */
    static final int CONTROLLERS_MAX = 256;

    /** Queues of one controller, both kinds, plus the admin pair. */
    static final int QUEUES_MAX = 2 * 65_536;

    private HeaderCodec() {}

    static void encode(CaptureStarted h, AvroOut out) {
        out.writeLong(h.wallClockMs()).writeLong(h.timeResolutionNs());
        out.writeString(h.machine()).writeString(h.firmware()).writeString(h.os());
        out.writeString(h.mediatorName()).writeString(h.mediatorVersion());
        out.writeString(h.mediatorBuild()).writeString(h.source());
        if (!h.unseen().isEmpty()) {
            EnumSet<Unseen> ordered = EnumSet.copyOf(h.unseen());
            out.writeLong(ordered.size());
            ordered.forEach(u -> out.writeLong(u.ordinal()));
        }
        out.writeLong(0).writeString(h.mixedControllers());
        if (!h.controllers().isEmpty()) {
            out.writeLong(h.controllers().size());
            h.controllers().forEach(c -> encode(c, out));
        }
        out.writeLong(0).writeLong(h.payloadPolicy().ordinal());
    }

    private static void encode(ControllerInfo c, AvroOut out) {
        out.writeLong(c.vendorId()).writeLong(c.deviceId()).writeLong(c.cap()).writeLong(c.vs());
        out.writeString(c.model()).writeString(c.serialHash()).writeString(c.firmwareRevision());
        out.writeLong(c.mdts()).writeString(c.profile());
        encode(c.state(), out);
    }

    static void encode(LiveState s, AvroOut out) {
        out.writeBoolean(s.known()).writeLong(s.cc()).writeLong(s.csts()).writeLong(s.aqa());
        out.writeLong(s.asq()).writeLong(s.acq());
        if (!s.queues().isEmpty()) {
            out.writeLong(s.queues().size());
            s.queues().forEach(q -> encode(q, out));
        }
        out.writeLong(0);
        writeInts(s.maskedVectors(), out);
        out.writeBoolean(s.numberOfQueuesSet());
    }

    private static void encode(QueueState q, AvroOut out) {
        out.writeBoolean(q.completion()).writeLong(q.qid()).writeLong(q.sizeEntries());
        out.writeLong(q.address()).writeLong(q.cqid()).writeLong(q.vector());
        out.writeBoolean(q.interruptsEnabled()).writeLong(q.head()).writeLong(q.tail());
        writeInts(q.cidsInFlight(), out);
    }

    private static void writeInts(List<Integer> values, AvroOut out) {
        if (!values.isEmpty()) {
            out.writeLong(values.size());
            values.forEach(out::writeLong);
        }
        out.writeLong(0);
    }

    static CaptureStarted decodeHeader(AvroIn in) {
        long wallClockMs = in.readLong();
        long resolution = in.readLong();
        String machine = in.readString(STRING_MAX);
        String firmware = in.readString(STRING_MAX);
        String os = in.readString(STRING_MAX);
        String mediator = in.readString(STRING_MAX);
        String version = in.readString(STRING_MAX);
        String build = in.readString(STRING_MAX);
        String source = in.readString(STRING_MAX);
        EnumSet<Unseen> unseen = EventCodec.noUnseen();
        for (int n = in.readArrayCount(256); n > 0; n = in.readArrayCount(256)) {
            for (int i = 0; i < n; i++) {
                unseen.add(Unseen.of(in.readInt()));
            }
        }
        String mixed = in.readString(STRING_MAX);
        List<ControllerInfo> controllers = new ArrayList<>();
        for (int n = in.readArrayCount(CONTROLLERS_MAX);
                n > 0;
                n = in.readArrayCount(CONTROLLERS_MAX)) {
            for (int i = 0; i < n; i++) {
                controllers.add(decodeController(in));
            }
            checkBound(controllers, CONTROLLERS_MAX, "controllers");
        }
        PayloadPolicy policy = PayloadPolicy.of(in.readInt());
        return new CaptureStarted(
                wallClockMs,
                resolution,
                machine,
                firmware,
                os,
                mediator,
                version,
                build,
                source,
                unseen,
                mixed,
                controllers,
                policy);
    }

    private static ControllerInfo decodeController(AvroIn in) {
        return new ControllerInfo(
                in.readInt(),
                in.readInt(),
                in.readLong(),
                in.readLong(),
                in.readString(STRING_MAX),
                in.readString(STRING_MAX),
                in.readString(STRING_MAX),
                in.readInt(),
                in.readString(STRING_MAX),
                decodeState(in));
    }

    static LiveState decodeState(AvroIn in) {
        boolean known = in.readBoolean();
        long cc = in.readLong();
        long csts = in.readLong();
        long aqa = in.readLong();
        long asq = in.readLong();
        long acq = in.readLong();
        List<QueueState> queues = new ArrayList<>();
        for (int n = in.readArrayCount(QUEUES_MAX); n > 0; n = in.readArrayCount(QUEUES_MAX)) {
            for (int i = 0; i < n; i++) {
                queues.add(decodeQueue(in));
            }
            checkBound(queues, QUEUES_MAX, "queues");
        }
        List<Integer> masked = readInts(in);
        return new LiveState(known, cc, csts, aqa, asq, acq, queues, masked, in.readBoolean());
    }

    private static QueueState decodeQueue(AvroIn in) {
        return new QueueState(
                in.readBoolean(),
                in.readInt(),
                in.readInt(),
                in.readLong(),
                in.readInt(),
                in.readInt(),
                in.readBoolean(),
                in.readInt(),
                in.readInt(),
                readInts(in));
    }

    private static List<Integer> readInts(AvroIn in) {
        List<Integer> values = new ArrayList<>();
        for (int n = in.readArrayCount(QUEUES_MAX); n > 0; n = in.readArrayCount(QUEUES_MAX)) {
            for (int i = 0; i < n; i++) {
                values.add(in.readInt());
            }
            checkBound(values, QUEUES_MAX, "numbers");
        }
        return values;
    }

    private static void checkBound(List<?> list, int max, String what) {
        if (list.size() > max) {
            throw new MalformedEventException("over " + max + " " + what);
        }
    }
}
