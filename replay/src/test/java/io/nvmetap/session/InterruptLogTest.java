package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.InterruptKind;
import org.junit.jupiter.api.Test;

class InterruptLogTest {
    private final InterruptLog log = new InterruptLog();

    @Test
    void shouldCountAnEdgeOfTheLineThatCameBeforeTheGuestChangedToMessages() {
        log.mode(InterruptKind.INTX);
        long completed = log.tick();
        log.line(true);
        log.line(false);
        log.mode(InterruptKind.MSIX);
        assertThat(log.since(completed, 3)).isTrue();
        assertThat(log.since(log.tick(), 3)).isFalse();
    }

    @Test
    void shouldNotTakeAnotherVectorsMessageForThisOne() {
        log.mode(InterruptKind.MSIX);
        long completed = log.tick();
        log.message(2);
        assertThat(log.since(completed, 3)).isFalse();
        assertThat(log.insteadSince(completed)).contains("vector 2");
        log.message(3);
        assertThat(log.since(completed, 3)).isTrue();
    }

    @Test
    void shouldTakeALineForToldThatIsUpWhenTheGuestMasksIt() {
        InterruptLog log = new InterruptLog();
        log.line(true);
        long moment = log.tick();
        log.mask(1, 0);
        log.line(false);
        assertThat(log.since(moment, 0)).isTrue();
        assertThat(log.since(log.tick(), 0)).isFalse();
    }

    @Test
    void shouldOweNoInterruptForWhatCameWhileTheGuestMasked() {
        InterruptLog log = new InterruptLog();
        long before = log.tick();
        log.mask(1, 0);
        long masked = log.tick();
        assertThat(log.maskedBefore(before, 0)).isFalse();
        assertThat(log.maskedBefore(masked, 0)).isTrue();
        log.mask(0, 1);
        assertThat(log.maskedBefore(masked, 0)).isFalse();
        log.mode(InterruptKind.MSIX);
        log.mask(3, true);
        assertThat(log.maskedBefore(log.tick(), 3)).isTrue();
        assertThat(log.maskedBefore(log.tick(), 4)).isFalse();
        log.unmasked();
        assertThat(log.maskedBefore(log.tick(), 3)).isFalse();
    }
}
