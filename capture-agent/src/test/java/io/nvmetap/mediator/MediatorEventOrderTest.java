package io.nvmetap.mediator;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The events of docs/events.md, in its order. */
class MediatorEventOrderTest {
    private final TestGuest guest =
            new TestGuest(
                    MediatorConfig.builder()
                            .initSequence(false)
                            .payload(PayloadPolicy.ALL)
                            .build());

    private void boot() {
        guest.bootLike(1, 16);
        guest.identify(0, 1);
        guest.mediator.readMsix(0, 4, 0);
        guest.tap.clear();
    }

    @Test
    void shouldTellOneReadInTheDocumentedOrder() {
        boot();
        guest.run(1, guest.io(Opcodes.IO_READ, 0, 1, guest.page()));
        assertThat(guest.tap.kinds())
                .containsExactly(
                        "GUEST DoorbellRung SQ_TAIL 1",
                        "GUEST CommandFetched",
                        "DEVICE CommandEmitted",
                        "DEVICE DoorbellRung SQ_TAIL 1",
                        "DEVICE InterruptRaised",
                        "DEVICE CompletionSeen",
                        "DEVICE Payload",
                        "GUEST CompletionStored",
                        "GUEST CompletionStored",
                        "GUEST CompletionStored",
                        "GUEST StoreFence",
                        "GUEST CompletionStored",
                        "GUEST CompletionCopied",
                        "GUEST InterruptDelivered",
                        "GUEST DoorbellRung CQ_HEAD 1",
                        "DEVICE DoorbellRung CQ_HEAD 1");
    }

    @Test
    void shouldStoreStatusAndPhaseLastBehindTheFence() {
        boot();
        guest.run(1, guest.io(Opcodes.IO_READ, 0, 1, guest.page()));
        List<CapturedEvent> stores = guest.tap.of(EventKind.COMPLETION_STORED);
        assertThat(stores).extracting(e -> e.byteOffset).containsExactly(0, 8, 12, 14);
        assertThat(stores).extracting(e -> e.byteCount).containsExactly(8, 4, 2, 2);
        assertThat(stores).extracting(e -> e.storeIndex).containsExactly(0, 1, 2, 3);
        long command = guest.tap.of(EventKind.COMMAND_FETCHED).get(0).commandId;
        assertThat(stores).allMatch(e -> e.commandId == command);
    }

    @Test
    void shouldTieBothSidesOfACommandByOneId() {
        boot();
        guest.run(1, guest.io(Opcodes.IO_WRITE, 0, 16, guest.pages(2)));
        CapturedEvent fetched = guest.tap.of(EventKind.COMMAND_FETCHED).get(0);
        CapturedEvent emitted = guest.tap.of(EventKind.COMMAND_EMITTED).get(0);
        CapturedEvent seen = guest.tap.of(EventKind.COMPLETION_SEEN).get(0);
        CapturedEvent copied = guest.tap.of(EventKind.COMPLETION_COPIED).get(0);
        assertThat(List.of(emitted, seen, copied))
                .allMatch(e -> e.commandId == fetched.commandId && e.owner == Owner.GUEST);
        assertThat(Cqe.cid(seen.entry, 0)).isEqualTo(Sqe.cid(emitted.entry, 0));
        assertThat(Cqe.cid(copied.entry, 0)).isEqualTo(Sqe.cid(fetched.entry, 0));
        assertThat(Cqe.cid(copied.entry, 0)).isNotEqualTo(Cqe.cid(seen.entry, 0));
    }

    @Test
    void shouldLearnBlockSizesAndTellDataPages() {
        boot();
        guest.run(1, guest.io(Opcodes.IO_WRITE, 0, 16, guest.pages(2)));
        CapturedEvent fetched = guest.tap.where(e -> fetchedOn(e, 1)).get(0);
        assertThat(fetched.dataBytes).isEqualTo(8192);
        assertThat(fetched.pageCount).isEqualTo(2);
    }

    private static boolean fetchedOn(CapturedEvent e, int sqid) {
        return e.kind == EventKind.COMMAND_FETCHED && e.qid == sqid;
    }

