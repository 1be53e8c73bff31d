package io.nvmetap.device.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.FeatureId;
import io.nvmetap.nvme.IdentifyCns;
import io.nvmetap.nvme.IdentifyController;
import io.nvmetap.nvme.IdentifyNamespace;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.LogPageId;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelAdminTest {
    private static final long DATA = TinyDriver.DATA;

    private final ControllerProfile profile = ControllerProfile.byName("generic");
    private final TinyDriver driver =
            new TinyDriver(
                    profile,
                    List.of(new MemoryNamespace(1 << 20, 512), new MemoryNamespace(1 << 20, 4096)));

    @BeforeEach
    void enable() {
        driver.enable();
    }

    private int identify(int cns, long nsid) {
        return driver.admin(
                Opcodes.ADMIN_IDENTIFY,
                sqe -> {
                    Sqe.putNsid(sqe, 0, nsid);
                    Sqe.putPrp1(sqe, 0, DATA);
                    AdminSqe.putIdentify(sqe, 0, cns, 0);
                });
    }

    private int log(int lid, int bytes) {
        return driver.admin(
                Opcodes.ADMIN_GET_LOG_PAGE,
                sqe -> {
                    Sqe.putPrp1(sqe, 0, DATA);
                    Sqe.putPrp2(sqe, 0, DATA + 4096);
                    AdminSqe.putGetLog(sqe, 0, lid, bytes);
                });
    }

    private byte[] setFeature(int fid, int value) {
        return driver.command(
                0, Opcodes.ADMIN_SET_FEATURES, sqe -> AdminSqe.putSetFeatures(sqe, 0, fid, value));
    }

    private byte[] getFeature(int fid, int sel) {
        return driver.command(
                0, Opcodes.ADMIN_GET_FEATURES, sqe -> AdminSqe.putGetFeatures(sqe, 0, fid, sel));
    }

    private byte[] requestEvent() {
        driver.submit(0, Opcodes.ADMIN_ASYNC_EVENT_REQUEST, sqe -> {});
        return driver.next(0, 10_000_000);
    }

    @Test
    void shouldIdentifyItself() {
        assertThat(identify(IdentifyCns.CONTROLLER, 0)).isZero();
        IdentifyController view = new IdentifyController(driver.bytes(DATA, 4096));
        assertThat(view.mn()).isEqualTo(profile.model());
        assertThat(view.mdts()).isEqualTo(profile.mdts());
        assertThat(view.nn()).isEqualTo(2);
        assertThat(view.oncs()).isEqualTo(profile.oncs());
    }

    @Test
    void shouldIdentifyItsNamespaces() {
        assertThat(identify(IdentifyCns.NAMESPACE, 2)).isZero();
        IdentifyNamespace view = new IdentifyNamespace(driver.bytes(DATA, 4096));
        assertThat(view.lbaSizeBytes()).isEqualTo(4096);
        assertThat(view.nsze()).isEqualTo(256);
        assertThat(identify(IdentifyCns.ACTIVE_NAMESPACE_LIST, 0)).isZero();
        assertThat(driver.memory.readLong(DATA)).isEqualTo(2L << 32 | 1);
        assertThat(identify(IdentifyCns.ACTIVE_NAMESPACE_LIST, 1)).isZero();
        assertThat(driver.memory.readLong(DATA)).isEqualTo(2);
        assertThat(identify(IdentifyCns.NAMESPACE_DESCRIPTORS, 1)).isZero();
        assertThat(driver.memory.readInt(DATA)).isEqualTo(0x801);
    }

    @ParameterizedTest
    @CsvSource({"0,3,11", "0,0,11", "2,4294967295,11", "3,9,11", "5,1,0", "6,0,0", "96,0,2"})
    void shouldAnswerIdentifyWithTheRightStatus(int cns, long nsid, int status) {
        assertThat(identify(cns, nsid)).isEqualTo(status);
    }

    @Test
    void shouldKnowOnlyOldStructuresWhenOld() {
        TinyDriver old = new TinyDriver(ControllerProfile.byName("apple"));
        old.enable();
        int status =
                old.admin(
                        Opcodes.ADMIN_IDENTIFY,
                        sqe -> {
                            Sqe.putPrp1(sqe, 0, DATA);
                            AdminSqe.putIdentify(sqe, 0, 2, 0);
                        });
        assertThat(status).isEqualTo(StatusCode.INVALID_FIELD);
    }

    @Test
    void shouldRefuseCompletionQueuesThatCannotBe() {
        int ok = driver.createCq(1, 15, 0, true);
        assertThat(ok).isZero();
        assertThat(driver.createCq(1, 15, 0, true)).isEqualTo(StatusCode.INVALID_QUEUE_ID);
        assertThat(driver.createCq(0, 15, 0, true)).isEqualTo(StatusCode.INVALID_QUEUE_ID);
        assertThat(driver.createCq(65, 15, 0, true)).isEqualTo(StatusCode.INVALID_QUEUE_ID);
        assertThat(driver.createCq(2, 0, 0, true)).isEqualTo(StatusCode.INVALID_QUEUE_SIZE);
        assertThat(driver.createCq(2, 2048, 0, true)).isEqualTo(StatusCode.INVALID_QUEUE_SIZE);
        assertThat(driver.createCq(2, 15, 1, true)).isEqualTo(StatusCode.INVALID_INTERRUPT_VECTOR);
        driver.msix(2);
        assertThat(driver.createCq(2, 15, 65, true)).isEqualTo(StatusCode.INVALID_INTERRUPT_VECTOR);
        assertThat(driver.createCq(2, 15, 64, true)).isZero();
    }

    @Test
    void shouldRefuseQueuesInMemoryTheyCannotUse() {
        int misaligned =
                driver.admin(
                        Opcodes.ADMIN_CREATE_CQ,
                        sqe -> {
                            Sqe.putPrp1(sqe, 0, DATA + 8);
                            AdminSqe.putCreateCq(sqe, 0, 1, 15, 0, true);
                        });
        assertThat(misaligned).isEqualTo(StatusCode.PRP_OFFSET_INVALID);
        int scattered =
                driver.admin(
                        Opcodes.ADMIN_CREATE_CQ,
                        sqe -> {
                            Sqe.putPrp1(sqe, 0, DATA);
                            AdminSqe.putCreateCq(sqe, 0, 1, 15, 0, true);
                            Sqe.putCdw11(sqe, 0, 2);
                        });
        assertThat(scattered).isEqualTo(StatusCode.INVALID_FIELD);
    }

    @Test
    void shouldRefuseQueuesBeforeTheEntrySizesAreSet() {
        driver.write(Registers.CC, 1);
        assertThat(driver.createCq(1, 15, 0, true)).isEqualTo(StatusCode.INVALID_QUEUE_SIZE);
    }

    @Test
    void shouldRefuseSubmissionQueuesThatCannotBe() {
        assertThat(driver.createSq(1, 15, 1)).isEqualTo(StatusCode.COMPLETION_QUEUE_INVALID);
        assertThat(driver.createSq(1, 15, 0)).isEqualTo(StatusCode.INVALID_QUEUE_ID);
        assertThat(driver.createSq(1, 15, 99)).isEqualTo(StatusCode.INVALID_QUEUE_ID);
        driver.pair(1, 16);
        assertThat(driver.createSq(1, 15, 1)).isEqualTo(StatusCode.INVALID_QUEUE_ID);
        assertThat(driver.createSq(2, 0, 1)).isEqualTo(StatusCode.INVALID_QUEUE_SIZE);
    }

    @Test
    void shouldDeleteQueuesInTheRightOrderOnly() {
        driver.pair(1, 16);
        assertThat(delete(Opcodes.ADMIN_DELETE_CQ, 1)).isEqualTo(StatusCode.INVALID_QUEUE_DELETION);
        assertThat(delete(Opcodes.ADMIN_DELETE_SQ, 1)).isZero();
        assertThat(delete(Opcodes.ADMIN_DELETE_SQ, 1)).isEqualTo(StatusCode.INVALID_QUEUE_ID);
        assertThat(delete(Opcodes.ADMIN_DELETE_CQ, 1)).isZero();
        assertThat(delete(Opcodes.ADMIN_DELETE_CQ, 1)).isEqualTo(StatusCode.INVALID_QUEUE_ID);
        assertThat(delete(Opcodes.ADMIN_DELETE_SQ, 0)).isEqualTo(StatusCode.INVALID_QUEUE_ID);
    }

    private int delete(int opcode, int qid) {
        return driver.admin(opcode, sqe -> AdminSqe.putDeleteQueue(sqe, 0, qid));
    }

    @Test
    void shouldAbortWhatIsInFlightWhenItsQueueIsDeleted() {
        ControllerProfile slow = profile.withLatency(profile.latency().withIo(500_000_000, 0, 0));
        TinyDriver other = TinyDriver.started(slow);
        other.submit(1, Opcodes.IO_READ, TinyDriver.io(0, 1, DATA));
        other.time.advance(1_000_000);
        other.admin(Opcodes.ADMIN_DELETE_SQ, sqe -> AdminSqe.putDeleteQueue(sqe, 0, 1));
        assertThat(TinyDriver.status(other.next(1, 0))).isEqualTo(StatusCode.ABORTED_SQ_DELETION);
    }

    @Test
    void shouldGrantQueuesAndOnlyBeforeThereAreAny() {
        assertThat(Cqe.dw0(setFeature(FeatureId.NUMBER_OF_QUEUES, 3 << 16 | 1), 0))
                .isEqualTo(3 << 16 | 1);
        assertThat(Cqe.dw0(setFeature(FeatureId.NUMBER_OF_QUEUES, 499 << 16 | 1), 0))
                .isEqualTo(63 << 16 | 1);
        assertThat(driver.createCq(3, 15, 0, true)).isZero();
        assertThat(driver.createSq(3, 15, 3)).isEqualTo(StatusCode.INVALID_QUEUE_ID);
        assertThat(TinyDriver.status(setFeature(FeatureId.NUMBER_OF_QUEUES, 0)))
                .isEqualTo(StatusCode.COMMAND_SEQUENCE_ERROR);
    }

    @Test
    void shouldKeepFeaturesUntilReset() {
        assertThat(Cqe.dw0(getFeature(FeatureId.VOLATILE_WRITE_CACHE, 0), 0)).isEqualTo(1);
        setFeature(FeatureId.VOLATILE_WRITE_CACHE, 0);
        assertThat(Cqe.dw0(getFeature(FeatureId.VOLATILE_WRITE_CACHE, 0), 0)).isZero();
        assertThat(Cqe.dw0(getFeature(FeatureId.VOLATILE_WRITE_CACHE, 1), 0)).isEqualTo(1);
        assertThat(Cqe.dw0(getFeature(FeatureId.VOLATILE_WRITE_CACHE, 3), 0)).isEqualTo(4);
        driver.write(Registers.CC, 0x0046_0000);
        driver.await(Registers.CSTS, 1, 0);
        driver.enable();
        assertThat(Cqe.dw0(getFeature(FeatureId.VOLATILE_WRITE_CACHE, 0), 0)).isEqualTo(1);
    }

    @Test
    void shouldRefuseFeaturesItDoesNotHave() {
        assertThat(TinyDriver.status(setFeature(0x7A, 0))).isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(TinyDriver.status(getFeature(0x7A, 0))).isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(TinyDriver.status(setFeature(FeatureId.POWER_MANAGEMENT, 9)))
                .isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(TinyDriver.status(setFeature(FeatureId.NUMBER_OF_QUEUES, 0xFFFF)))
                .isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(TinyDriver.status(setFeature(0x8000_0002, 0))).isZero();
        int save =
                driver.admin(Opcodes.ADMIN_SET_FEATURES, sqe -> Sqe.putCdw10(sqe, 0, 0x8000_0002));
        assertThat(save).isEqualTo(StatusCode.FEATURE_NOT_SAVEABLE);
    }

    @Test
    void shouldKeepTime() {
        driver.memory.writeLong(DATA, 1_000_000);
        int set =
                driver.admin(
                        Opcodes.ADMIN_SET_FEATURES,
                        sqe -> {
                            AdminSqe.putSetFeatures(sqe, 0, FeatureId.TIMESTAMP, 0);
                            Sqe.putPrp1(sqe, 0, DATA);
                        });
        driver.time.advance(500_000_000);
        int get =
                driver.admin(
                        Opcodes.ADMIN_GET_FEATURES,
                        sqe -> {
                            AdminSqe.putGetFeatures(sqe, 0, FeatureId.TIMESTAMP, 0);
                            Sqe.putPrp1(sqe, 0, DATA + 8);
                        });
        assertThat(set + get).isZero();
        assertThat(driver.memory.readLong(DATA + 8)).isBetween(1_000_500L, 1_000_501L);
    }

    @ParameterizedTest
    @CsvSource({"0,1024", "1,4096", "2,512", "3,512", "5,4096"})
    void shouldHaveTheLogPagesEveryDriveHas(int lid, int bytes) {
        assertThat(log(lid, bytes)).isZero();
        assertThat(log(lid, 8192)).isZero();
    }

    @Test
    void shouldRefuseLogPagesItDoesNotHave() {
        assertThat(log(0x70, 512)).isEqualTo(StatusCode.INVALID_LOG_PAGE);
        int beyond =
                driver.admin(
                        Opcodes.ADMIN_GET_LOG_PAGE,
                        sqe -> {
                            Sqe.putPrp1(sqe, 0, DATA);
                            AdminSqe.putGetLog(sqe, 0, LogPageId.SMART, 4);
                            Sqe.putCdw12(sqe, 0, 1 << 20);
                        });
        assertThat(beyond).isEqualTo(StatusCode.INVALID_FIELD);
    }

    @Test
    void shouldLogErrors() {
        driver.admin(0x7E, sqe -> {});
        assertThat(log(LogPageId.ERROR_INFORMATION, 64)).isZero();
        byte[] entry = driver.bytes(DATA, 64);
        assertThat(LittleEndian.i64(entry, 0)).isEqualTo(1);
        assertThat(LittleEndian.u16(entry, 12) >>> 1 & 0x7FF).isEqualTo(StatusCode.INVALID_OPCODE);
    }

    @Test
    void shouldForgetOldErrorsBeyondItsBound() {
        for (int i = 0; i < ErrorLog.ENTRIES + 5; i++) {
            driver.admin(0x7E, sqe -> {});
        }
        log(LogPageId.ERROR_INFORMATION, 4096);
        assertThat(driver.memory.readLong(DATA)).isEqualTo(ErrorLog.ENTRIES + 5);
        long last = DATA + (ErrorLog.ENTRIES - 1) * (long) ErrorLog.ENTRY_BYTES;
        assertThat(driver.memory.readLong(last)).isEqualTo(6);
    }

    @Test
    void shouldAnswerOpcodesNobodyDefines() {
        assertThat(driver.admin(0x7E, sqe -> {})).isEqualTo(StatusCode.INVALID_OPCODE);
        assertThat(driver.admin(0xD8, sqe -> {})).isEqualTo(StatusCode.INVALID_OPCODE);
        assertThat(driver.admin(0xFF, sqe -> {})).isEqualTo(StatusCode.INVALID_OPCODE);
    }

    @Test
    void shouldAnswerApplesTunnelOnApples() {
        TinyDriver apple = new TinyDriver(ControllerProfile.byName("apple-ans2"));
        apple.enable();
        apple.memory.write(DATA + 12, new byte[] {0x38}, 0, 1);
        int status =
                apple.admin(
                        0xD8,
                        sqe -> {
                            Sqe.putCdw11(sqe, 0, (int) DATA);
                            Sqe.putCdw13(sqe, 0, (int) DATA + 64);
                        });
        assertThat(status).isZero();
        assertThat(apple.bytes(DATA + 64, 16)[12]).isEqualTo((byte) 0x38);
        int nowhere = apple.admin(0xD8, sqe -> Sqe.putCdw12(sqe, 0, 0x1000));
        assertThat(nowhere).isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
    }

    @Test
    void shouldTellOfWrongDoorbells() {
        driver.pair(1, 16);
        assertThat(requestEvent()).isNull();
        driver.doorbell(1, false, 16, 0);
        assertThat(Cqe.dw0(driver.next(0), 0)).isEqualTo(0x0001_0100);
        driver.doorbell(9, false, 1, 0);
        assertThat(requestEvent()).as("masked until the log is read").isNull();
        log(LogPageId.ERROR_INFORMATION, 64);
        assertThat(driver.skipped).hasSize(1);
        assertThat(Cqe.dw0(driver.skipped.get(0), 0)).isEqualTo(0x0001_0000);
    }

    @Test
    void shouldTellOfHeadsThatDoNotMoveOrGoTooFar() {
        driver.pair(1, 16);
        assertThat(requestEvent()).isNull();
        driver.doorbell(1, true, 0, 0);
        assertThat(Cqe.dw0(driver.next(0), 0)).isEqualTo(0x0001_0100);
        log(LogPageId.ERROR_INFORMATION, 64);
        assertThat(requestEvent()).isNull();
        driver.doorbell(1, true, 3, 0);
        assertThat(Cqe.dw0(driver.next(0), 0)).isEqualTo(0x0001_0100);
    }

    @Test
    void shouldTakeOnlySoManyEventRequests() {
        for (int i = 0; i <= AsyncEvents.LIMIT0; i++) {
            assertThat(requestEvent()).isNull();
        }
        assertThat(TinyDriver.status(requestEvent())).isEqualTo(StatusCode.AER_LIMIT_EXCEEDED);
    }

    @Test
    void shouldAbortAnEventRequestAndSayWhenThereIsNothingToAbort() {
        int victim = driver.submit(0, Opcodes.ADMIN_ASYNC_EVENT_REQUEST, sqe -> {});
        driver.time.advance(1_000_000);
        driver.submit(0, Opcodes.ADMIN_ABORT, sqe -> AdminSqe.putAbort(sqe, 0, 0, victim));
        byte[] first = driver.next(0);
        assertThat(Cqe.cid(first, 0)).isEqualTo(victim);
        assertThat(TinyDriver.status(first)).isEqualTo(StatusCode.ABORT_REQUESTED);
        assertThat(Cqe.dw0(driver.next(0), 0)).isZero();
        byte[] missed =
                driver.command(0, Opcodes.ADMIN_ABORT, sqe -> AdminSqe.putAbort(sqe, 0, 7, victim));
        assertThat(Cqe.dw0(missed, 0)).isEqualTo(1);
    }

    @Test
    void shouldTakeOnlySoManyAborts() {
        for (int i = 0; i < QueueCommands.ABORT_LIMIT0 + 3; i++) {
            driver.place(0, Opcodes.ADMIN_ABORT, sqe -> AdminSqe.putAbort(sqe, 0, 7, 1));
        }
        driver.ring(0);
        assertThat(TinyDriver.status(driver.next(0))).isEqualTo(StatusCode.ABORT_LIMIT_EXCEEDED);
    }

    @Test
    void shouldRefuseACidThatIsInFlight() {
        int cid = driver.submit(0, Opcodes.ADMIN_ASYNC_EVENT_REQUEST, sqe -> {});
        driver.submit(0, Opcodes.ADMIN_IDENTIFY, sqe -> Sqe.putCid(sqe, 0, cid));
        assertThat(TinyDriver.status(driver.next(0))).isEqualTo(StatusCode.COMMAND_ID_CONFLICT);
    }

    @Test
    void shouldFormat() {
        driver.pair(1, 16);
        driver.memory.writeLong(DATA, 77);
        assertThat(driver.io(Opcodes.IO_WRITE, 0, 1, DATA)).isZero();
        assertThat(format(1, 1)).isZero();
        assertThat(driver.io(Opcodes.IO_READ, 0, 1, DATA + 8192)).isZero();
        assertThat(driver.memory.readLong(DATA + 8192)).isZero();
        identify(IdentifyCns.NAMESPACE, 1);
        assertThat(new IdentifyNamespace(driver.bytes(DATA, 4096)).lbaSizeBytes()).isEqualTo(4096);
        assertThat(format(1, 2)).isEqualTo(StatusCode.INVALID_FORMAT);
        assertThat(format(3, 0)).isEqualTo(StatusCode.INVALID_NAMESPACE_OR_FORMAT);
    }

    private int format(long nsid, int lbaf) {
        return driver.admin(
                Opcodes.ADMIN_FORMAT_NVM,
                sqe -> {
                    Sqe.putNsid(sqe, 0, nsid);
                    Sqe.putCdw10(sqe, 0, lbaf);
                });
    }

    @Test
    void shouldTakeFirmware() {
        assertThat(commit(0, 1)).isEqualTo(0x107);
        int download =
                driver.admin(
                        Opcodes.ADMIN_FIRMWARE_DOWNLOAD,
                        sqe -> {
                            Sqe.putPrp1(sqe, 0, DATA);
                            Sqe.putCdw10(sqe, 0, 1023);
                        });
        assertThat(download).isZero();
        assertThat(commit(1, 1)).isEqualTo(0x10B);
        assertThat(commit(1, 2)).isEqualTo(0x106);
        assertThat(commit(7, 1)).isEqualTo(StatusCode.INVALID_FIELD);
    }

    private int commit(int action, int slot) {
        return driver.admin(
                Opcodes.ADMIN_FIRMWARE_COMMIT, sqe -> Sqe.putCdw10(sqe, 0, action << 3 | slot));
    }

    @Test
    void shouldFollowDoorbellsInMemory() {
        long shadow = DATA + 0x10000;
        long eventIdx = DATA + 0x11000;
        assertThat(doorbellBuffer(shadow + 4, eventIdx)).isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(doorbellBuffer(shadow, eventIdx)).isZero();
        driver.pair(1, 16);
        driver.place(1, Opcodes.IO_FLUSH, TinyDriver.io(0, 1, 0));
        driver.memory.writeInt(shadow + 8, driver.tail(1));
        driver.ring(1);
        driver.place(1, Opcodes.IO_FLUSH, TinyDriver.io(0, 1, 0));
        driver.memory.writeInt(shadow + 8, driver.tail(1));
        assertThat(TinyDriver.status(driver.next(1))).isZero();
        assertThat(TinyDriver.status(driver.next(1))).as("told in memory only").isZero();
        assertThat(driver.memory.readInt(eventIdx + 8)).isEqualTo(2);
    }

    /** A doorbell write is posted: by the time it arrives memory may have told more. */
    @Test
    void shouldNotGoBackToADoorbellThatMemoryOvertook() {
        long shadow = DATA + 0x10000;
        assertThat(doorbellBuffer(shadow, DATA + 0x11000)).isZero();
        driver.pair(1, 16);
        driver.place(1, Opcodes.IO_FLUSH, TinyDriver.io(0, 1, 0));
        driver.place(1, Opcodes.IO_FLUSH, TinyDriver.io(0, 1, 0));
        driver.memory.writeInt(shadow + 8, driver.tail(1));
        driver.doorbell(1, false, 1, 0);
        driver.next(1);
        driver.next(1);
        driver.doorbell(1, false, 1, 0);
        driver.doorbell(1, true, 1, 0);
        driver.time.runUntil(driver.time.nowNs() + 1_000_000_000L);
        assertThat(driver.controller.commandsInFlight()).isZero();
        assertThat(driver.next(1, 1_000_000)).as("nothing was fetched again").isNull();
    }

    @Test
    void shouldNotHaveDoorbellsInMemoryWhereTheProfileHasNone() {
        TinyDriver samsung = new TinyDriver(ControllerProfile.byName("samsung"));
        samsung.enable();
        int status = samsung.admin(Opcodes.ADMIN_DOORBELL_BUFFER_CONFIG, sqe -> {});
        assertThat(status).isEqualTo(StatusCode.INVALID_OPCODE);
    }

    private int doorbellBuffer(long shadow, long eventIdx) {
        return driver.admin(
                Opcodes.ADMIN_DOORBELL_BUFFER_CONFIG,
                sqe -> {
                    Sqe.putPrp1(sqe, 0, shadow);
                    Sqe.putPrp2(sqe, 0, eventIdx);
                });
    }
}
