package io.nvmetap.importer;

import static io.nvmetap.importer.SampleLines.OK;
import static io.nvmetap.importer.SampleLines.RESET;
import static io.nvmetap.importer.SampleLines.admin;
import static io.nvmetap.importer.SampleLines.createCq;
import static io.nvmetap.importer.SampleLines.createSq;
import static io.nvmetap.importer.SampleLines.deleteCq;
import static io.nvmetap.importer.SampleLines.deleteSq;
import static io.nvmetap.importer.SampleLines.disable;
import static io.nvmetap.importer.SampleLines.done;
import static io.nvmetap.importer.SampleLines.enable;
import static io.nvmetap.importer.SampleLines.io;
import static io.nvmetap.importer.SampleLines.of;
import static io.nvmetap.importer.SampleLines.running;
import static io.nvmetap.importer.SampleLines.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.ShadowCell;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Sqe;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What misleads in a QEMU log, one test a trap. */
class QemuLogTrapsTest {
    @Test
    void shouldTakeTheResetAtPowerOnForAMachineResetAndKnowTheState() {
        ImportedLog log = ImportedLog.of(of(RESET, enable()));

        assertThat(log.all(EventKind.CONTROLLER_RESET))
                .extracting(e -> e.reset)
                .containsExactly(ResetKind.MACHINE, ResetKind.MACHINE);
        assertThat(log.header().controllers().get(0).state()).isEqualTo(LiveState.DISABLED);
    }

    @Test
    void shouldNeverCallALaterResetAFunctionLevelReset() {
        ImportedLog log = ImportedLog.of(of(running(), RESET, RESET));

        assertThat(log.all(EventKind.CONTROLLER_RESET))
                .extracting(e -> e.reset)
                .containsOnly(ResetKind.MACHINE, ResetKind.UNKNOWN)
                .doesNotContain(ResetKind.FUNCTION_LEVEL);
    }

    @Test
    void shouldNotKnowTheStateOfALogThatBeginsInTheMiddle() {
        ImportedLog log = ImportedLog.of(of(io(1, 1, 2), RESET, enable()));

        assertThat(log.header().controllers().get(0).state()).isEqualTo(LiveState.UNKNOWN);
        assertThat(log.all(EventKind.CONTROLLER_RESET))
                .extracting(e -> e.reset)
                .containsOnly(ResetKind.UNKNOWN);
    }

    @Test
    void shouldMakeNoCommandOfTheTimestampLineAtEachEnable() {
        ImportedLog log = ImportedLog.of(of(RESET, enable()));

        assertThat(log.all(EventKind.COMMAND_EMITTED)).isEmpty();
    }

    @Test
    void shouldNotRegisterAQueueBeforeItsCreateSucceeded() {
        // The SQ is refused; a completion of its CQ, which does not exist either, is no CQE.
        ImportedLog log =
                ImportedLog.of(of(RESET, enable(), createSq(1, 1, 0, 0x4100), done(9, 1, 0)));

        assertThat(log.report().ghosts()).isEqualTo(1);
        assertThat(log.only(EventKind.COMPLETION_SEEN).qid).isZero();
    }

    @Test
    void shouldKeepZeroBasedSizesAsTheEntryHoldsThem() {
        ImportedLog log = ImportedLog.of(of(RESET, enable(), createCq(1, 1, 0)));
        CapturedEvent c = log.only(EventKind.COMMAND_EMITTED);

        assertThat(Sqe.cdw10(c.entry, 0)).isEqualTo(255 << 16 | 1);
        assertThat(Sqe.cdw11(c.entry, 0)).isEqualTo(3 << 16 | 3);
        assertThat(Sqe.prp1(c.entry, 0)).isEqualTo(0x3e539000L);
        assertThat(Sqe.knownCdw(c.known, 10) && Sqe.knownCdw(c.known, 11)).isTrue();
        assertThat(Sqe.knownCdw(c.known, 12)).isFalse();
    }

    @Test
    void shouldTakeTheNumberOfQueuesFromCdw11AndNotFromTheWords() {
        ImportedLog log =
                ImportedLog.of(
                        of(
                                admin(1, 9),
                                "pci_nvme_setfeat cid 1 nsid 0x0 fid 0x7 save 0x0 cdw11 0x10001",
                                "pci_nvme_setfeat_numq requested cq_count=2 sq_count=2, responding"
                                        + " with cq_count=64 sq_count=64",
                                done(1, 0, 0)));

        CapturedEvent c = log.only(EventKind.COMMAND_EMITTED);
        assertThat(Sqe.cdw11(c.entry, 0)).isEqualTo(0x10001);
        assertThat(Sqe.cdw10(c.entry, 0) & 0xFF).isEqualTo(7);
    }