    @Test
    void shouldHoldThePairsLockAroundEachDeviceDoorbell() {
        boot();
        guest.run(1, guest.io(Opcodes.IO_READ, 0, 1, guest.page()));
        List<CapturedEvent> all = guest.tap.events;
        for (int i = 0; i < all.size(); i++) {
            CapturedEvent e = all.get(i);
            if (e.kind == EventKind.DOORBELL_RUNG && e.side == Side.DEVICE) {
                assertThat(all.get(i - 1).kind).isEqualTo(EventKind.LOCK_TAKEN);
                assertThat(all.get(i - 1).value).isEqualTo(e.qid);
                assertThat(all.get(i + 1).kind).isEqualTo(EventKind.LOCK_RELEASED);
            }
        }
    }

    @Test
    void shouldTellARefusedCommandWithoutEmittingIt() {
        boot();
        byte[] cqe = guest.run(0, guest.sqe(Opcodes.ADMIN_DOORBELL_BUFFER_CONFIG, 0));
        assertThat(TestGuest.status(cqe) & 0x7FF).isEqualTo(1);
        assertThat(guest.tap.kinds())
                .containsExactly(
                        "GUEST DoorbellRung SQ_TAIL 0",
                        "GUEST CommandFetched",
                        "GUEST Decision REJECTED command 7ch",
                        "GUEST CompletionStored",
                        "GUEST CompletionStored",
                        "GUEST CompletionStored",
                        "GUEST StoreFence",
                        "GUEST CompletionStored",
                        "GUEST CompletionCopied",
                        "GUEST InterruptDelivered",
                        "GUEST DoorbellRung CQ_HEAD 0");
    }

    @Test
    void shouldTellAMaskAndItsFlushOnBothSides() {
        boot();
        guest.unmask(1, false);
        guest.unmask(1, true);
        guest.mediator.readMsix(16 + 12, 4, 0);
        assertThat(guest.tap.kinds())
                .containsExactly(
                        "GUEST RegisterWritten MSIX_TABLE 0x1c",
                        "GUEST VectorMasked",
                        "DEVICE RegisterWritten MSIX_TABLE 0x1c",
                        "DEVICE VectorMasked",
                        "DEVICE RegisterRead MSIX_TABLE 0x1c",
                        "DEVICE VectorFlushed",
                        "GUEST RegisterWritten MSIX_TABLE 0x1c",
                        "GUEST VectorUnmasked",
                        "DEVICE RegisterWritten MSIX_TABLE 0x1c",
                        "DEVICE VectorUnmasked",
                        "DEVICE RegisterRead MSIX_TABLE 0x1c",
                        "DEVICE VectorFlushed",
                        "GUEST RegisterRead MSIX_TABLE 0x1c",
                        "GUEST VectorFlushed");
    }

    @Test
    void shouldTellAResetFromBeginToRdyZero() {
        boot();
        guest.reg(Registers.CC, 0x460000);
        guest.timeline.advance(1_000_000);
        List<String> kinds = guest.tap.kinds();
        assertThat(kinds.get(0)).isEqualTo("GUEST RegisterWritten BAR0 0x14");
        assertThat(kinds.get(1)).isEqualTo("GUEST ControllerReset BEGIN");
        assertThat(kinds.get(2)).isEqualTo("DEVICE RegisterWritten BAR0 0x14");
        assertThat(kinds).last().isEqualTo("GUEST ControllerReset END");
    }

    @Test
    void shouldDriveIntxAsALevelOverAllQueues() {
        guest.mediator.interruptMode(InterruptKind.INTX);
        TestGuest.require(guest.enable(8));
        TestGuest.require(guest.createPair(1, 8, 0, true) == 0);
        assertThat(guest.line).isFalse();
        guest.submit(1, guest.io(Opcodes.IO_READ, 0, 1, guest.page()));
        guest.submit(0, guest.sqe(Opcodes.ADMIN_KEEP_ALIVE, 0));
        guest.timeline.advance(1_000_000);
        assertThat(guest.line).isTrue();
        assertThat(guest.take(1)).isNotNull();
        guest.ack(1);
        assertThat(guest.line).isTrue();
        assertThat(guest.take(0)).isNotNull();
        guest.ack(0);
        assertThat(guest.line).isFalse();
    }

    @Test
    void shouldMaskTheLineByIntms() {
        guest.mediator.interruptMode(InterruptKind.INTX);
        TestGuest.require(guest.enable(8));
        guest.reg(Registers.INTMS, 1);
        guest.submit(0, guest.sqe(Opcodes.ADMIN_KEEP_ALIVE, 0));
        guest.timeline.advance(1_000_000);
        assertThat(guest.line).isFalse();
        guest.reg(Registers.INTMC, 1);
        assertThat(guest.line).isTrue();
    }
}
