package io.nvmetap.testkit;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Transfer;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import java.util.Random;

/** Histories in which nothing fits: any event at any time, few numbers, so that they collide. */
public final class RandomTape {
    private static final int KINDS = 13;

    private RandomTape() {}

    /**
     * @param seed the same gives the same
     */
    public static Tape of(long seed, int count) {
        Random random = new Random(seed);
        Tape tape = Tape.started("m");
        for (int i = 0; i < count; i++) {
            tape.controller(random.nextInt(2)).later(random.nextInt(3) == 0 ? -1000 : 0);
            step(tape, random);
            if (random.nextInt(50) == 0) {
                tape.lose(1 + random.nextInt(9));
            }
        }
        return tape;
    }

    private static void step(Tape tape, Random r) {
        Side side = r.nextBoolean() ? Side.GUEST : Side.DEVICE;
        int qid = r.nextInt(3);
        int slot = r.nextInt(5) - 1;
        long id = r.nextInt(40) - 1;
        switch (r.nextInt(KINDS)) {
            case 0, 1 -> tape.fetched(qid, slot, id, sqe(r));
            case 2, 3 -> {
                tape.emitted(qid, slot, id, sqe(r));
                if (r.nextInt(4) == 0) {
                    last(tape).owner = Owner.MEDIATOR;
                }
                last(tape).known = r.nextInt(3) == 0 ? r.nextLong() : -1;
            }
            case 4, 5 -> tape.seen(qid, slot, id, cqe(r));
            case 6, 7 -> tape.copied(qid, slot, id, cqe(r));
            case 8 -> tape.tail(side, qid, r.nextInt(6));
            case 9 -> tape.head(side, qid, r.nextInt(6));
            case 10 -> {
                Transfer way = r.nextBoolean() ? Transfer.TO_DEVICE : Transfer.FROM_DEVICE;
                tape.payload(side, way, qid, id, new byte[r.nextInt(70_000)]);
            }
            case 11 -> tape.add(interrupt(side, r));
            default -> tape.add(reset(side, r));
        }
    }

    private static CapturedEvent last(Tape tape) {
        return tape.events().get(tape.events().size() - 1);
    }

    private static byte[] sqe(Random r) {
        byte[] sqe = new byte[r.nextInt(4) == 0 ? Sqe.SIZE_LONG : Sqe.SIZE];
        r.nextBytes(sqe);
        Sqe.putOpcode(sqe, 0, r.nextInt(8));
        Sqe.putCid(sqe, 0, r.nextInt(6));
        sqe[Sqe.CDW10_OFFSET] = (byte) r.nextInt(3);
        sqe[Sqe.CDW10_OFFSET + 1] = 0;
        return sqe;
    }

    private static byte[] cqe(Random r) {
        return Tape.cqe(r.nextInt(3), r.nextInt(6), r.nextInt(3) == 0 ? r.nextInt(0x8000) : 0);
    }

    private static CapturedEvent interrupt(Side side, Random r) {
        EventKind kind =
                side == Side.GUEST ? EventKind.INTERRUPT_DELIVERED : EventKind.INTERRUPT_RAISED;
        InterruptKind how = InterruptKind.of(r.nextInt(4));
        return new CapturedEvent().asInterrupt(kind, side, r.nextInt(3), how, "");
    }

    private static CapturedEvent reset(Side side, Random r) {
        Edge edge = r.nextBoolean() ? Edge.BEGIN : Edge.END;
        return switch (r.nextInt(12)) {
            case 0 -> new CapturedEvent().asReset(side, ResetKind.CC_EN, edge);
            case 1 ->
                    new CapturedEvent()
                            .asRegisterWritten(
                                    side, RegisterSpace.BAR0, Registers.CC, 4, r.nextInt(2));
            case 2 ->
                    new CapturedEvent()
                            .asRegisterRead(
                                    side, RegisterSpace.BAR0, Registers.CSTS, 4, r.nextInt(2));
            default -> new CapturedEvent().asHeartbeat();
        };
    }
}