    @Test
    void shouldReadTheStatusWithDnrInBit14AndWithoutPhase() {
        ImportedLog log = ImportedLog.of(of(running(), io(5, 1, 2), done(5, 1, 0x4080)));
        CapturedEvent c = log.all(EventKind.COMPLETION_SEEN).get(2);

        assertThat(Cqe.dnr(c.entry, 0)).isTrue();
        assertThat(Cqe.sc(c.entry, 0)).isEqualTo(0x80);
        assertThat(Cqe.sct(c.entry, 0)).isZero();
        assertThat(Cqe.phaseKnown((int) c.known)).isFalse();
        assertThat(Cqe.known((int) c.known, Cqe.SQHD_OFFSET, 2)).isFalse();
        assertThat(Cqe.sqid(c.entry, 0)).isEqualTo(1);
    }

    @Test
    void shouldTellACommandThatFinishesAfterDisableAsAGhost() {
        ImportedLog log = ImportedLog.of(of(running(), io(5, 1, 2), disable(), done(5, 1, 0)));

        assertThat(log.report().ghosts()).isEqualTo(1);
        assertThat(log.notes("ghost")).singleElement().asString().contains("command 5");
        assertThat(log.all(EventKind.COMPLETION_SEEN)).hasSize(2);
    }

    @Test
    void shouldTellACommandThatFinishesAfterAResetAsAGhost() {
        ImportedLog log = ImportedLog.of(of(running(), io(5, 1, 2), RESET, done(5, 1, 0)));

        assertThat(log.report().ghosts()).isEqualTo(1);
    }

    @Test
    void shouldTellACommandOfADeletedQueueAsAGhost() {
        ImportedLog log = ImportedLog.of(of(running(), io(5, 1, 2), deleteSq(6, 1), done(5, 1, 7)));

        assertThat(log.report().ghosts()).isEqualTo(1);
        ImportedLog both =
                ImportedLog.of(
                        of(running(), io(5, 1, 2), deleteSq(6, 1), deleteCq(7, 1), done(5, 1, 7)));
        assertThat(both.report().ghosts()).isEqualTo(1);
    }

    @Test
    void shouldNotCallACommandThatFailsBecauseItsQueueIsBeingDeletedAGhost() {
        ImportedLog log =
                ImportedLog.of(
                        of(
                                running(),
                                io(5, 1, 2),
                                admin(6, 0),
                                "pci_nvme_del_sq deleting submission queue sqid=1",
                                done(5, 1, 8),
                                done(6, 0, 0)));

        assertThat(log.report().ghosts()).isZero();
        assertThat(log.all(EventKind.COMPLETION_SEEN).get(2).commandId)
                .isEqualTo(log.all(EventKind.COMMAND_EMITTED).get(2).commandId);
    }

    @Test
    void shouldLeaveAnAsynchronousEventRequestInFlight() {
        ImportedLog log =
                ImportedLog.of(of(RESET, enable(), admin(31, 0x0C), "pci_nvme_aer cid 31"));

        assertThat(log.all(EventKind.COMMAND_EMITTED)).hasSize(1);
        assertThat(log.all(EventKind.COMPLETION_SEEN)).isEmpty();
        assertThat(log.report().unparsed()).isEmpty();
    }

    @Test
    void shouldTellPinAndVectorApartAndNothingOfAMaskedQueue() {
        ImportedLog log =
                ImportedLog.of(
                        "pci_nvme_irq_pin pulsing IRQ pin",
                        "pci_nvme_irq_masked IRQ is masked",
                        "pci_nvme_irq_msix raising MSI-X IRQ vector 2");

        assertThat(log.all(EventKind.INTERRUPT_RAISED))
                .extracting(e -> e.interrupt)
                .containsExactly(InterruptKind.INTX, InterruptKind.MSIX);
        assertThat(log.all(EventKind.INTERRUPT_RAISED).get(1).vector).isEqualTo(2);
    }

    @Test
    void shouldFoldRepeatedLooksAtAShadowDoorbell() {
        ImportedLog log =
                ImportedLog.of(
                        "pci_nvme_shadow_doorbell_sq sqid 1 new_shadow_doorbell 12",
                        "pci_nvme_shadow_doorbell_sq sqid 1 new_shadow_doorbell 12",
                        "pci_nvme_eventidx_sq sqid 1 new_eventidx 12",
                        "pci_nvme_shadow_doorbell_sq sqid 2 new_shadow_doorbell 12",
                        "pci_nvme_shadow_doorbell_cq cqid 1 new_shadow_doorbell 12",
                        "pci_nvme_shadow_doorbell_sq sqid 1 new_shadow_doorbell 13");

        List<CapturedEvent> cells = log.all(EventKind.SHADOW_DOORBELL);
        assertThat(cells).extracting(e -> e.qid).containsExactly(1, 1, 2, 1, 1);
        assertThat(cells.get(1).cell).isEqualTo(ShadowCell.EVENT_IDX);
        assertThat(cells).extracting(e -> e.flag).containsExactly(false, true, false, false, false);
        assertThat(cells.get(3).doorbell).isEqualTo(DoorbellKind.CQ_HEAD);
        assertThat(log.report().folded()).isEqualTo(1);
    }

