package io.nvmetap.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.Owner;
import io.nvmetap.event.QueueState;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Sqe;
import java.util.List;
import org.junit.jupiter.api.Test;

class HistoryTest {
    private final History history = new History();
    private long seq;

    private void apply(CapturedEvent e) {
        history.apply(e.at(seq, seq * 1_000, 0, 0));
        seq++;
    }

    private static LiveState queue(int sizeEntries) {
        QueueState sq = new QueueState(false, 1, sizeEntries, 0, 1, -1, false, 0, 0, List.of());
        QueueState cq = new QueueState(true, 1, sizeEntries, 0, 1, 1, true, 0, 0, List.of());
        return new LiveState(true, 1, 1, 0x1f001f, 0, 0, List.of(cq, sq), List.of(), true);
    }

    private static CapturedEvent command(int sqid, byte[] sqe, long id) {
        return new CapturedEvent()
                .asCommand(EventKind.COMMAND_EMITTED, sqid, 0, sqe, 0, Sqe.SIZE)
                .owned(Owner.GUEST, id);
    }

    @Test
    void shouldNotTrustASnapshotWithAQueueOfNoEntries() {
        apply(new CapturedEvent().asStateSnapshot(Side.DEVICE, queue(0)));
        apply(new CapturedEvent().asDoorbell(Side.DEVICE, DoorbellKind.SQ_TAIL, 1, 1));
        apply(new CapturedEvent().asDoorbell(Side.DEVICE, DoorbellKind.CQ_HEAD, 1, 1));
        apply(command(1, new byte[Sqe.SIZE], 1));
        assertThat(history.device.known).isFalse();
    }

    @Test
    void shouldNotMakeUpAQueueOfWhichTheSizeWasNotSeen() {
        apply(new CapturedEvent().asStateSnapshot(Side.DEVICE, queue(8)));
        byte[] sqe = new byte[Sqe.SIZE];
        Sqe.putOpcode(sqe, 0, 0x01);
        Sqe.putCdw10(sqe, 0, 2);
        CapturedEvent create = command(0, sqe, 5);
        create.known = Sqe.KNOWN_OPCODE | Sqe.KNOWN_CID | Sqe.mask(Sqe.CDW10_OFFSET, 2);
        apply(create);
        byte[] cqe = new byte[Cqe.SIZE];
        apply(
                new CapturedEvent()
                        .asCompletion(EventKind.COMPLETION_SEEN, 0, 0, cqe, 0)
                        .owned(Owner.GUEST, 5));
        assertThat(history.device.sqs.containsKey(2)).isFalse();
        assertThat(history.device.known).isFalse();
    }

    @Test
    void shouldStayBoundedWhenOneCidIsUsedAgainAndAgain() {
        apply(new CapturedEvent().asStateSnapshot(Side.DEVICE, queue(8)));
        byte[] sqe = new byte[Sqe.SIZE];
        for (long id = 0; id <= SideState.IN_FLIGHT_MAX; id++) {
            apply(command(1, sqe, id));
        }
        assertThat(history.device.known).isFalse();
        assertThat(history.device.byId(0)).isNull();
    }

    @Test
    void shouldKeepWhatEventsToldWhenASnapshotSaysLess() {
        apply(new CapturedEvent().asStateSnapshot(Side.DEVICE, queue(8)));
        apply(new CapturedEvent().asDoorbell(Side.DEVICE, DoorbellKind.SQ_TAIL, 1, 3));
        apply(new CapturedEvent().asStateSnapshot(Side.DEVICE, queue(8)));
        assertThat(history.device.sqs.get(1).tail).isEqualTo(3);
        apply(new CapturedEvent().asStateSnapshot(Side.GUEST, queue(8)));
        assertThat(history.device.sqs.get(1).tail).isEqualTo(3);
        apply(new CapturedEvent().asStateSnapshot(Side.DEVICE, LiveState.UNKNOWN));
        assertThat(history.device.known).isFalse();
    }
}
