package io.nvmetap.device.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.InterruptKind;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

class ModelInterruptTest {
    private static final long SOON_NS = 1_000_000;

    private final ControllerProfile profile = ControllerProfile.byName("generic");
    private final TinyDriver driver = new TinyDriver(profile);

    private void flush(TinyDriver on, int qid) {
        on.submit(qid, Opcodes.IO_FLUSH, TinyDriver.io(0, 1, 0));
        on.time.advance(SOON_NS);
    }

    private TinyDriver vectors(ControllerProfile with, ControllerFault... faults) {
        TinyDriver fresh = new TinyDriver(with, faults);
        fresh.enable();
        fresh.msix(8);
        fresh.pair(1, 16);
        fresh.createCq(2, 15, 3, true);
        fresh.time.advance(SOON_NS);
        fresh.messages.clear();
        return fresh;
    }

    @Test
    void shouldHoldTheLineUntilEveryQueueIsEmpty() {
        driver.enable();
        driver.pair(1, 16);
        driver.pair(2, 16);
        driver.time.advance(SOON_NS);
        driver.levels.clear();
        flush(driver, 1);
        flush(driver, 2);
        assertThat(driver.levels).containsExactly(true);
        driver.next(1);
        driver.time.advance(SOON_NS);
        assertThat(driver.levels).containsExactly(true);
        driver.next(2);
        driver.time.advance(SOON_NS);
        assertThat(driver.levels).containsExactly(true, false);
    }

    @Test
    void shouldMaskTheLine() {
        driver.enable();
        driver.pair(1, 16);
        driver.time.advance(SOON_NS);
        driver.levels.clear();
        driver.write(Registers.INTMS, 1);
        flush(driver, 1);
        assertThat(driver.levels).isEmpty();
        assertThat(driver.read(Registers.INTMC)).isEqualTo(1);
        driver.write(Registers.INTMC, 1);
        driver.time.advance(SOON_NS);
        assertThat(driver.levels).containsExactly(true);
        driver.write(Registers.INTMS, 1);
        driver.time.advance(SOON_NS);
        assertThat(driver.levels).containsExactly(true, false);
    }

    @Test
    void shouldNotInterruptForQueuesWithoutInterrupts() {
        driver.enable();
        driver.msix(2);
        driver.createCq(1, 15, 0, false);
        driver.createSq(1, 15, 1);
        driver.time.advance(SOON_NS);
        driver.messages.clear();
        driver.doorbell(1, false, 1, 0);
        driver.time.advance(SOON_NS);
        assertThat(driver.messages).isEmpty();
    }

    @Test
    void shouldSendMessagesToTheVectorOfTheQueue() {
        TinyDriver fresh = vectors(profile);
        fresh.createSq(2, 15, 2);
        fresh.time.advance(SOON_NS);
        fresh.messages.clear();
        fresh.doorbell(2, false, 1, 0);
        fresh.time.advance(SOON_NS);
        assertThat(fresh.messages).containsExactly(3);
    }

    @Test
    void shouldRememberWhatIsDueWhileMasked() {
        TinyDriver fresh = vectors(profile);
        fresh.mask(0, true);
        flush(fresh, 1);
        assertThat(fresh.messages).isEmpty();
        fresh.mask(0, false);
        fresh.time.advance(SOON_NS);
        assertThat(fresh.messages).containsExactly(0);
    }

    @Test
    void shouldForgetWhatWasDueOnceTheDriverHasTakenIt() {
        TinyDriver fresh = vectors(profile);
        fresh.mask(0, true);
        flush(fresh, 1);
        fresh.next(1);
        fresh.mask(0, false);
        fresh.time.advance(SOON_NS);
        assertThat(fresh.messages).isEmpty();
    }

    @Test
    void shouldMaskMessagesByRegisterInMsiMode() {
        driver.controller.interruptMode(InterruptKind.MSI);
        driver.enable();
        driver.pair(1, 16);
        driver.time.advance(SOON_NS);
        driver.messages.clear();
        driver.write(Registers.INTMS, 1);
        flush(driver, 1);
        assertThat(driver.messages).isEmpty();
        driver.write(Registers.INTMC, 1);
        driver.time.advance(SOON_NS);
        assertThat(driver.messages).containsExactly(0);
    }

    @Test
    void shouldLetMaskWritesTakeTheirTimeUnlessFlushed() {
        ControllerProfile posted = profile.withQuirks(EnumSet.of(Quirk.POSTED_MASK_WRITES));
        TinyDriver fresh = vectors(posted);
        long delay = posted.knobs().maskWriteDelayNs();
        fresh.mask(0, true);
        fresh.controller.readMsix(12, 4, 0);
        flush(fresh, 1);
        fresh.mask(0, false);
        fresh.time.advance(delay - 1);
        assertThat(fresh.messages).isEmpty();
        fresh.time.advance(1 + Interrupts.FLIGHT_NS);
        assertThat(fresh.messages).containsExactly(0);

        fresh.next(1);
        fresh.mask(0, true);
        fresh.read(Registers.CSTS);
        flush(fresh, 1);
        fresh.mask(0, false);
        assertThat(fresh.controller.readMsix(12, 4, 0)).isZero();
        fresh.time.advance(Interrupts.FLIGHT_NS);
        assertThat(fresh.messages).containsExactly(0, 0);
    }

    @Test
    void shouldKeepNoMorePostedWritesThanItsBound() {
        ControllerProfile posted = profile.withQuirks(EnumSet.of(Quirk.POSTED_MASK_WRITES));
        TinyDriver fresh = vectors(posted);
        fresh.mask(0, true);
        fresh.controller.readMsix(12, 4, 0);
        flush(fresh, 1);
        fresh.mask(0, false);
        for (int i = 0; i < Interrupts.POSTED_WRITES_MAX; i++) {
            assertThat(fresh.messages).isEmpty();
            fresh.mask(5, true);
        }
        fresh.time.advance(Interrupts.FLIGHT_NS);
        assertThat(fresh.messages).as("the oldest landed").containsExactly(0);
    }

    @Test
    void shouldDropTheLineAtReset() {
        driver.enable();
        driver.pair(1, 16);
        flush(driver, 1);
        driver.write(Registers.CC, 0);
        driver.time.advance(SOON_NS);
        assertThat(driver.levels).endsWith(false);
    }
}
