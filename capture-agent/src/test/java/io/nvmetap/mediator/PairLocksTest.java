package io.nvmetap.mediator;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.DoorbellKind;
import org.junit.jupiter.api.Test;

class PairLocksTest {
    private final PairLocks locks = new PairLocks();

    @Test
    void shouldLeaveTheOtherDoorbellToWhoHoldsTheLock() {
        assertThat(locks.take(DoorbellKind.SQ_TAIL, 1, 5)).isTrue();
        assertThat(locks.take(DoorbellKind.CQ_HEAD, 1, 3)).isFalse();
        assertThat(locks.left(DoorbellKind.SQ_TAIL, 1)).isEqualTo(-1);
        assertThat(locks.left(DoorbellKind.CQ_HEAD, 1)).isEqualTo(3);
        assertThat(locks.left(DoorbellKind.CQ_HEAD, 1)).isEqualTo(-1);
        locks.release(1);
        assertThat(locks.take(DoorbellKind.CQ_HEAD, 1, 4)).isTrue();
    }

    @Test
    void shouldKeepTheNewestOfSeveralValues() {
        assertThat(locks.take(DoorbellKind.CQ_HEAD, 2, 1)).isTrue();
        assertThat(locks.take(DoorbellKind.SQ_TAIL, 2, 6)).isFalse();
        assertThat(locks.take(DoorbellKind.SQ_TAIL, 2, 7)).isFalse();
        assertThat(locks.left(DoorbellKind.SQ_TAIL, 2)).isEqualTo(7);
    }

    @Test
    void shouldNotHoldUpAnotherPair() {
        assertThat(locks.take(DoorbellKind.SQ_TAIL, 1, 1)).isTrue();
        assertThat(locks.take(DoorbellKind.SQ_TAIL, 2, 1)).isTrue();
    }
}
