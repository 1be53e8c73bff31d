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
}
