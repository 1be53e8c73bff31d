package io.nvmetap.mediator;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.ResetKind;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.NvmSqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Commands of the guest that are held, and what is told of requests. */
class MediatorInterceptorTest {
    private static final long HELD_NS = 50_000_000;

    private static TestGuest guest(int every, MediatorFault... faults) {
        MediatorConfig.Builder config = MediatorConfig.builder().intercept(every, HELD_NS);
        for (MediatorFault fault : faults) {
            config.fault(fault);
        }
        TestGuest guest = new TestGuest(config.faultRate(1, 1).build());
        guest.bootLike(1, 16);
        guest.tap.clear();
        return guest;
    }

    private static void read(TestGuest guest, int number) {
        for (int i = 0; i < number; i++) {
            guest.place(1, guest.io(Opcodes.IO_READ, i, 1, guest.page()));
        }
        guest.ring(1);
    }

    /** "step owner#command", of requests and emitted commands. */
    private static List<String> steps(TestGuest guest, Owner owner) {
        List<String> out = new ArrayList<>();
        for (CapturedEvent e : guest.tap.events) {
            if (e.kind == EventKind.REQUEST_STATE && e.owner == owner) {
                out.add(e.request.name());
            } else if (e.kind == EventKind.COMMAND_EMITTED && e.owner == owner) {
                out.add("emitted");
            } else if (e.kind == EventKind.CONTROLLER_RESET) {
                out.add(e.edge.name());
            }
        }
        return out;
    }

    @Test
    void shouldHoldEverySecondCommandAndThenSubmitIt() {
        TestGuest guest = guest(2);
        read(guest, 2);
        guest.timeline.advance(HELD_NS / 2);
        assertThat(guest.take(1)).isNotNull();
        assertThat(guest.take(1)).isNull();
        guest.timeline.advance(HELD_NS);
        assertThat(guest.take(1)).isNotNull();
        assertThat(steps(guest, Owner.GUEST))
                .containsExactly("emitted", "PAUSED", "RESUMED", "emitted", "SUBMITTED");
    }

    @Test
    void shouldKeepAResetWaitingUntilWhatIsHeldComesBack() {
        TestGuest guest = guest(1);
        read(guest, 3);
        guest.timeline.advance(HELD_NS / 2);
        long before = guest.timeline.nowNs();
        assertThat(guest.disable()).isTrue();
        assertThat(guest.timeline.nowNs() - before).isGreaterThan(HELD_NS / 3);
        guest.timeline.advance(10 * HELD_NS);
        assertThat(steps(guest, Owner.GUEST))
                .containsExactly(
                        "PAUSED", "PAUSED", "PAUSED", "BEGIN", "FREED", "FREED", "FREED", "END");
        guest.bootLike(1, 16);
        read(guest, 1);
        guest.timeline.advance(2 * HELD_NS);
        assertThat(guest.take(1)).isNotNull();
    }

    @Test
    void shouldTakeWhatIsHeldAwayAtAMachineReset() {
        TestGuest guest = guest(1);
        read(guest, 1);
        guest.mediator.reset(ResetKind.MACHINE);
        guest.timeline.advance(10 * HELD_NS);
        assertThat(steps(guest, Owner.GUEST)).containsExactly("PAUSED", "BEGIN", "FREED", "END");
    }

    @Test
    void shouldGiveUpWhatIsHeldOfADeletedQueue() {
        TestGuest guest = guest(1);
        read(guest, 2);
        byte[] sqe = guest.sqe(Opcodes.ADMIN_DELETE_SQ, 0);
        AdminSqe.putDeleteQueue(sqe, 0, 1);
        assertThat(TestGuest.status(guest.run(0, sqe))).isZero();
        guest.timeline.advance(10 * HELD_NS);
        assertThat(steps(guest, Owner.GUEST))
                .containsExactly("PAUSED", "PAUSED", "emitted", "FREED", "FREED");
        assertThat(guest.disable()).isTrue();
    }