    @Test
    void shouldKnowShadowDoorbellsUnderTheNamesOfBothVersions() {
        ImportedLog old =
                ImportedLog.of(
                        "pci_nvme_shadow_doorbell_sq sqid 1 new_shadow_doorbell 12",
                        "pci_nvme_shadow_doorbell_cq cqid 1 new_shadow_doorbell 3",
                        "pci_nvme_eventidx_sq sqid 1 new_eventidx 12",
                        "pci_nvme_eventidx_cq cqid 1 new_eventidx 3");
        ImportedLog renamed =
                ImportedLog.of(
                        "pci_nvme_update_sq_tail sqid 1 new_tail 12",
                        "pci_nvme_update_cq_head cqid 1 new_head 3",
                        "pci_nvme_update_sq_eventidx sqid 1 new_eventidx 12",
                        "pci_nvme_update_cq_eventidx cqid 1 new_eventidx 3");

        for (int i = 0; i < 4; i++) {
            CapturedEvent a = old.all(EventKind.SHADOW_DOORBELL).get(i);
            CapturedEvent b = renamed.all(EventKind.SHADOW_DOORBELL).get(i);
            assertThat(List.<Object>of(a.cell, a.doorbell, a.qid, a.value))
                    .isEqualTo(List.<Object>of(b.cell, b.doorbell, b.qid, b.value));
        }
    }

    @Test
    void shouldNotFoldTheShadowDoorbellOfARecreatedQueue() {
        String look = "pci_nvme_shadow_doorbell_sq sqid 1 new_shadow_doorbell 0";
        ImportedLog log =
                ImportedLog.of(of(running(), look, deleteSq(3, 1), createSq(4, 1, 1, 0), look));

        assertThat(log.all(EventKind.SHADOW_DOORBELL)).hasSize(2);
    }

    @Test
    void shouldFoldTheDecodedLineIntoTheRawWrite() {
        ImportedLog log =
                ImportedLog.of(
                        write(0x28, 0x3e536000),
                        "pci_nvme_mmio_asqaddr wrote MMIO, admin submission queue"
                                + " address=0x3e536000",
                        write(0x2C, 1),
                        "pci_nvme_mmio_asqaddr_hi wrote MMIO, admin submission queue high half=0x1,"
                                + " new_address=0x13e536000",
                        write(0x1000, 1),
                        "pci_nvme_mmio_doorbell_sq sqid 0 new_tail 1",
                        write(0x100C, 2),
                        "pci_nvme_mmio_doorbell_cq cqid 1 new_head 2");

        assertThat(log.kinds())
                .containsSubsequence(
                        EventKind.REGISTER_WRITTEN,
                        EventKind.REGISTER_WRITTEN,
                        EventKind.DOORBELL_RUNG,
                        EventKind.DOORBELL_RUNG);
        assertThat(log.all(EventKind.DOORBELL_RUNG)).hasSize(2);
        assertThat(log.report().folded()).isEqualTo(4);
    }

    @Test
    void shouldMakeTheEventFromTheDecodedLineWhereItComesAlone() {
        ImportedLog log =
                ImportedLog.of(
                        RESET,
                        "pci_nvme_mmio_cfg wrote MMIO, config controller config=0x460001",
                        "pci_nvme_mmio_start_success setting controller enable bit succeeded",
                        "pci_nvme_mmio_doorbell_cq cqid 3 new_head 7");

        CapturedEvent cc = log.only(EventKind.REGISTER_WRITTEN);
        assertThat(cc.registerOffset).isEqualTo(0x14);
        assertThat(cc.value).isEqualTo(0x460001);
        CapturedEvent bell = log.only(EventKind.DOORBELL_RUNG);
        assertThat(List.<Object>of(bell.qid, bell.value, bell.doorbell))
                .isEqualTo(List.<Object>of(3, 7L, DoorbellKind.CQ_HEAD));
    }

    @Test
    void shouldFoldADoorbellWhoseUpperBitsWereWritten() {
        ImportedLog log =
                ImportedLog.of(
                        write(0x1000, 0x50001), "pci_nvme_mmio_doorbell_sq sqid 0 new_tail 1");

        assertThat(log.only(EventKind.DOORBELL_RUNG).value).isEqualTo(0x50001);
    }

