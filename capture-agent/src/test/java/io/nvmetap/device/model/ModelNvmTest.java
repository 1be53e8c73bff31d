package io.nvmetap.device.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.NvmSqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ModelNvmTest {
    private static final long DATA = TinyDriver.DATA;

    private final ControllerProfile profile = ControllerProfile.byName("generic");
    private final TinyDriver driver = TinyDriver.started(profile);

    @Test
    void shouldWalkPrpLists() {
        int bytes = 256 * 1024;
        long list = DATA + 0x80_0000;
        for (int i = 1; i < 64; i++) {
            driver.memory.writeLong(list + 8L * (i - 1), DATA + (64L - i) * 4096 + 0x1_0000);
        }
        byte[] page = new byte[4096];
        for (int i = 0; i < 64; i++) {
            java.util.Arrays.fill(page, (byte) (i + 1));
            long at = i == 0 ? DATA : DATA + (64L - i) * 4096 + 0x1_0000;
            driver.memory.write(at, page, 0, 4096);
        }
        int written =
                TinyDriver.status(
                        driver.command(
                                1,
                                Opcodes.IO_WRITE,
                                sqe -> {
                                    TinyDriver.io(0, bytes / 512, DATA).accept(sqe);
                                    Sqe.putPrp2(sqe, 0, list);
                                }));
        assertThat(written).isZero();
        assertThat(driver.io(Opcodes.IO_READ, 63 * 8, 8, DATA + 0x100_0000)).isZero();
        assertThat(driver.bytes(DATA + 0x100_0000, 4096)).containsOnly(64);
    }

    @Test
    void shouldRefuseWhatIsTooLongOrOutOfRange() {
        assertThat(driver.io(Opcodes.IO_READ, 0, 1025, DATA)).isEqualTo(StatusCode.INVALID_FIELD);
        long blocks = TinyDriver.NAMESPACE_BYTES / 512;
        assertThat(driver.io(Opcodes.IO_READ, blocks - 1, 2, DATA))
                .isEqualTo(StatusCode.LBA_OUT_OF_RANGE);
        assertThat(driver.io(Opcodes.IO_READ, -1, 1, DATA)).isEqualTo(StatusCode.LBA_OUT_OF_RANGE);
        assertThat(driver.io(Opcodes.IO_READ, blocks - 1, 1, DATA)).isZero();
    }

    @Test
    void shouldRefusePointersThatCannotBe() {
        assertThat(driver.io(Opcodes.IO_READ, 0, 1, DATA + 1))
                .isEqualTo(StatusCode.PRP_OFFSET_INVALID);
        assertThat(driver.io(Opcodes.IO_READ, 0, 9, DATA + 512))
                .isEqualTo(StatusCode.PRP_OFFSET_INVALID);
        assertThat(driver.io(Opcodes.IO_READ, 0, 1, 1L << 40))
                .isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
        int list = flagged(sqe -> Sqe.putPrp2(sqe, 0, 1L << 40), 64);
        assertThat(list).isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
        assertThat(flagged(sqe -> Sqe.putFlags(sqe, 0, 0xC0), 1))
                .isEqualTo(StatusCode.INVALID_FIELD);
        assertThat(flagged(sqe -> Sqe.putFlags(sqe, 0, 1), 1)).isEqualTo(StatusCode.INVALID_FIELD);
    }

    private int flagged(java.util.function.Consumer<byte[]> change, int blocks) {
        return TinyDriver.status(
                driver.command(1, Opcodes.IO_READ, TinyDriver.io(0, blocks, DATA).andThen(change)));
    }

    @Test
    void shouldTakeOneSglDataBlockWhereItHasSgls() {
        driver.memory.writeLong(DATA + 3, 0x55);
        java.util.function.Consumer<byte[]> sgl =
                sqe -> {
                    Sqe.putFlags(sqe, 0, 0x40);
                    Sqe.putPrp1(sqe, 0, DATA + 3);
                    LittleEndian.put64(sqe, Sqe.PRP2_OFFSET, 512);
                };
        assertThat(TinyDriver.status(sgl(driver, sgl))).isZero();
        assertThat(driver.memory.readLong(DATA + 3)).isZero();
        assertThat(TinyDriver.status(sgl(driver, sgl.andThen(sqe -> sqe[39] = 0x40))))
                .isEqualTo(0x011);
        assertThat(TinyDriver.status(sgl(driver, sgl.andThen(sqe -> sqe[33] = 0))))
                .isEqualTo(0x00F);
        TinyDriver samsung = TinyDriver.started(ControllerProfile.byName("samsung"));
        assertThat(TinyDriver.status(sgl(samsung, sgl))).isEqualTo(StatusCode.INVALID_FIELD);
    }

    /** What Linux sends for more than one page. */
    @Test
    void shouldFollowSegmentsOfAnSgl() {
        long list = DATA + 0x20000;
        descriptor(list, DATA, 256, 0x00);
        descriptor(list + 16, list + 0x100, 32, 0x30);
        descriptor(list + 0x100, DATA + 0x5000, 128, 0x00);
        descriptor(list + 0x110, DATA + 0x7000, 128, 0x00);
        assertThat(TinyDriver.status(sgl(driver, segment(list, 32, 0x20)))).isZero();
        assertThat(TinyDriver.status(sgl(driver, segment(list + 0x100, 32, 0x30))))
                .as("256 of 512 bytes")
                .isEqualTo(0x00F);
        assertThat(TinyDriver.status(sgl(driver, segment(list, 24, 0x20))))
                .as("no whole descriptors")
                .isEqualTo(0x00D);
        assertThat(TinyDriver.status(sgl(driver, segment(list, 32, 0x30))))
                .as("a last segment with a next one")
                .isEqualTo(0x00D);
        descriptor(list + 0x110, DATA, 128, 0x10);
        assertThat(TinyDriver.status(sgl(driver, segment(list, 32, 0x20))))
                .as("a bit bucket, which this model has not")
                .isEqualTo(0x011);
        descriptor(list + 16, list, 32, 0x20);
        assertThat(TinyDriver.status(sgl(driver, segment(list, 32, 0x20))))
                .as("segments in a circle that hold data")
                .isEqualTo(0x00E);
        assertThat(TinyDriver.status(sgl(driver, segment(1L << 50, 32, 0x30))))
                .isEqualTo(StatusCode.DATA_TRANSFER_ERROR);
    }

    private static java.util.function.Consumer<byte[]> segment(long at, int bytes, int type) {
        return sqe -> {
            Sqe.putFlags(sqe, 0, Sqe.PSDT_SGL_MPTR_BUFFER << 6);
            LittleEndian.put64(sqe, Sqe.PRP1_OFFSET, at);
            LittleEndian.put32(sqe, Sqe.PRP1_OFFSET + 8, bytes);
            LittleEndian.put32(sqe, Sqe.PRP1_OFFSET + 12, type << 24);
        };
    }

    private void descriptor(long at, long address, int bytes, int type) {
        driver.memory.writeLong(at, address);
        driver.memory.writeInt(at + 8, bytes);
        driver.memory.writeInt(at + 12, type << 24);
    }

    private static byte[] sgl(TinyDriver driver, java.util.function.Consumer<byte[]> sgl) {
        return driver.command(1, Opcodes.IO_READ, TinyDriver.io(0, 1, DATA).andThen(sgl));
    }

    @Test
    void shouldRefuseNamespacesAndOpcodesItDoesNotHave() {
        assertThat(flagged(sqe -> Sqe.putNsid(sqe, 0, 2), 1))
                .isEqualTo(StatusCode.INVALID_NAMESPACE_OR_FORMAT);
        assertThat(driver.io(0x93, 0, 1, DATA)).isEqualTo(StatusCode.INVALID_OPCODE);
        TinyDriver apple = TinyDriver.started(ControllerProfile.byName("apple"));
        assertThat(apple.io(Opcodes.IO_COMPARE, 0, 1, DATA)).isEqualTo(StatusCode.INVALID_OPCODE);
    }

    @Test
    void shouldCompareZeroAndDeallocate() {
        driver.memory.write(DATA, new byte[] {1, 2, 3}, 0, 3);
        assertThat(driver.io(Opcodes.IO_WRITE, 5, 4, DATA)).isZero();
        assertThat(driver.io(Opcodes.IO_COMPARE, 5, 4, DATA)).isZero();
        driver.memory.writeInt(DATA + 1024, 9);
        assertThat(driver.io(Opcodes.IO_COMPARE, 5, 4, DATA)).isEqualTo(StatusCode.COMPARE_FAILURE);
        assertThat(driver.io(Opcodes.IO_WRITE_ZEROES, 5, 2, 0)).isZero();
        assertThat(driver.io(Opcodes.IO_READ, 5, 1, DATA + 4096)).isZero();
        assertThat(driver.memory.readInt(DATA + 4096)).isZero();
        assertThat(deallocate(7, 2, 0, 1)).isZero();
        assertThat(deallocate(7, 2, Integer.MAX_VALUE, 1)).isEqualTo(StatusCode.LBA_OUT_OF_RANGE);
    }

    private int deallocate(int slba, int blocks, int secondSlba, int secondBlocks) {
        driver.memory.writeInt(DATA + 4, blocks);
        driver.memory.writeLong(DATA + 8, slba);
        driver.memory.writeInt(DATA + 20, secondBlocks);
        driver.memory.writeLong(DATA + 24, secondSlba);
        return TinyDriver.status(
                driver.command(
                        1,
                        Opcodes.IO_DATASET_MANAGEMENT,
                        sqe -> {
                            Sqe.putNsid(sqe, 0, 1);
                            Sqe.putPrp1(sqe, 0, DATA);
                            NvmSqe.putDsm(sqe, 0, 2, true);
                        }));
    }

    @Test
    void shouldNotReadWhatWasMadeUncorrectableUntilItIsWritten() {
        assertThat(driver.io(Opcodes.IO_WRITE_UNCORRECTABLE, 8, 1, 0)).isZero();
        assertThat(driver.io(Opcodes.IO_READ, 7, 2, DATA))
                .isEqualTo(StatusCode.UNRECOVERED_READ_ERROR);
        assertThat(driver.io(Opcodes.IO_WRITE, 8, 1, DATA)).isZero();
        assertThat(driver.io(Opcodes.IO_READ, 7, 2, DATA)).isZero();
    }

    @Test
    void shouldMarkNoMoreBlocksThanItsBound() {
        assertThat(driver.io(Opcodes.IO_WRITE_UNCORRECTABLE, 0, 65_536, 0)).isZero();
        assertThat(driver.io(Opcodes.IO_WRITE_UNCORRECTABLE, 65_536, 1, 0))
                .isEqualTo(StatusCode.INTERNAL_ERROR);
    }

    @Test
    void shouldFlushOneNamespaceOrAll() {
        assertThat(driver.io(Opcodes.IO_FLUSH, 0, 1, 0)).isZero();
        assertThat(flush(driver, Sqe.NSID_ALL)).isZero();
        assertThat(flush(driver, 9)).isEqualTo(StatusCode.INVALID_NAMESPACE_OR_FORMAT);
    }

    private static int flush(TinyDriver driver, long nsid) {
        return TinyDriver.status(
                driver.command(1, Opcodes.IO_FLUSH, sqe -> Sqe.putNsid(sqe, 0, nsid)));
    }

    @Test
    void shouldReportWhatTheStoreCannotDo() throws IOException {
        MemoryNamespace full = new MemoryNamespace(1 << 20, 512, 0);
        TinyDriver other = new TinyDriver(profile, List.of(full));
        other.enable();
        other.pair(1, 16);
        assertThat(other.io(Opcodes.IO_WRITE, 0, 1, DATA)).isEqualTo(StatusCode.WRITE_FAULT);
    }

    @Test
    void shouldCompleteOutOfOrderAndEveryCommandOnce() {
        SplittableRandom random = new SplittableRandom(5);
        Set<Integer> open = new HashSet<>();
        boolean disorder = false;
        int lastDone = 0;
        for (int round = 0; round < 2000; round++) {
            while (open.size() < 40) {
                long slba = random.nextInt(1000);
                int blocks = 1 + random.nextInt(16);
                open.add(driver.submit(1, Opcodes.IO_READ, TinyDriver.io(slba, blocks, DATA)));
            }
            int cid = Cqe.cid(driver.next(1), 0);
            assertThat(open.remove(cid)).as("cid %d", cid).isTrue();
            disorder |= cid < lastDone && lastDone - cid < 100;
            lastDone = cid;
        }
        assertThat(disorder).isTrue();
    }

    @Test
    void shouldWaitForRoomInTheCompletionQueueAndLoseNothing() {
        Set<Integer> open = new HashSet<>();
        TinyDriver small = TinyDriver.started(profile);
        small.pair(2, 4);
        small.acknowledges = false;
        for (int i = 0; i < 3; i++) {
            open.add(small.submit(2, Opcodes.IO_FLUSH, TinyDriver.io(0, 1, 0)));
        }
        small.time.advance(10_000_000);
        for (int i = 0; i < 3; i++) {
            open.add(small.submit(2, Opcodes.IO_FLUSH, TinyDriver.io(0, 1, 0)));
        }
        small.time.advance(10_000_000);
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            seen.add(Cqe.cid(small.next(2), 0));
        }
        assertThat(small.next(2, 100_000_000)).isNull();
        small.acknowledges = true;
        small.acknowledge(2, 0);
        for (int i = 0; i < 3; i++) {
            seen.add(Cqe.cid(small.next(2), 0));
        }
        assertThat(seen).isEqualTo(open);
    }

    @Test
    void shouldStopFetchingWhileTooManyCompletionsWait() {
        TinyDriver deaf = TinyDriver.started(profile);
        deaf.acknowledges = false;
        for (int i = 0; i < QueueTable.WAITING_MAX * 2; i++) {
            deaf.submit(1, Opcodes.IO_FLUSH, TinyDriver.io(0, 1, 0));
            deaf.time.advance(100_000);
        }
        int posted = 0;
        deaf.acknowledges = true;
        while (deaf.next(1, 100_000_000) != null) {
            posted++;
        }
        assertThat(posted).isBetween(QueueTable.WAITING_MAX, QueueTable.WAITING_MAX + 128);
    }

    @Test
    void shouldHoldBackFetchingWhenTooMuchIsInFlight() {
        ControllerProfile slow = profile.withLatency(profile.latency().withIo(1_000_000_000, 0, 0));
        TinyDriver busy = new TinyDriver(slow);
        busy.enable();
        for (int qid = 1; qid <= 3; qid++) {
            busy.pair(qid, 2048);
            for (int i = 0; i < 2047; i++) {
                int cid = i;
                busy.place(
                        qid,
                        Opcodes.IO_FLUSH,
                        TinyDriver.io(0, 1, 0).andThen(sqe -> Sqe.putCid(sqe, 0, cid)));
            }
            busy.ring(qid);
        }
        busy.time.advance(100_000_000);
        assertThat(busy.controller.commandsInFlight()).isEqualTo(QueueTable.IN_FLIGHT_MAX);
        busy.acknowledges = false;
        for (int qid = 1; qid <= 3; qid++) {
            for (int i = 0; i < 2047; i++) {
                assertThat(busy.next(qid, 5_000_000_000L)).isNotNull();
            }
        }
        assertThat(busy.controller.commandsInFlight()).isZero();
    }

    @Test
    void shouldReportHowFarItReadAndAlternateThePhase() {
        for (int i = 1; i <= 200; i++) {
            byte[] cqe = driver.command(1, Opcodes.IO_FLUSH, TinyDriver.io(0, 1, 0));
            assertThat(Cqe.sqhd(cqe, 0)).isEqualTo(i % 64);
            assertThat(Cqe.sqid(cqe, 0)).isEqualTo(1);
            assertThat(Cqe.phase(cqe, 0)).isEqualTo((i - 1) / 64 % 2 == 0 ? 1 : 0);
        }
    }

    @Test
    void shouldBeFatalWhenQueuesAreNowhere() {
        int created =
                driver.admin(
                        Opcodes.ADMIN_CREATE_SQ,
                        sqe -> {
                            Sqe.putPrp1(sqe, 0, 1L << 40);
                            io.nvmetap.nvme.AdminSqe.putCreateSq(sqe, 0, 2, 15, 1);
                        });
        assertThat(created).isZero();
        driver.doorbell(2, false, 1, 0);
        driver.time.advance(1_000_000);
        assertThat(Registers.cstsCfs(driver.read(Registers.CSTS))).isTrue();
        assertThat(driver.next(1, 1_000_000)).isNull();
    }

    @Test
    void shouldSurviveCommandsThatMakeNoSense() {
        SplittableRandom random = new SplittableRandom(21);
        TinyDriver fuzzed = TinyDriver.started(profile);
        byte[] junk = new byte[64];
        for (int i = 0; i < 3000; i++) {
            int qid = random.nextInt(2);
            fuzzed.submit(
                    qid,
                    random.nextInt(256),
                    sqe -> {
                        random.nextBytes(junk);
                        int from = random.nextInt(4, 64);
                        System.arraycopy(junk, from, sqe, from, 64 - from);
                        Sqe.putNsid(sqe, 0, random.nextInt(3));
                        if (random.nextBoolean()) {
                            Sqe.putPrp1(sqe, 0, DATA + random.nextInt(8192) * 4L);
                            Sqe.putCdw10(sqe, 0, random.nextInt(16));
                            Sqe.putCdw11(sqe, 0, 0);
                        }
                    });
            fuzzed.next(0, 100_000);
            fuzzed.next(1, 100_000);
        }
        fuzzed.write(Registers.CC, 0);
        fuzzed.await(Registers.CSTS, 1, 0);
        fuzzed.enable();
        fuzzed.pair(1, 16);
        assertThat(fuzzed.io(Opcodes.IO_FLUSH, 0, 1, 0)).isZero();
    }
}
