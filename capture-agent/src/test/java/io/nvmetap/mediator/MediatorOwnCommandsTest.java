package io.nvmetap.mediator;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.device.model.ControllerFault;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.Owner;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.NvmSqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The mediator's own commands and their turns with the guest's. */
class MediatorOwnCommandsTest {
    @Test
    void shouldAskFourThingsOneByOneBeforeTheGuestsFirstCommand() {
        TestGuest guest = new TestGuest(MediatorConfig.builder().build());
        guest.enable(2);
        guest.identify(1, 0);
        List<CapturedEvent> emitted = guest.tap.of(EventKind.COMMAND_EMITTED);
        assertThat(emitted).extracting(e -> Sqe.opcode(e.entry, 0)).containsExactly(10, 6, 6, 6, 6);
        assertThat(emitted.subList(1, 4))
                .extracting(e -> AdminSqe.cns(e.entry, 0))
                .containsExactly(1, 2, 0);
        assertThat(emitted)
                .extracting(e -> e.owner)
                .containsExactly(
                        Owner.MEDIATOR,
                        Owner.MEDIATOR,
                        Owner.MEDIATOR,
                        Owner.MEDIATOR,
                        Owner.GUEST);
        assertThat(guest.tap.kinds())
                .containsSubsequence(
                        "GUEST Decision PAUSED guest commands",
                        "GUEST Decision RESUMED guest commands",
                        "GUEST CommandFetched");
    }

    @Test
    void shouldGiveTheDataOfAnOwnRead() {
        TestGuest guest = new TestGuest(MediatorConfig.builder().build());
        guest.bootLike(1, 16);
        long out = guest.pages(2);
        guest.memory.writeLong(out, 0x1234_5678);
        guest.memory.writeLong(out + 4096, 0x9ABC);
        guest.run(1, guest.io(Opcodes.IO_WRITE, 0, 16, out));
        List<Integer> ends = new ArrayList<>();
        byte[] sqe = guest.sqe(Opcodes.IO_READ, 1);
        NvmSqe.putRange(sqe, 0, 0, 128);
        boolean taken =
                guest.driver()
                        .submitOwn(
                                1,
                                sqe,
                                65_536,
                                (status, dw0, data, bytes) -> {
                                    ends.add(status);
                                    assertThat(bytes).isEqualTo(65_536);
                                    assertThat(data[0]).isEqualTo((byte) 0x78);
                                    assertThat(data[4096]).isEqualTo((byte) 0xBC);
                                });
        assertThat(taken).isTrue();
        guest.timeline.advance(10_000_000);
        assertThat(ends).containsExactly(0);
    }

    @Test
    void shouldRefuseWhatItCannotTake() {
        TestGuest guest = new TestGuest(MediatorConfig.builder().build());
        byte[] sqe = new byte[64];
        assertThat(guest.driver().submitOwn(0, sqe, 0, OwnCompletion.NONE)).isFalse();
        guest.bootLike(1, 16);
        assertThat(guest.driver().submitOwn(7, sqe, 0, OwnCompletion.NONE)).isFalse();
        assertThat(guest.driver().submitOwn(1, sqe, 3 << 20, OwnCompletion.NONE)).isFalse();
        assertThat(guest.driver().submitOwn(1, new byte[3], 0, OwnCompletion.NONE)).isFalse();
        int taken = 0;
        while (taken < 10_000 && guest.driver().submitOwn(1, sqe, 0, OwnCompletion.NONE)) {
            taken++;
        }
        assertThat(taken).isEqualTo(OwnRequests.ACTIVE_MAX);
        guest.timeline.advance(50_000_000);
        MediatorBootTest.burst(guest, 1, 8, 1);
    }

    @Test
    void shouldNeverMixAndStarveNobody() {
        TestGuest guest = new TestGuest(MediatorConfig.builder().ownLoad(30_000, 4, 2_000).build());
        guest.bootLike(1, 64);
        for (int round = 0; round < 40; round++) {
            MediatorBootTest.burst(guest, 1, 32, round);
        }
        Map<Long, Owner> out = new HashMap<>();
        int own = 0;
        for (CapturedEvent e : guest.tap.events) {
            if (e.kind == EventKind.COMMAND_EMITTED && e.qid == 1) {
                out.put(e.commandId, e.owner);
                assertThat(Set.copyOf(out.values())).hasSize(1);
            } else if (e.kind == EventKind.COMPLETION_SEEN) {
                own += out.remove(e.commandId) == Owner.MEDIATOR ? 1 : 0;
            }
        }
        assertThat(own).isGreaterThan(40);
        assertThat(guest.tap.where(e -> e.decision == DecisionKind.PAUSED)).isNotEmpty();
    }

