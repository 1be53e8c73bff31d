package io.nvmetap.device.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.event.ResetKind;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.FeatureId;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ControllerFaultTest {
    private static final long DATA = TinyDriver.DATA;
    private static final long SOON_NS = 10_000_000;

    private final ControllerProfile generic = ControllerProfile.byName("generic");
    private final ControllerProfile often = generic.withKnobs(ModelKnobs.DEFAULT.withFaultEvery(8));

    /** Everything an observer is told, as lines. */
    private static List<String> watch(TinyDriver driver) {
        List<String> log = new ArrayList<>();
        driver.controller.observe(
                new ModelObserver() {
                    @Override
                    public void commandFetched(long t, int sqid, int slot, int cid, int opcode) {
                        log.add(t + " fetched " + sqid + " " + slot + " " + cid + " " + opcode);
                    }

                    @Override
                    public void completionPosted(
                            long t, int cqid, int slot, int sqid, int cid, int status) {
                        log.add(t + " posted " + cqid + " " + slot + " " + cid + " " + status);
                    }

                    @Override
                    public void interruptRaised(long t, int vector) {
                        log.add(t + " interrupt " + vector);
                    }

                    @Override
                    public void struck(long t, String what, int qid, int cid) {
                        log.add(t + " struck " + what + " " + qid + " " + cid);
                    }
                });
        return log;
    }

    private static long struck(List<String> log, ControllerFault fault) {
        return log.stream().filter(line -> line.contains("struck " + fault.id() + " ")).count();
    }

    /** Reads one after the other, each its own buffer; how many times each cid came back. */
    private static Map<Integer, Integer> reads(TinyDriver driver, int count) {
        Map<Integer, Integer> times = new HashMap<>();
        for (int i = 0; i < count; i++) {
            driver.submit(1, Opcodes.IO_READ, TinyDriver.io(i, 1, DATA + i * 8192L));
            driver.time.advance(SOON_NS);
        }
        driver.time.advance(1_000_000_000);
        for (byte[] cqe = driver.next(1, 0); cqe != null; cqe = driver.next(1, 0)) {
            times.merge(Cqe.cid(cqe, 0), 1, Integer::sum);
        }
        return times;
    }

    @Test
    void shouldKnowFaultsByTheirCatalogName() {
        for (ControllerFault fault : ControllerFault.values()) {
            assertThat(ControllerFault.byId(fault.id())).isEqualTo(fault);
        }
        assertThatThrownBy(() -> ControllerFault.byId("nonsense"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("command-stall");
    }

    @Test
    void shouldNeverAnswerTheFirstAdminCommand() {
        TinyDriver driver = new TinyDriver(often, ControllerFault.HOST_REQUEST_WAITS_FOR_EVER);
        List<String> log = watch(driver);
        driver.enable();
        for (int cid = 1; cid <= 3; cid++) {
            driver.submit(0, Opcodes.ADMIN_KEEP_ALIVE, sqe -> {});
            driver.time.advance(1_000_000_000);
        }
        assertThat(struck(log, ControllerFault.HOST_REQUEST_WAITS_FOR_EVER)).isEqualTo(1);
        assertThat(log.stream().filter(line -> line.contains(" posted 0 "))).hasSize(2);
    }

    @Test
    void shouldRepeatItselfToTheNanosecond() {
        List<List<String>> logs = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            TinyDriver driver = new TinyDriver(often, ControllerFault.LOST_IRQ_POLLED_RESCUE);
            List<String> log = watch(driver);
            driver.enable();
            driver.msix(2);
            driver.pair(1, 64);
            reads(driver, 40);
            logs.add(log);
        }
        assertThat(logs.get(0)).isEqualTo(logs.get(1)).hasSizeGreaterThan(100);
    }

    @Test
    void shouldNotMoveLatenciesByHavingAFault() {
        TinyDriver plain = TinyDriver.started(often);
        TinyDriver faulty = TinyDriver.started(often, ControllerFault.LOST_IRQ_POLLED_RESCUE);
        List<String> plainLog = watch(plain);
        List<String> faultyLog = watch(faulty);
        reads(plain, 40);
        reads(faulty, 40);
        assertThat(posted(plainLog)).isEqualTo(posted(faultyLog)).hasSize(40);
        assertThat(struck(faultyLog, ControllerFault.LOST_IRQ_POLLED_RESCUE)).isPositive();
    }

    private static List<String> posted(List<String> log) {
        return log.stream().filter(line -> line.contains(" posted ")).toList();
    }

    @Test
    void shouldPostOneCompletionInSoManyTwice() {
        Map<Integer, Integer> plain = reads(TinyDriver.started(often), 40);
        assertThat(plain).hasSize(40).allSatisfy((cid, times) -> assertThat(times).isEqualTo(1));
        TinyDriver driver = TinyDriver.started(often, ControllerFault.DUPLICATE_OR_LATE_COMPLETION);
        Map<Integer, Integer> twice = reads(driver, 40);
        assertThat(twice).hasSize(40);
        assertThat(twice.values().stream().filter(times -> times == 2)).hasSize(5);
    }

    @Test
    void shouldLoseOneInterruptInSoManyButNoCompletion() {
        assertThat(interruptsOf(40)).isEqualTo(40);
        assertThat(interruptsOf(40, ControllerFault.LOST_IRQ_POLLED_RESCUE)).isEqualTo(35);
    }

    private int interruptsOf(int count, ControllerFault... faults) {
        TinyDriver driver = new TinyDriver(often, faults);
        driver.enable();
        driver.msix(2);
        driver.pair(1, 64);
        for (int i = 0; i < 6; i++) {
            driver.io(Opcodes.IO_FLUSH, 0, 1, 0);
        }
        driver.time.advance(SOON_NS);
        driver.messages.clear();
        assertThat(reads(driver, count)).hasSize(count);
        return driver.messages.size();
    }

    @Test
    void shouldNotShowALostInterruptOnTheLine() {
        ControllerProfile always = generic.withKnobs(ModelKnobs.DEFAULT.withFaultEvery(1));
        TinyDriver driver = TinyDriver.started(always, ControllerFault.LOST_IRQ_POLLED_RESCUE);
        driver.levels.clear();
        assertThat(driver.io(Opcodes.IO_FLUSH, 0, 1, 0)).isZero();
        driver.time.advance(SOON_NS);
        assertThat(driver.levels).isEmpty();
    }

    @Test
    void shouldSwallowOneCommandAndOnlyOne() {
        assertThat(reads(TinyDriver.started(often), 40)).hasSize(40);
        TinyDriver driver = TinyDriver.started(often, ControllerFault.COMMAND_STALL);
        List<String> log = watch(driver);
        assertThat(reads(driver, 40)).hasSize(39);
        assertThat(struck(log, ControllerFault.COMMAND_STALL)).isEqualTo(1);
    }

    @Test
    void shouldLoseTheSecondOfTwoDoorbellsOfAPair() {
        assertThat(secondDoorbellServed(100, 1)).isTrue();
        ControllerFault race = ControllerFault.SQ_CQ_DOORBELL_PAIR_RACE;
        assertThat(secondDoorbellServed(100, 1, race)).isFalse();
        assertThat(secondDoorbellServed(100, 0, race)).as("one CPU").isTrue();
        assertThat(secondDoorbellServed(300, 1, race)).as("far enough apart").isTrue();
    }

    private boolean secondDoorbellServed(long apartNs, int cpu, ControllerFault... faults) {
        TinyDriver driver = TinyDriver.started(generic, faults);
        driver.acknowledges = false;
        driver.command(1, Opcodes.IO_FLUSH, TinyDriver.io(0, 1, 0));
        driver.time.advance(SOON_NS);
        driver.place(1, Opcodes.IO_FLUSH, TinyDriver.io(0, 1, 0));
        driver.acknowledge(1, 0);
        driver.time.advance(apartNs);
        driver.doorbell(1, false, driver.tail(1), cpu);
        return driver.next(1) != null;
    }

    @Test
    void shouldStopPostingWhenTooManyEntriesWaitTooLong() {
        ControllerFault stall = ControllerFault.APPLE_UNACKED_CQE_STALL;
        assertThat(answersAfterCrowding(4, 3_000_000)).isTrue();
        assertThat(answersAfterCrowding(4, 3_000_000, stall)).isFalse();
        assertThat(answersAfterCrowding(3, 3_000_000, stall)).as("fewer").isTrue();
        assertThat(answersAfterCrowding(4, 1_000_000, stall)).as("not so long").isTrue();
    }

    private boolean answersAfterCrowding(int entries, long waitNs, ControllerFault... faults) {
        TinyDriver driver = TinyDriver.started(generic, faults);
        driver.acknowledges = false;
        for (int i = 0; i < entries; i++) {
            driver.submit(1, Opcodes.IO_FLUSH, TinyDriver.io(0, 1, 0));
        }
        for (int i = 0; i < entries; i++) {
            driver.next(1);
        }
        driver.time.advance(waitNs);
        driver.submit(1, Opcodes.IO_FLUSH, TinyDriver.io(0, 1, 0));
        return driver.next(1) != null;
    }

    @Test
    void shouldStallApplesOnUnackedEntriesWithoutAnyFault() {
        TinyDriver apple = TinyDriver.started(ControllerProfile.byName("apple"));
        apple.acknowledges = false;
        int answered = 0;
        for (int i = 0; i < 6; i++) {
            answered += apple.io(Opcodes.IO_FLUSH, 0, 1, 0) == 0 ? 1 : 0;
            apple.time.advance(3_000_000);
        }
        assertThat(answered).isEqualTo(4);
    }

    @Test
    void shouldStallOnABufferThatIsUsedAgain() {
        ControllerFault stall = ControllerFault.APPLE_BUFFER_REUSE_STALL;
        assertThat(answersOnReuse(generic, 0)).isEqualTo(2);
        assertThat(answersOnReuse(generic, 0, stall)).isEqualTo(1);
        assertThat(answersOnReuse(generic, 2_000_000, stall)).as("later").isEqualTo(2);
        ControllerProfile apple = ControllerProfile.byName("apple");
        assertThat(answersOnReuse(apple, 0)).as("not in flight together").isEqualTo(2);
    }

    private int answersOnReuse(ControllerProfile on, long apartNs, ControllerFault... faults) {
        TinyDriver driver = TinyDriver.started(on, faults);
        int answers = driver.io(Opcodes.IO_WRITE, 0, 1, DATA) == 0 ? 1 : 0;
        driver.time.advance(apartNs);
        return answers + (driver.io(Opcodes.IO_WRITE, 9, 1, DATA) == 0 ? 1 : 0);
    }

    @Test
    void shouldStallApplesOnABufferInFlightTwice() {
        TinyDriver apple = TinyDriver.started(ControllerProfile.byName("apple"));
        apple.place(1, Opcodes.IO_WRITE, TinyDriver.io(0, 1, DATA));
        apple.place(1, Opcodes.IO_WRITE, TinyDriver.io(9, 1, DATA));
        apple.ring(1);
        assertThat(apple.next(1)).isNull();
    }

    @Test
    void shouldDropWhatIsDueWhileAnUnmaskIsUnderWay() {
        assertThat(messagesAroundUnmask(false)).isEqualTo(1);
        assertThat(messagesAroundUnmask(false, ControllerFault.MSIX_UNMASK_NOT_FLUSHED)).isZero();
        assertThat(messagesAroundUnmask(true, ControllerFault.MSIX_UNMASK_NOT_FLUSHED))
                .isEqualTo(1);
    }

    /** A completion arrives just after the driver has cleared the mask. */
    private int messagesAroundUnmask(boolean flush, ControllerFault... faults) {
        ControllerProfile fast = generic.withLatency(generic.latency().withIo(1_000, 0, 0));
        TinyDriver driver = new TinyDriver(fast, faults);
        driver.enable();
        driver.msix(1);
        driver.pair(1, 16);
        driver.mask(0, true);
        driver.controller.readMsix(12, 4, 0);
        driver.time.advance(SOON_NS);
        driver.messages.clear();
        driver.submit(1, Opcodes.IO_FLUSH, TinyDriver.io(0, 1, 0));
        driver.mask(0, false);
        if (flush) {
            driver.controller.readMsix(12, 4, 0);
        }
        driver.time.advance(SOON_NS);
        return driver.messages.size();
    }

    @Test
    void shouldSwallowTransfersThatAreTooLong() {
        assertThat(TinyDriver.started(generic).io(Opcodes.IO_READ, 0, 1025, DATA)).isEqualTo(2);
        TinyDriver silent = TinyDriver.started(generic, ControllerFault.MDTS_EXCEEDED);
        assertThat(silent.io(Opcodes.IO_READ, 0, 1025, DATA)).isEqualTo(-1);
        assertThat(silent.io(Opcodes.IO_READ, 0, 1, DATA)).isZero();
    }

    @Test
    void shouldDieWhenTagsAreNotUniqueOnAns2() {
        ControllerProfile ans2 = ControllerProfile.byName("apple-ans2");
        TinyDriver tooBig = TinyDriver.started(ans2);
        tooBig.submit(
                1,
                Opcodes.IO_FLUSH,
                TinyDriver.io(0, 1, 0).andThen(sqe -> Sqe.putCid(sqe, 0, 254)));
        assertThat(tooBig.next(1)).isNull();
        assertThat(Registers.cstsCfs(tooBig.read(Registers.CSTS))).isTrue();

        TinyDriver twice = TinyDriver.started(ans2);
        int cid = twice.submit(0, Opcodes.ADMIN_ASYNC_EVENT_REQUEST, sqe -> {});
        twice.submit(
                1,
                Opcodes.IO_FLUSH,
                TinyDriver.io(0, 1, 0).andThen(sqe -> Sqe.putCid(sqe, 0, cid)));
        assertThat(twice.next(1)).isNull();
        assertThat(Registers.cstsCfs(twice.read(Registers.CSTS))).isTrue();
    }

    @Test
    void shouldMistakeSomeIdentifyStructuresAndForgetTheOthers() {
        TinyDriver driver = TinyDriver.started(generic, ControllerFault.IDENTIFY_CNS_UNSUPPORTED);
        assertThat(identify(driver, 1)).isZero();
        byte[] first = driver.bytes(DATA, 4096);
        int odd = identify(driver, 3);
        assertThat(Arrays.equals(first, driver.bytes(DATA, 4096))).isTrue();
        // Which half is forgotten comes from the seed; of two neighbours one is.
        assertThat(List.of(identify(driver, 2), odd)).contains(-1).doesNotHaveDuplicates();
        assertThat(identify(driver, 1)).isZero();
    }

    private static int identify(TinyDriver driver, int cns) {
        return driver.admin(
                Opcodes.ADMIN_IDENTIFY,
                sqe -> {
                    Sqe.putNsid(sqe, 0, 1);
                    Sqe.putPrp1(sqe, 0, DATA);
                    AdminSqe.putIdentify(sqe, 0, cns, 0);
                });
    }

    @Test
    void shouldBeSlowAcrossStripes() {
        TinyDriver driver =
                TinyDriver.started(
                        generic.withLatency(generic.latency().withIo(10_000, 0, 0)),
                        ControllerFault.STRIPE_OR_DEPTH_MISMATCH);
        assertThat(tookNs(driver, 248, 8)).isEqualTo(10_000);
        assertThat(tookNs(driver, 249, 8)).isEqualTo(30_000);
        assertThat(tookNs(driver, 256, 8)).isEqualTo(10_000);
    }

    private static long tookNs(TinyDriver driver, long slba, int blocks) {
        List<String> log = watch(driver);
        driver.io(Opcodes.IO_READ, slba, blocks, DATA);
        long fetched = 0;
        for (String line : log) {
            long at = Long.parseLong(line.substring(0, line.indexOf(' ')));
            if (line.contains(" posted ")) {
                return at - fetched;
            }
            fetched = at;
        }
        return -1;
    }

    @Test
    void shouldChooseItsVictimsByTheSeed() {
        Set<Integer> victims = new TreeSet<>();
        for (long seed = 0; seed < 20; seed++) {
            FaultPlan plan = new FaultPlan(Set.of(ControllerFault.COMMAND_STALL), 8, seed);
            int victim = 0;
            while (!plan.strikesOnce(ControllerFault.COMMAND_STALL)) {
                victim++;
            }
            victims.add(victim);
            for (int i = 0; i < 100; i++) {
                assertThat(plan.strikesOnce(ControllerFault.COMMAND_STALL)).isFalse();
            }
        }
        assertThat(victims).hasSizeGreaterThan(3).allMatch(victim -> victim < 8);
    }

    @Test
    void shouldForgetOldBuffersBeyondItsBound() {
        ControllerProfile deep =
                generic.withLatency(generic.latency().withIo(0, 0, 0))
                        .withKnobs(ModelKnobs.DEFAULT.withBufferReuseWindow(Long.MAX_VALUE));
        TinyDriver driver = TinyDriver.started(deep, ControllerFault.APPLE_BUFFER_REUSE_STALL);
        int pages = BufferUse.REMEMBERED_MAX + QueueTable.IN_FLIGHT_MAX + 1;
        for (int i = 0; i < pages; i++) {
            assertThat(driver.io(Opcodes.IO_READ, 0, 1, DATA + i * 4096L)).isZero();
        }
        assertThat(driver.io(Opcodes.IO_READ, 0, 1, DATA)).as("forgotten").isZero();
        assertThat(driver.io(Opcodes.IO_READ, 0, 1, DATA + 4096L * (pages - 1)))
                .as("remembered")
                .isEqualTo(-1);
    }

    @Test
    void shouldGetSlowerWithWritesUntilFormat() {
        TinyDriver driver = TinyDriver.started(generic, ControllerFault.DRIVE_WEAR_SLOWDOWN);
        long fresh = readNs(driver);
        for (int i = 0; i < 400; i++) {
            driver.io(Opcodes.IO_WRITE, 0, 256, DATA);
        }
        assertThat(readNs(driver)).isGreaterThan(fresh * 3 / 2);
        driver.admin(Opcodes.ADMIN_FORMAT_NVM, sqe -> Sqe.putNsid(sqe, 0, 1));
        assertThat(readNs(driver)).isLessThan(fresh * 3 / 2);
    }

    private static long readNs(TinyDriver driver) {
        long from = driver.time.nowNs();
        driver.io(Opcodes.IO_READ, 0, 1, DATA);
        return driver.time.nowNs() - from;
    }

    private static TinyDriver asleep(ModelKnobs knobs, ControllerFault... faults) {
        TinyDriver driver = TinyDriver.started(profile(knobs), faults);
        driver.memory.writeLong(DATA, 100 << 8 | 1 << 3);
        driver.admin(
                Opcodes.ADMIN_SET_FEATURES,
                sqe -> {
                    AdminSqe.putSetFeatures(sqe, 0, FeatureId.AUTONOMOUS_POWER_STATE, 1);
                    Sqe.putPrp1(sqe, 0, DATA);
                });
        driver.time.advance(200_000_000);
        return driver;
    }

    private static ControllerProfile profile(ModelKnobs knobs) {
        return ControllerProfile.byName("generic").withKnobs(knobs);
    }

    @Test
    void shouldWakeAsFastAsIdentifySays() {
        TinyDriver driver = asleep(ModelKnobs.DEFAULT);
        assertThat(readNs(driver)).isBetween(8_000_000L, 10_000_000L);
        assertThat(readNs(driver)).isLessThan(1_000_000);
    }

    @Test
    void shouldWakeSlowlyOrNotAtAll() {
        TinyDriver slow =
                asleep(
                        ModelKnobs.DEFAULT.withFaultEvery(1 << 30),
                        ControllerFault.APST_DEEP_SLEEP_HANG);
        assertThat(readNs(slow)).isGreaterThan(100_000_000);
        TinyDriver gone =
                asleep(ModelKnobs.DEFAULT.withFaultEvery(1), ControllerFault.APST_DEEP_SLEEP_HANG);
        gone.submit(1, Opcodes.IO_READ, TinyDriver.io(0, 1, DATA));
        gone.time.advance(1_000_000_000);
        assertThat(gone.read(Registers.CSTS)).isEqualTo(-1);
        gone.controller.reset(ResetKind.FUNCTION_LEVEL);
        assertThat(gone.read(Registers.CSTS)).isZero();
    }
}
