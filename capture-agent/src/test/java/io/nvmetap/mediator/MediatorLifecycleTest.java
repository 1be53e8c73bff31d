package io.nvmetap.mediator;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.device.Controller;
import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.InterruptSink;
import io.nvmetap.device.VirtualTimeline;
import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Take-over, reset, shutdown, and controllers that do not obey. */
class MediatorLifecycleTest {
    private final TestGuest guest = new TestGuest(MediatorConfig.builder().build());

    @Test
    void shouldDisableAnEnabledControllerAtTakeOver() {
        // Firmware left it on, behind the mediator's back.
        guest.device.writeRegister(Registers.AQA, 4, Registers.aqa(2, 2), 0);
        guest.device.writeRegister(Registers.ASQ, 8, 0x1000, 0);
        guest.device.writeRegister(Registers.ACQ, 8, 0x2000, 0);
        guest.device.writeRegister(Registers.CC, 4, 0x460001, 0);
        guest.timeline.advance(100_000_000);
        guest.driver().takeOver();
        guest.timeline.advance(100_000_000);
        List<String> kinds = guest.tap.kinds();
        assertThat(kinds.get(0)).isEqualTo("GUEST TakeOver");
        assertThat(kinds).last().isEqualTo("GUEST TakeOver");
        assertThat(kinds).contains("DEVICE ControllerReset BEGIN", "DEVICE ControllerReset END");
        assertThat(guest.enable(32)).isTrue();
        assertThat(guest.identify(1, 0)).isNotNull();
    }

    @Test
    void shouldDisableFirstWhenTheGuestEnablesWhatFirmwareLeftOn() {
        guest.device.writeRegister(Registers.AQA, 4, Registers.aqa(2, 2), 0);
        guest.device.writeRegister(Registers.ASQ, 8, 0x1000, 0);
        guest.device.writeRegister(Registers.ACQ, 8, 0x2000, 0);
        guest.device.writeRegister(Registers.CC, 4, 0x460001, 0);
        guest.timeline.advance(100_000_000);
        guest.prepareAdmin(32);
        guest.reg(Registers.CC, 0x460001);
        guest.timeline.advance(100_000_000);
        assertThat(guest.waitReady(true)).isTrue();
        assertThat(guest.identify(1, 0)).isNotNull();
    }

    @Test
    void shouldShowCfsWhenTheControllerNeverBecomesReady() {
        VirtualTimeline timeline = new VirtualTimeline();
        TestGuest alone = new TestGuest(MediatorConfig.builder().build(), new Dead(0), timeline);
        assertThat(alone.enable(32)).isFalse();
        assertThat(Registers.cstsCfs(alone.reg(Registers.CSTS))).isTrue();
        assertThat(timeline.nowNs()).isGreaterThanOrEqualTo(500_000_000L);
        timeline.advance(60_000_000_000L);
        assertThat(timeline.pending()).isZero();
    }

    @Test
    void shouldShowCfsWhenTheControllerNeverLetsGo() {
        VirtualTimeline timeline = new VirtualTimeline();
        TestGuest alone =
                new TestGuest(
                        MediatorConfig.builder().initSequence(false).build(),
                        new Dead(1),
                        timeline);
        assertThat(alone.enable(32)).isTrue();
        alone.disable();
        assertThat(Registers.cstsCfs(alone.reg(Registers.CSTS))).isTrue();
        // The controller may still use them.
        assertThat(alone.driver().ownBytes()).isPositive();
        alone.mediator.reset(ResetKind.FUNCTION_LEVEL);
        assertThat(alone.driver().ownBytes()).isZero();
    }

    @Test
    void shouldNotHangOnAControllerThatIsGone() {
        VirtualTimeline timeline = new VirtualTimeline();
        TestGuest alone = new TestGuest(MediatorConfig.builder().build(), new Dead(-1), timeline);
        alone.reg(Registers.CC, 0);
        alone.prepareAdmin(4);
        alone.reg(Registers.CC, 0x460001);
        timeline.advance(400_000_000_000L);
        assertThat(timeline.pending()).isZero();
    }

    @Test
    void shouldDrainBeforeItPassesAShutdownOn() {
        guest.bootLike(1, 16);
        guest.tap.clear();
        guest.submit(1, guest.io(Opcodes.IO_READ, 0, 8, guest.page()));
        guest.reg(Registers.CC, 0x464001);
        assertThat(Registers.cstsShst(guest.reg(Registers.CSTS))).isEqualTo(1);
        guest.timeline.advance(10_000_000);
        List<String> kinds = guest.tap.kinds();
        assertThat(kinds.indexOf("DEVICE RegisterWritten BAR0 0x14"))
                .isGreaterThan(kinds.indexOf("DEVICE CompletionSeen"))
                .isGreaterThan(kinds.indexOf("GUEST Decision RESUMED CC.SHN"));
        assertThat(Registers.cstsShst(guest.reg(Registers.CSTS)))
                .isEqualTo(Registers.SHST_COMPLETE);
        assertThat(guest.await(1)).isNotNull();
    }