    @Test
    void shouldGiveUpAnOwnCommandAtItsDeadlineAndServeTheGuestOn() {
        // The controller swallows one of the first I/O commands.
        ControllerProfile generic = ControllerProfile.byName("generic");
        ControllerProfile profile = generic.withKnobs(generic.knobs().withFaultEvery(1));
        TestGuest guest =
                new TestGuest(
                        MediatorConfig.builder().ownDeadlineNs(50_000_000).build(),
                        profile,
                        Set.of(ControllerFault.COMMAND_STALL));
        guest.bootLike(1, 16);
        List<Integer> ends = new ArrayList<>();
        byte[] sqe = guest.sqe(Opcodes.IO_READ, 1);
        guest.driver().submitOwn(1, sqe, 512, (status, dw0, data, n) -> ends.add(status));
        guest.place(1, guest.io(Opcodes.IO_READ, 0, 1, guest.page()));
        guest.ring(1);
        assertThat(guest.await(1, 20_000_000)).isNull();
        assertThat(guest.await(1, 200_000_000)).isNotNull();
        assertThat(ends).containsExactly(OwnCompletion.NO_ANSWER);
    }

    @Test
    void shouldTellTheOwnersOfWhatAResetEnded() {
        TestGuest guest = new TestGuest(MediatorConfig.builder().build());
        guest.bootLike(1, 16);
        List<Integer> ends = new ArrayList<>();
        byte[] sqe = guest.sqe(Opcodes.IO_READ, 1);
        guest.driver().submitOwn(1, sqe, 512, (status, dw0, data, n) -> ends.add(status));
        guest.disable();
        guest.timeline.advance(10_000_000_000L);
        assertThat(ends).containsExactly(OwnCompletion.NO_ANSWER);
    }

    @Test
    void shouldAcknowledgeAtOnceForAppleAndLiveWithItsQuirks() {
        TestGuest guest =
                new TestGuest(
                        MediatorConfig.builder()
                                .profile(MediatorProfile.APPLE_NVME)
                                .ownLoad(40_000, 4, 500)
                                .build());
        guest.mediator.interruptMode(InterruptKind.MSIX);
        guest.unmask(0, true);
        guest.enable(32);
        guest.createPair(1, 64, 0, true);
        for (int i = 0; i < 20; i++) {
            guest.place(1, guest.io(Opcodes.IO_READ, i, 1, guest.page()));
        }
        guest.ring(1);
        // A guest that takes its time: the controller would stop if it had to wait for it.
        guest.timeline.advance(50_000_000);
        for (int i = 0; i < 20; i++) {
            assertThat(guest.take(1)).isNotNull();
        }
        guest.ack(1);
        MediatorBootTest.burst(guest, 1, 30, 1);
    }

    @Test
    void shouldHoldCompletionsBackWhileTheGuestsQueueIsFull() {
        TestGuest guest =
                new TestGuest(MediatorConfig.builder().profile(MediatorProfile.APPLE_NVME).build());
        guest.enable(2);
        guest.createPair(1, 4, 0, false);
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 3; i++) {
                guest.place(1, guest.io(Opcodes.IO_READ, i, 1, guest.page()));
            }
            guest.ring(1);
            guest.timeline.advance(5_000_000);
        }
        assertThat(guest.tap.kinds()).contains("GUEST Decision DEFERRED completions");
        int got = 0;
        for (int i = 0; i < 9; i++) {
            got += guest.await(1, 20_000_000) != null ? 1 : 0;
        }
        assertThat(got).isEqualTo(9);
        assertThat(guest.tap.kinds()).contains("GUEST Decision RESUMED completions");
    }

    @Test
    void shouldServeDoorbellsThatArriveWhileItCopies() {
        TestGuest guest = new TestGuest(MediatorConfig.builder().copyDelayNs(20_000).build());
        guest.bootLike(1, 16);
        guest.tap.clear();
        guest.submit(1, guest.io(Opcodes.IO_READ, 0, 1, guest.page()));
        while (guest.tap.of(EventKind.COMPLETION_SEEN).isEmpty()) {
            guest.timeline.advance(1_000);
        }
        guest.submit(1, guest.io(Opcodes.IO_READ, 1, 1, guest.page()));
        assertThat(guest.await(1)).isNotNull();
        assertThat(guest.await(1)).isNotNull();
        assertThat(guest.tap.kinds())
                .containsSubsequence(
                        "GUEST Decision DEFERRED SQ tail", "GUEST Decision RESUMED SQ tail");
    }
}
