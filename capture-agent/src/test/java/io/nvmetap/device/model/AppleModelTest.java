package io.nvmetap.device.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What Apple's controllers can be told to insist on. */
class AppleModelTest {
    private static final long DATA = TinyDriver.DATA;
    private static final int TUNNEL = 0xD8;
    private static final int FATAL = 2;

    private static ControllerProfile ans2(Quirk quirk) {
        ControllerProfile ans2 = ControllerProfile.byName("apple-ans2");
        Set<Quirk> quirks = EnumSet.copyOf(ans2.quirks());
        quirks.add(quirk);
        return ans2.withQuirks(quirks);
    }

    private static int setTime(TinyDriver driver) {
        driver.memory.write(DATA + 12, new byte[] {0x06}, 0, 1);
        return driver.admin(TUNNEL, sqe -> Sqe.putCdw11(sqe, 0, (int) DATA));
    }

    private static int flush(TinyDriver driver, int cid) {
        return driver.submit(
                1,
                Opcodes.IO_FLUSH,
                sqe -> {
                    Sqe.putCid(sqe, 0, cid);
                    Sqe.putNsid(sqe, 0, 1);
                });
    }

    @Test
    void shouldRefuseIoUntilTheTimeIsSet() {
        TinyDriver driver = TinyDriver.started(ans2(Quirk.SET_TIME_FIRST));
        assertThat(driver.io(Opcodes.IO_READ, 0, 1, DATA + 4096))
                .isEqualTo(StatusCode.COMMAND_SEQUENCE_ERROR);
        assertThat(setTime(driver)).isZero();
        assertThat(driver.io(Opcodes.IO_READ, 0, 1, DATA + 4096)).isZero();
        driver.write(Registers.CC, 0);
        driver.await(Registers.CSTS, 1, 0);
        driver.enable();
        driver.pair(1, 64);
        assertThat(driver.io(Opcodes.IO_READ, 0, 1, DATA + 4096))
                .isEqualTo(StatusCode.COMMAND_SEQUENCE_ERROR);
    }

    @Test
    void shouldDieOfATagItHolds() {
        for (Quirk quirk : Set.of(Quirk.TAGS_HELD, Quirk.SHARED_TAGS)) {
            TinyDriver driver = TinyDriver.started(ans2(quirk));
            flush(driver, 200);
            assertThat(driver.next(1)).isNotNull();
            flush(driver, 200);
            driver.time.advance(10_000_000);
            boolean dead = (driver.read(Registers.CSTS) & FATAL) != 0;
            assertThat(dead).as(quirk.name()).isEqualTo(quirk == Quirk.TAGS_HELD);
        }
    }

    @Test
    void shouldTakeATagAgainWhenItWasAcknowledgedLongEnough() {
        TinyDriver driver = TinyDriver.started(ans2(Quirk.TAGS_HELD));
        driver.acknowledges = false;
        flush(driver, 200);
        assertThat(driver.next(1)).isNotNull();
        driver.acknowledge(1, 0);
        driver.time.advance(HeldTags.HOLD_NS);
        flush(driver, 200);
        assertThat(driver.next(1)).isNotNull();
        // Not acknowledged this time.
        driver.time.advance(HeldTags.HOLD_NS);
        flush(driver, 200);
        driver.time.advance(10_000_000);
        assertThat(driver.read(Registers.CSTS) & FATAL).isEqualTo(FATAL);
    }

    @Test
    void shouldFallOverAtAFlushAmongOthers() {
        ControllerProfile apple = ControllerProfile.byName("apple");
        TinyDriver driver = TinyDriver.started(apple, ControllerFault.APPLE2001_FLUSH_WITH_DEPTH);
        flush(driver, 1);
        assertThat(driver.next(1)).isNotNull();
        driver.submit(1, Opcodes.IO_READ, TinyDriver.io(0, 1, DATA));
        flush(driver, 201);
        assertThat(driver.next(1)).isNull();
        assertThat(driver.read(Registers.CSTS) & FATAL).isEqualTo(FATAL);
    }
}