    @Test
    void shouldKeepOwnCommandsOutWhileACommandIsHeld() {
        TestGuest guest = guest(1);
        read(guest, 1);
        byte[] sqe = guest.sqe(Opcodes.IO_READ, 1);
        NvmSqe.putRange(sqe, 0, 0, 1);
        assertThat(guest.driver().submitOwn(1, sqe, 512, OwnCompletion.NONE)).isTrue();
        guest.timeline.advance(HELD_NS / 2);
        assertThat(steps(guest, Owner.MEDIATOR)).containsExactly("QUEUED");
        guest.timeline.advance(HELD_NS);
        assertThat(guest.take(1)).isNotNull();
        guest.ack(1);
        guest.timeline.advance(HELD_NS);
        assertThat(steps(guest, Owner.MEDIATOR))
                .containsExactly("QUEUED", "emitted", "SUBMITTED", "FREED");
    }

    @Test
    void shouldNameAnOwnCommandFromTheStart() {
        TestGuest guest = new TestGuest(MediatorConfig.builder().build());
        guest.enable(32);
        List<CapturedEvent> queued =
                guest.tap.where(
                        e ->
                                e.kind == EventKind.REQUEST_STATE
                                        && e.request == io.nvmetap.event.RequestStep.QUEUED);
        List<CapturedEvent> emitted = guest.tap.of(EventKind.COMMAND_EMITTED);
        assertThat(queued).isNotEmpty();
        assertThat(queued.get(0).commandId).isEqualTo(emitted.get(0).commandId);
    }

    @Test
    void shouldNotIssueAnOwnCommandOnAQueueThatIsGone() {
        TestGuest guest = guest(1);
        read(guest, 1);
        List<Integer> ends = new ArrayList<>();
        byte[] own = guest.sqe(Opcodes.IO_READ, 1);
        guest.driver().submitOwn(1, own, 512, (status, dw0, data, n) -> ends.add(status));
        byte[] sqe = guest.sqe(Opcodes.ADMIN_DELETE_SQ, 0);
        AdminSqe.putDeleteQueue(sqe, 0, 1);
        assertThat(TestGuest.status(guest.run(0, sqe))).isZero();
        guest.timeline.advance(10 * HELD_NS);
        assertThat(ends).containsExactly(OwnCompletion.NO_ANSWER);
        assertThat(steps(guest, Owner.MEDIATOR)).containsExactly("QUEUED", "FREED");
    }

    @Test
    void shouldHoldEventRequestsWhereToldTo() {
        MediatorConfig config =
                MediatorConfig.builder()
                        .intercept(0, HELD_NS)
                        .interceptEvents(true)
                        .ownHealthNs(10_000_000)
                        .build();
        TestGuest guest = new TestGuest(config);
        guest.bootLike(1, 16);
        guest.tap.clear();
        guest.submit(0, guest.sqe(Opcodes.ADMIN_ASYNC_EVENT_REQUEST, 0));
        guest.timeline.advance(2 * HELD_NS);
        assertThat(steps(guest, Owner.GUEST))
                .containsExactly("PAUSED", "RESUMED", "emitted", "SUBMITTED");
        // Nor do they keep the driver's looks at the health log waiting.
        assertThat(guest.tap.of(EventKind.COMMAND_EMITTED))
                .filteredOn(e -> Sqe.opcode(e.entry, 0) == Opcodes.ADMIN_GET_LOG_PAGE)
                .hasSizeGreaterThan(7);
    }

    @Test
    void shouldResumeWhatItFreedIfItIsTold() {
        TestGuest guest = guest(1, MediatorFault.PAUSED_REQUEST_FREED_ON_RESET);
        read(guest, 1);
        guest.timeline.advance(HELD_NS / 2);
        guest.disable();
        guest.timeline.advance(HELD_NS);
        assertThat(steps(guest, Owner.GUEST))
                .containsExactly("PAUSED", "BEGIN", "FREED", "END", "RESUMED");
    }

    @Test
    void shouldWaitForEverIfItHasLostCount() {
        TestGuest guest = guest(1, MediatorFault.INTERCEPT_COUNTER_RACE);
        read(guest, 2);
        guest.timeline.advance(2 * HELD_NS);
        guest.reg(Registers.CC, 0x460000);
        guest.timeline.advance(60_000_000_000L);
        assertThat(Registers.cstsRdy(guest.reg(Registers.CSTS))).isTrue();
    }
}
