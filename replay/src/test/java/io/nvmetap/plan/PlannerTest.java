package io.nvmetap.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.Owner;
import io.nvmetap.event.QueueState;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.ShadowCell;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.session.Recording;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlannerTest {
    private static <T extends Stimulus> List<T> all(Plan plan, Class<T> type) {
        return plan.stimuli().stream().filter(type::isInstance).map(type::cast).toList();
    }

    private static LiveState live() {
        return new LiveState(
                true,
                0x460001,
                1,
                Registers.aqa(8, 8),
                0x1000,
                0x2000,
                List.of(
                        new QueueState(false, 1, 8, 0x5000, 1, -1, false, 3, 3, List.of()),
                        new QueueState(true, 1, 8, 0x6000, 1, 1, true, 5, 5, List.of())),
                List.of(),
                true);
    }

    @Test
    void shouldKeepOrderAndWidthOfAccesses() {
        Recording recording = new Recording();
        recording.add(
                new CapturedEvent()
                        .asRegisterWritten(
                                Side.DEVICE, RegisterSpace.BAR0, Registers.ASQ, 8, 0x1234000));
        Plan plan = recording.ready().plan();
        Stimulus.WriteRegister first = (Stimulus.WriteRegister) plan.stimuli().get(0);
        assertThat(first.widthBytes()).isEqualTo(8);
        assertThat(first.at().seq()).isEqualTo(1);
        assertThat(plan.unknown()).isEmpty();
        assertThat(plan.commands()).isEqualTo(2);
    }

    @Test
    void shouldWaitOnceForStatusReadManyTimes() {
        Plan plan = new Recording().ready().plan();
        assertThat(all(plan, Stimulus.PollStatus.class))
                .containsExactly(new Stimulus.PollStatus(new Moment(6, 70_000, 0), 1, 1, 2));
    }

    @Test
    void shouldGiveEachDoorbellTheCommandsItCovers() {
        Recording recording = new Recording().ready();
        recording.ring(1, 3);
        for (int cid = 1; cid <= 3; cid++) {
            recording.fetch(1, Recording.readCommand(cid, cid), 4096);
        }
        List<Stimulus.Submit> submits = all(recording.plan(), Stimulus.Submit.class);
        Stimulus.Submit last = submits.get(submits.size() - 1);
        assertThat(last.exchanges()).extracting(Exchange::cid).containsExactly(1, 2, 3);
        assertThat(last.exchanges()).allMatch(x -> x.answer().isEmpty());
    }

    @Test
    void shouldInferADoorbellThatWasNotSeen() {
        Recording recording = new Recording().ready();
        recording.fetch(1, Recording.readCommand(1, 1), 4096);
        Plan plan = recording.plan();
        assertThat(plan.adaptations()).containsEntry(Adaptation.DOORBELL_INFERRED, 1L);
        assertThat(plan.commands()).isEqualTo(3);
    }

    @Test
    void shouldTurnShadowDoorbellsIntoRegisterWrites() {
        Recording recording = new Recording().ready();
        recording.admin(Recording.sqe(Opcodes.ADMIN_DOORBELL_BUFFER_CONFIG, 77));
        CapturedEvent shadow =
                new CapturedEvent()
                        .asShadow(Side.DEVICE, ShadowCell.DOORBELL, DoorbellKind.SQ_TAIL, 1, 1);
        recording.add(shadow.copy());
        recording.fetch(1, Recording.readCommand(1, 1), 4096);
        recording.add(shadow.copy());
        Plan plan = recording.plan();
        assertThat(plan.adaptations())
                .containsEntry(Adaptation.SHADOW_TO_MMIO, 1L)
                .containsEntry(Adaptation.STALE_DOORBELL, 1L)
                .containsEntry(Adaptation.DOORBELL_BUFFER_HIDDEN, 1L);
        assertThat(plan.commands()).isEqualTo(3);
        // The hidden command took a slot of the recording, and none of the replay.
        assertThat(all(plan, Stimulus.Acknowledge.class)).hasSize(2);
    }

    @Test
    void shouldDriveSglsWithPrps() {
        byte[] sqe = Recording.readCommand(1, 1);
        Sqe.putFlags(sqe, 0, 0x40);
        Recording recording = new Recording().ready();
        recording.ring(1, 1);
        recording.fetch(1, sqe, 4096);
        Plan plan = recording.plan();
        assertThat(plan.adaptations()).containsEntry(Adaptation.SGL_TO_PRP, 1L);
        List<Stimulus.Submit> submits = all(plan, Stimulus.Submit.class);
        byte[] driven = submits.get(submits.size() - 1).exchanges().get(0).sqe();
        assertThat(Sqe.psdt(driven, 0)).isZero();
    }

    @Test
    void shouldNotLetAnAbortOfUnknownTargetHitAnything() {
        Recording recording = new Recording().ready();
        recording.ring(0, 1);
        recording.fetch(0, Recording.sqe(Opcodes.ADMIN_ABORT, 5), 0);
        List<CapturedEvent> events = recording.events();
        events.get(events.size() - 1).known = Sqe.KNOWN_OPCODE | Sqe.KNOWN_CID;
        Plan plan = recording.plan();
        List<Stimulus.Submit> submits = all(plan, Stimulus.Submit.class);
        assertThat(submits.get(submits.size() - 1).exchanges().get(0).cdw(10)).isEqualTo(-1);
        assertThat(plan.adaptations()).containsEntry(Adaptation.ABORT_TARGET_UNKNOWN, 1L);
    }

    @Test
    void shouldRingAWrongDoorbellAsItWas() {
        Recording recording = new Recording().ready();
        recording.doorbell(DoorbellKind.SQ_TAIL, 1, 8).doorbell(DoorbellKind.SQ_TAIL, 9, 1);
        assertThat(all(recording.plan(), Stimulus.RingRaw.class))
                .extracting(Stimulus.RingRaw::qid, Stimulus.RingRaw::value)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(1, 8),
                        org.assertj.core.groups.Tuple.tuple(9, 1));
    }

    @Test
    void shouldNotKnowARecordingThatStartsInTheMiddle() {
        Recording recording = new Recording(LiveState.UNKNOWN, "");
        Plan plan = recording.io(1, 1, 0).plan();
        assertThat(plan.unknown().orElseThrow().reason()).contains("does not tell its state");
    }

    @Test
    void shouldSetUpTheStateARecordingStartsWith() {
        Recording recording = new Recording(live(), "");
        recording.doorbell(DoorbellKind.SQ_TAIL, 1, 4);
        long id = recording.fetch(1, Recording.readCommand(1, 1), 4096);
        recording.complete(1, 1, 1, id, 0);
        Plan plan = recording.plan();
        assertThat(plan.unknown()).isEmpty();
        assertThat(plan.adaptations()).containsEntry(Adaptation.STATE_RESTORED, 1L);
        assertThat(all(plan, Stimulus.Submit.class))
                .extracting(s -> s.exchanges().get(0).opcode())
                .containsExactly(Opcodes.ADMIN_CREATE_CQ, Opcodes.ADMIN_CREATE_SQ, Opcodes.IO_READ);
    }

    @Test
    void shouldEndAtAGap() {
        Recording recording = new Recording().ready();
        long before = recording.lastSeq();
        recording.skip(3).io(1, 1, 0);
        Plan plan = recording.plan();
        assertThat(plan.unknown().orElseThrow().seq()).isEqualTo(before + 1);
        assertThat(plan.commands()).isEqualTo(2);
    }

    @Test
    void shouldRefuseMoreThanItHolds() {
        Recording recording = new Recording().ready();
        PlanLimits limits = new PlanLimits(3, 10, 10);
        assertThatThrownBy(() -> recording.plan(limits))
                .isInstanceOf(PlanTooLargeException.class)
                .hasMessageContaining("over 3 guest actions");
    }

    @Test
    void shouldLeaveOutPayloadBeyondItsBound() {
        Recording recording = new Recording().ready();
        recording.ring(1, 1);
        long id = recording.fetch(1, Recording.readCommand(1, 1), 4096);
        recording.payload(1, 1, id, new byte[4096]).complete(1, 1, 1, id, 0);
        Plan plan = recording.plan(new PlanLimits(1000, 1000, 4095));
        assertThat(plan.adaptations()).containsEntry(Adaptation.PAYLOAD_DROPPED, 1L);
    }

    @Test
    void shouldSayThereIsNothingToCompare() {
        assertThat(new Recording().plan().unknown().orElseThrow().reason())
                .contains("no guest command");
    }

    @Test
    void shouldPrintEachStepInWords() {
        List<String> lines = new ArrayList<>();
        PlanText.write(new Recording().ready().io(3, 100, 0x281).plan(), lines::add);
        assertThat(lines).anyMatch(l -> l.contains("read CSTS until & 0x1 = 0x1 (2 reads"));
        assertThat(lines).anyMatch(l -> l.contains("submit 1 on SQ 1"));
        assertThat(lines).anyMatch(l -> l.contains("Read nsid=1") && l.contains("status 0x281"));
        assertThat(lines).anyMatch(l -> l.contains("acknowledge 1 on CQ 1"));
        assertThat(lines).anyMatch(l -> l.contains("interrupts by MSIX unmask [0, 1]"));
    }

    /** The guest changes over before it unmasks, not when the first message comes. */
    @Test
    void shouldChangeHowInterruptsTravelWhereTheTableIsTouched() {
        Recording recording = new Recording().ready();
        recording.add(interrupt(InterruptKind.INTX));
        recording.add(
                new CapturedEvent()
                        .asRegisterWritten(Side.DEVICE, RegisterSpace.MSIX_TABLE, 12, 4, 0));
        recording.add(
                new CapturedEvent()
                        .asRegisterRead(Side.DEVICE, RegisterSpace.BAR0, Registers.VS, 4, 0));
        recording.add(interrupt(InterruptKind.MSIX));
        List<Stimulus> stimuli = recording.plan().stimuli();
        List<InterruptKind> kinds = new ArrayList<>();
        for (Stimulus s : stimuli) {
            if (s instanceof Stimulus.ChooseInterrupts choice) {
                kinds.add(choice.kind());
            } else if (s instanceof Stimulus.WriteRegister write
                    && write.space() == RegisterSpace.MSIX_TABLE) {
                assertThat(kinds).as("before the table is touched").hasSize(3);
            }
        }
        // The recording's own start has messages.
        assertThat(kinds)
                .containsExactly(InterruptKind.MSIX, InterruptKind.INTX, InterruptKind.MSIX);
    }

    private static CapturedEvent interrupt(InterruptKind kind) {
        return new CapturedEvent()
                .asInterrupt(EventKind.INTERRUPT_RAISED, Side.DEVICE, 0, kind, "");
    }

    @Test
    void shouldKnowThatEntriesWereLongerThanTheRegistersSay() {
        Recording recording = new Recording().ready();
        byte[] sqe = java.util.Arrays.copyOf(Recording.readCommand(1, 1), Sqe.SIZE_LONG);
        recording.ring(1, 1);
        recording.add(
                new CapturedEvent()
                        .asCommand(EventKind.COMMAND_EMITTED, 1, 0, sqe, 0, Sqe.SIZE_LONG)
                        .owned(Owner.GUEST, 77));
        assertThat(recording.plan().facts().ioEntryBytes()).isEqualTo(Sqe.SIZE_LONG);
    }
}
