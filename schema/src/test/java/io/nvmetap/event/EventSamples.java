package io.nvmetap.event;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Random events of every kind, from a seed. */
public final class EventSamples {
    private final Random random;

    public EventSamples(long seed) {
        random = new Random(seed);
    }

    /** A random event of the kind. */
    public CapturedEvent of(EventKind kind) {
        CapturedEvent e = new CapturedEvent();
        e.sessionHigh = random.nextLong();
        e.sessionLow = random.nextLong();
        e.at(random.nextLong() >>> 1, random.nextLong() >>> 1, random.nextInt(9) - 1, number(3));
        switch (kind) {
            case CAPTURE_STARTED -> e.asCaptureStarted(header());
            case STATE_SNAPSHOT -> e.asStateSnapshot(pick(Side.values()), state());
            case COMMAND_FETCHED, COMMAND_EMITTED -> command(e, kind);
            case COMPLETION_SEEN, COMPLETION_COPIED -> completion(e, kind);
            default -> {
                fill(e);
                e.as(kind, pick(Side.values()));
            }
        }
        return e;
    }

    private void command(CapturedEvent e, EventKind kind) {
        byte[] sqe = new byte[random.nextBoolean() ? 64 : 128];
        random.nextBytes(sqe);
        Arrays.fill(sqe, number(sqe.length + 1), sqe.length, (byte) 0);
        e.asCommand(kind, number(65536), number(9) - 1, sqe, 0, sqe.length);
        e.known = random.nextLong();
        e.owned(pick(Owner.values()), random.nextLong());
        e.dataBytes = number(1 << 20);
        e.sgl = random.nextBoolean();
        pages(e, number(20));
    }

    /**
     * Sets {@code count} pages: anywhere and of any length, or runs of whole pages that the first
     * and the last may be a part of, or such runs with one page that does not fit in.
     */
    void pages(CapturedEvent e, int count) {
        e.pageCount = 0;
        boolean anywhere = number(4) == 0;
        long next = random.nextLong();
        for (int i = 0; i < count; i++) {
            if (anywhere) {
                e.page(random.nextLong(), number(4097));
                continue;
            }
            next += number(3) == 0 ? 4096L * (number(1 << 20) - (1 << 19)) : 0;
            boolean whole = i > 0 && i < count - 1 || number(3) == 0;
            e.page(next, whole ? 4096 : number(4096) + 1);
            next += e.pageLengthBytes[i];
        }
        if (count > 0 && number(4) == 0) {
            misfit(e, number(count));
        }
    }

    private void misfit(CapturedEvent e, int page) {
        switch (number(4)) {
            case 0 -> e.pageLengthBytes[page] = number(4096);
            case 1 -> e.pageLengthBytes[page] = random.nextInt();
            case 2 -> e.pageAddress[page] += 1 << number(12);
            default -> e.pageAddress[page] = random.nextLong();
        }
    }

    private void completion(CapturedEvent e, EventKind kind) {
        byte[] cqe = new byte[16];
        random.nextBytes(cqe);
        e.asCompletion(kind, number(65536), number(9) - 1, cqe, 0);
        e.known = random.nextInt();
        e.owned(pick(Owner.values()), random.nextLong());
    }

    private void fill(CapturedEvent e) {
        e.qid = number(65536);
        e.slot = number(1024) - 1;
        e.value = random.nextInt();
        e.registerOffset = number(1 << 14);
        e.widthBytes = 1 << number(4);
        e.flag = random.nextBoolean();
        e.space = pick(RegisterSpace.values());
        e.doorbell = pick(DoorbellKind.values());
        e.cell = pick(ShadowCell.values());
        e.owner = pick(Owner.values());
        e.commandId = random.nextLong();
        e.dataBytes = random.nextLong();
        e.vector = number(2048);
        e.interrupt = pick(InterruptKind.values());
        e.reset = pick(ResetKind.values());
        e.edge = pick(Edge.values());
        e.step = pick(TakeOverStep.values());
        e.decision = pick(DecisionKind.values());
        e.request = pick(RequestStep.values());
        e.transfer = pick(Transfer.values());
        e.cid = number(65536) - 1;
        e.byteOffset = number(16);
        e.byteCount = number(17);
        e.storeIndex = number(16);
        e.label = text();
        e.text = text();
        e.lost = number(99);
        e.content = bytes(300);
        e.digest = bytes(32);
    }

    private CaptureStarted header() {
        EnumSet<Unseen> unseen = EnumSet.noneOf(Unseen.class);
        for (int i = number(5); i > 0; i--) {
            unseen.add(pick(Unseen.values()));
        }
        return new CaptureStarted(
                random.nextLong(),
                number(5000),
                text(),
                text(),
                text(),
                text(),
                text(),
                text(),
                text(),
                Set.copyOf(unseen),
                text(),
                List.of(ControllerInfo.unknown(), ControllerInfo.unknown().withState(state())),
                pick(PayloadPolicy.values()));
    }

    private LiveState state() {
        QueueState queue =
                new QueueState(true, 3, 1024, 1L << 40, 3, 3, true, 7, 9, List.of(1, 2, 3));
        return new LiveState(
                true, 0x460001, 1, 0x1f001f, 1L << 33, 1L << 34, List.of(queue), List.of(4), true);
    }

    private String text() {
        return number(3) == 0 ? "" : "t\u00e4p " + number(100_000);
    }

    private byte[] bytes(int max) {
        byte[] out = new byte[number(max)];
        random.nextBytes(out);
        return out;
    }

    private int number(int bound) {
        return random.nextInt(bound);
    }

    private <T> T pick(T[] values) {
        return values[random.nextInt(values.length)];
    }
}
