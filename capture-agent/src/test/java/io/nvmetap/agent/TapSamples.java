package io.nvmetap.agent;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.ControllerInfo;
import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.Owner;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.event.QueueState;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.RequestStep;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.ShadowCell;
import io.nvmetap.event.Side;
import io.nvmetap.event.TakeOverStep;
import io.nvmetap.event.Transfer;
import io.nvmetap.event.Unseen;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;

/** Draws from a seed what samples.c draws, and makes the events that should come out of it. */
final class TapSamples {
    private static final byte[] NONE = {};

    private final PayloadPolicy policy;
    private final List<CapturedEvent> events = new ArrayList<>();
    private long state;

    TapSamples(long seed, PayloadPolicy policy) {
        state = seed;
        this.policy = policy;
    }

    /** The whole session but seq, time and session id: header, samples, last event. */
    List<CapturedEvent> draw(int count) {
        events.add(new CapturedEvent().asCaptureStarted(header()));
        for (int i = 0; i < count; i++) {
            EventKind kind = EventKind.of(1 + i % (EventKind.values().length - 1));
            if (kind != EventKind.CAPTURE_ENDED) {
                CapturedEvent e = new CapturedEvent();
                int cpu = number(9) - 1;
                e.at(0, 0, cpu, number(2));
                Side side = Side.of(number(3));
                if (sample(e, kind, side)) {
                    events.add(e);
                }
            }
        }
        return events;
    }

    private boolean sample(CapturedEvent e, EventKind kind, Side side) {
        switch (kind) {
            case STATE_SNAPSHOT -> {
                LiveState drawn = state();
                e.asStateSnapshot(side, number(4) != 0 ? drawn : LiveState.UNKNOWN);
            }
            case REGISTER_READ, REGISTER_WRITTEN -> register(e, kind, side);
            case DOORBELL_RUNG -> {
                DoorbellKind which = DoorbellKind.of(number(2));
                int qid = number(65536);
                e.asDoorbell(side, which, qid, number(65536));
            }
            case SHADOW_DOORBELL -> {
                ShadowCell cell = ShadowCell.of(number(2));
                DoorbellKind which = DoorbellKind.of(number(2));
                int qid = number(65536);
                e.asShadow(side, cell, which, qid, number(65536));
                e.flag = number(2) != 0;
            }
            case COMMAND_FETCHED, COMMAND_EMITTED -> command(e, kind);
            case COMPLETION_SEEN, COMPLETION_COPIED -> completion(e, kind);
            case COMPLETION_STORED -> store(e);
            case STORE_FENCE -> e.asFence(number(65536));
            case INTERRUPT_RAISED, INTERRUPT_DELIVERED -> {
                int vector = number(2048);
                e.asInterrupt(kind, side, vector, InterruptKind.of(number(4)), "");
            }
            case INTERRUPT_SUPPRESSED -> {
                int vector = number(2048);
                InterruptKind how = InterruptKind.of(number(4));
                e.asInterrupt(kind, side, vector, how, text());
            }
            case VECTOR_MASKED, VECTOR_UNMASKED, VECTOR_FLUSHED ->
                    e.asVector(kind, side, number(2048));
            default -> {
                return rare(e, kind, side);
            }
        }
        return true;
    }

    private boolean rare(CapturedEvent e, EventKind kind, Side side) {
        switch (kind) {
            case CONTROLLER_RESET -> {
                ResetKind reset = ResetKind.of(number(6));
                e.asReset(side, reset, Edge.of(number(2)));
            }
            case TAKE_OVER -> {
                TakeOverStep step = TakeOverStep.of(number(2));
                e.asTakeOver(step, text());
            }
            case LOCK_TAKEN, LOCK_RELEASED -> e.asLock(kind, next());
            case DECISION -> decision(e, side);
            case PAYLOAD -> {
                return payload(e, side);
            }
            case ANNOTATION -> {
                String author = text();
                e.asAnnotation(author, text());
            }
            case HEARTBEAT -> e.asHeartbeat();
            case EVENTS_LOST -> {
                int count = number(1000) + 1;
                e.asEventsLost(count, text());
                e.at(0, 0, -1, 0);
            }
            case POINTER_LIST_READ -> {
                int sqid = number(65536);
                long id = next();
                byte[] entries = bytes(number(64) * 8);
                e.asPointerList(sqid, id, next(), entries);
            }
            case QUEUE_MEMORY_RELEASED -> {
                boolean completion = number(2) != 0;
                e.asMemoryReleased(completion, number(65536));
            }
            case REQUEST_STATE -> {
                RequestStep step = RequestStep.of(number(5));
                int sqid = number(65536);
                Owner owner = Owner.of(number(3));
                e.asRequest(step, sqid, owner, next());
            }
            default -> e.asLineLowered(side);
        }
        return true;
    }

    private void register(CapturedEvent e, EventKind kind, Side side) {
        RegisterSpace space = RegisterSpace.of(number(3));
        int width = 1 << number(4);
        long offset = number(1 << 14);
        long value = next();
        boolean seen = number(2) != 0;
        if (kind == EventKind.REGISTER_WRITTEN) {
            e.asRegisterWritten(side, space, offset, width, value);
        } else if (seen) {
            e.asRegisterRead(side, space, offset, width, value);
        } else {
            e.asRegisterReadUnseen(side, space, offset, width);
        }
    }