    @Test
    void shouldTouchNothingOnTheDeviceSideWhileAResetRuns() {
        guest.bootLike(1, 16);
        for (int i = 0; i < 8; i++) {
            guest.place(1, guest.io(Opcodes.IO_READ, i, 1, guest.page()));
        }
        guest.ring(1);
        guest.tap.clear();
        guest.reg(Registers.CC, 0x460000);
        guest.ring(1);
        guest.timeline.advance(10_000_000);
        assertThat(guest.tap.where(e -> e.kind == EventKind.COMPLETION_COPIED)).isEmpty();
        assertThat(guest.tap.where(e -> e.kind == EventKind.COMMAND_EMITTED)).isEmpty();
        assertThat(guest.tap.where(e -> e.kind == EventKind.DOORBELL_RUNG && e.side == Side.DEVICE))
                .isEmpty();
        assertThat(guest.tap.where(e -> e.decision == DecisionKind.IGNORED)).isNotEmpty();
        assertThat(guest.driver().ownBytes()).isZero();
    }

    @Test
    void shouldDropWhatTheGuestLeftNoRoomForWhenItDeletesTheQueue() {
        guest.bootLike(1, 4);
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 3; i++) {
                guest.submit(1, guest.io(Opcodes.IO_READ, i, 1, guest.page()));
            }
            guest.timeline.advance(1_000_000);
        }
        guest.tap.clear();
        assertThat(guest.delete(Opcodes.ADMIN_DELETE_SQ, 1)).isZero();
        assertThat(guest.delete(Opcodes.ADMIN_DELETE_CQ, 1)).isZero();
        assertThat(guest.tap.where(e -> e.kind == EventKind.COMPLETION_COPIED && e.qid == 1))
                .isEmpty();
        assertThat(guest.tap.of(EventKind.QUEUE_MEMORY_RELEASED))
                .extracting(e -> e.flag)
                .containsExactly(false, true);
        assertThat(guest.createPair(1, 4, 1, true)).isZero();
        for (int i = 0; i < 9; i++) {
            byte[] read = guest.io(Opcodes.IO_READ, 0, 1, guest.page());
            assertThat(TestGuest.status(guest.run(1, read))).isZero();
        }
    }

    @Test
    void shouldCopyWhatItHasBeforeItEndsAQueue() {
        TestGuest slow = new TestGuest(MediatorConfig.builder().copyDelayNs(50_000).build());
        slow.bootLike(1, 16);
        slow.tap.clear();
        slow.submit(1, slow.io(Opcodes.IO_READ, 0, 1, slow.page()));
        assertThat(slow.delete(Opcodes.ADMIN_DELETE_SQ, 1)).isZero();
        List<String> kinds = slow.tap.kinds();
        assertThat(kinds.indexOf("GUEST CompletionCopied"))
                .isLessThan(kinds.indexOf("DEVICE QueueMemoryReleased"));
        assertThat(slow.take(1)).isNotNull();
    }

    @Test
    void shouldStartAnewAfterEachKindOfReset() {
        for (ResetKind kind : List.of(ResetKind.FUNCTION_LEVEL, ResetKind.MACHINE)) {
            guest.bootLike(2, 16);
            guest.submit(1, guest.io(Opcodes.IO_READ, 0, 1, guest.page()));
            guest.mediator.reset(kind);
            assertThat(guest.reg(Registers.CC)).isZero();
            assertThat(guest.driver().ownBytes()).isZero();
            assertThat(guest.driver().liveState().queues()).isEmpty();
        }
        guest.bootLike(2, 16);
        MediatorBootTest.burst(guest, 1, 8, 1);
        guest.reg(Registers.NSSR, Registers.NSSR_RESET);
        guest.timeline.advance(1_000_000_000);
        guest.bootLike(1, 16);
        MediatorBootTest.burst(guest, 1, 8, 2);
    }

    @Test
    void shouldTellItsLiveState() {
        guest.bootLike(2, 16);
        guest.submit(2, guest.io(Opcodes.IO_READ, 0, 1, guest.page()));
        var live = guest.driver().liveState();
        assertThat(live.known()).isTrue();
        assertThat(live.numberOfQueuesSet()).isTrue();
        assertThat(live.queues()).hasSize(6);
        assertThat(live.queues()).anyMatch(q -> q.qid() == 2 && q.cidsInFlight().size() == 1);
    }

    /** CSTS as given until told otherwise; takes everything, does nothing. */
    private record Dead(int csts) implements Controller {
        @Override
        public void connect(GuestMemory memory, InterruptSink interrupts) {
            // Nothing to use.
        }

        @Override
        public long readRegister(long offset, int widthBytes, int cpu) {
            if (csts == -1) {
                return 0xFFFF_FFFFL;
            }
            return offset == Registers.CSTS ? csts : offset == 0 ? 0x0100_003F : 0x20;
        }

        @Override
        public void writeRegister(long offset, int widthBytes, long value, int cpu) {
            // Ignored.
        }

        @Override
        public long readMsix(long offset, int widthBytes, int cpu) {
            return 0;
        }

        @Override
        public void writeMsix(long offset, int widthBytes, long value, int cpu) {
            // Ignored.
        }

        @Override
        public void interruptMode(InterruptKind mode) {
            // Ignored.
        }

        @Override
        public void reset(ResetKind kind) {
            // Ignored.
        }
    }
}