    @Test
    void shouldNotRingADoorbellFromAWriteBesideThem() {
        ImportedLog log =
                ImportedLog.of(
                        write(0x1002, 1),
                        "pci_nvme_ub_db_wr_misaligned doorbell write not 32-bit aligned,"
                                + " offset=0x1002, ignoring",
                        write(0x7FFFFFFF, 1));

        assertThat(log.all(EventKind.DOORBELL_RUNG)).isEmpty();
        assertThat(log.all(EventKind.REGISTER_WRITTEN)).hasSize(2);
        assertThat(log.notes("qemu")).singleElement().asString().startsWith("ub_db_wr_misaligned");
    }

    @Test
    void shouldMatchTheSameCidOnTwoQueuesByTheirCompletionQueue() {
        ImportedLog log =
                ImportedLog.of(
                        of(
                                running(),
                                createCq(3, 2, 0),
                                createSq(4, 2, 2, 0),
                                io(9, 1, 2),
                                io(9, 2, 1),
                                done(9, 2, 0),
                                done(9, 1, 0)));

        List<CapturedEvent> done = log.all(EventKind.COMPLETION_SEEN);
        assertThat(Cqe.sqid(done.get(4).entry, 0)).isEqualTo(2);
        assertThat(Cqe.sqid(done.get(5).entry, 0)).isEqualTo(1);
        assertThat(log.report().unmatched()).isZero();
    }

    @Test
    void shouldNotGuessBetweenTwoQueuesThatShareACompletionQueue() {
        ImportedLog log =
                ImportedLog.of(
                        of(
                                running(),
                                createSq(4, 2, 1, 0),
                                io(9, 1, 2),
                                io(9, 2, 1),
                                done(9, 1, 0),
                                done(9, 1, 0),
                                io(9, 2, 1),
                                done(9, 1, 0)));

        List<CapturedEvent> done = log.all(EventKind.COMPLETION_SEEN);
        assertThat(done.subList(3, 5)).extracting(e -> e.commandId).containsOnly(-1L);
        assertThat(done.subList(3, 5)).allMatch(e -> !Cqe.known((int) e.known, Cqe.SQID_OFFSET, 2));
        assertThat(Cqe.sqid(done.get(5).entry, 0)).isEqualTo(2);
        assertThat(log.report().unmatched()).isEqualTo(2);
    }

    @Test
    void shouldTakeACompletionOfAnUnknownCommandAsItIs() {
        ImportedLog log = ImportedLog.of(of(running(), done(77, 1, 0)));

        CapturedEvent c = log.all(EventKind.COMPLETION_SEEN).get(2);
        assertThat(c.commandId).isEqualTo(-1);
        assertThat(Cqe.cid(c.entry, 0)).isEqualTo(77);
        assertThat(log.report().unmatched()).isEqualTo(1);
    }

    @Test
    void shouldKeepLargeCidsAndUnknownOpcodes() {
        ImportedLog log =
                ImportedLog.of(
                        "pci_nvme_io_cmd cid 45824 nsid 0xffffffff sqid 1 opc 0xd8 opname"
                                + " 'NVME_NVM_CMD_UNKNOWN'");

        CapturedEvent c = log.only(EventKind.COMMAND_EMITTED);
        assertThat(Sqe.opcode(c.entry, 0)).isEqualTo(0xD8);
        assertThat(Sqe.cid(c.entry, 0)).isEqualTo(45824);
        assertThat(Sqe.nsid(c.entry, 0)).isEqualTo(0xFFFFFFFFL);
        assertThat(c.known).isEqualTo(Sqe.KNOWN_OPCODE | Sqe.KNOWN_CID | Sqe.KNOWN_NSID);
    }

    @Test
    void shouldMarkErrorsAndUndefinedBehaviourWithQemusWords() {
        ImportedLog log =
                ImportedLog.of(
                        "pci_nvme_err_req_status cid 4103 nsid 0 status 0x400b opc 0xa",
                        "pci_nvme_ub_db_wr_invalid_sq submission queue doorbell write for"
                                + " nonexistent queue, sqid=9, ignoring");

        assertThat(log.notes("qemu"))
                .containsExactly(
                        "err_req_status: cid 4103 nsid 0 status 0x400b opc 0xa",
                        "ub_db_wr_invalid_sq: submission queue doorbell write for nonexistent"
                                + " queue, sqid=9, ignoring");
    }

    @Test
    void shouldGiveAQueueNothingAfterAFailedEnable() {
        ImportedLog log =
                ImportedLog.of(
                        of(
                                running(),
                                disable(),
                                write(0x14, 0x460001),
                                "pci_nvme_err_startfail setting controller enable bit failed",
                                "pci_nvme_enqueue_req_completion cid 1 cqid 0" + OK));

        assertThat(log.report().ghosts()).isEqualTo(1);
        assertThat(log.notes("qemu"))
                .containsExactly("err_startfail: setting controller enable bit failed");
    }
}