    private void command(CapturedEvent e, EventKind kind) {
        int bytes = number(2) != 0 ? 128 : 64;
        byte[] sqe = bytes(bytes);
        int sqid = number(65536);
        int slot = number(1024) - 1;
        e.asCommand(kind, sqid, slot, sqe, 0, bytes);
        e.known = ~next();
        e.commandId = next();
        e.dataBytes = number(1 << 20) - 1;
        e.owner = Owner.of(number(3));
        e.sgl = number(2) != 0;
        for (int pages = number(20); pages > 0; pages--) {
            long address = next();
            e.page(address, number(4097));
        }
    }

    private void completion(CapturedEvent e, EventKind kind) {
        int cqid = number(65536);
        int slot = number(1024) - 1;
        e.asCompletion(kind, cqid, slot, bytes(16), 0);
        Owner owner = Owner.of(number(3));
        e.owned(owner, next());
        e.known = ~(int) next();
    }

    private void store(CapturedEvent e) {
        int cqid = number(65536);
        int slot = number(1024) - 1;
        int offset = number(16);
        int count = number(17);
        long value = next();
        long id = next();
        e.asStore(cqid, slot, offset, count, value, number(16));
        e.commandId = id;
    }

    private void decision(CapturedEvent e, Side side) {
        DecisionKind kind = DecisionKind.of(number(6));
        String what = text();
        int qid = number(65537) - 1;
        int cid = number(65537) - 1;
        e.asDecision(side, kind, what, qid, cid, text());
    }

    private boolean payload(CapturedEvent e, Side side) {
        Transfer way = Transfer.of(number(2));
        int sqid = number(3);
        int count = number(300);
        number(count + 1);
        int cid = number(65537) - 1;
        long id = next();
        long total = next() >>> 1;
        byte[] content = bytes(count);
        boolean digest = policy == PayloadPolicy.DIGEST && sqid != 0;
        e.asPayload(side, way, sqid, cid, total, digest ? NONE : content);
        e.commandId = id;
        if (digest) {
            e.digest = sha256(content);
        }
        return policy == PayloadPolicy.ALL || policy != PayloadPolicy.NONE && (digest || sqid == 0);
    }

    private CaptureStarted header() {
        bytes(16);
        long wallClockMs = next() >>> 1;
        long resolutionNs = number(5000);
        int bits = number(1 << 20);
        EnumSet<Unseen> unseen = EnumSet.noneOf(Unseen.class);
        for (Unseen u : Unseen.values()) {
            if ((bits >>> u.ordinal() & 1) != 0) {
                unseen.add(u);
            }
        }
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            texts.add(text());
        }
        List<ControllerInfo> controllers = List.of(ControllerInfo.unknown(), controller());
        return new CaptureStarted(
                wallClockMs,
                resolutionNs,
                texts.get(0),
                texts.get(1),
                texts.get(2),
                texts.get(3),
                texts.get(4),
                texts.get(5),
                "tap",
                unseen,
                "",
                controllers,
                policy);
    }

    private ControllerInfo controller() {
        int vendor = number(65536);
        int device = number(65536);
        int mdts = number(10) - 1;
        long cap = next();
        long vs = next();
        String model = text();
        String serial = text();
        if (number(2) == 0 && !serial.isEmpty()) {
            byte[] digest = sha256(serial.getBytes(StandardCharsets.UTF_8));
            serial = HexFormat.of().formatHex(digest, 0, 8);
        }
        String firmware = text();
        String profile = text();
        return new ControllerInfo(
                vendor, device, cap, vs, model, serial, firmware, mdts, profile, state());
    }

    private LiveState state() {
        long cc = next();
        long csts = next();
        long aqa = next();
        long asq = next();
        long acq = next();
        boolean set = number(2) != 0;
        List<Integer> masked = numbers(number(5), 2048);
        List<QueueState> queues = new ArrayList<>();
        for (int i = number(4); i > 0; i--) {
            boolean completion = number(2) != 0;
            boolean interrupts = number(2) != 0;
            int qid = number(65536);
            int cqid = number(65536);
            int vector = number(2049) - 1;
            int size = number(65537);
            long address = next();
            int head = number(65536);
            int tail = number(65536);
            List<Integer> cids = numbers(number(4), 65536);
            queues.add(
                    new QueueState(
                            completion,
                            qid,
                            size,
                            address,
                            cqid,
                            vector,
                            interrupts,
                            head,
                            tail,
                            cids));
        }
        return new LiveState(true, cc, csts, aqa, asq, acq, queues, masked, set);
    }

    private List<Integer> numbers(int count, int bound) {
        List<Integer> out = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            out.add(number(bound));
        }
        return out;
    }

    /** SplitMix64. */
    private long next() {
        state += 0x9E3779B97F4A7C15L;
        long z = (state ^ state >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    private int number(int bound) {
        return (int) ((next() >>> 1) % bound);
    }

    private byte[] bytes(int count) {
        byte[] out = new byte[count];
        long v = 0;
        for (int i = 0; i < count; i++, v >>>= 8) {
            if (i % 8 == 0) {
                v = next();
            }
            out[i] = (byte) v;
        }
        return out;
    }

    private String text() {
        return number(3) == 0 ? "" : "t\u00e4p " + number(100_000);
    }

    private static byte[] sha256(byte[] content) {
        try {
            return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(content), 32);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
