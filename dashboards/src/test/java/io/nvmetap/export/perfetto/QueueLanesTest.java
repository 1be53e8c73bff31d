package io.nvmetap.export.perfetto;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.Side;
import org.junit.jupiter.api.Test;

class QueueLanesTest {
    private final QueueLanes queue = new QueueLanes(0, Side.GUEST, 1);

    @Test
    void shouldTakeTheFirstDoorbellPastTheSlotOverTheEndOfTheQueue() {
        queue.rung(3, 10, 0);
        queue.rung(1, 20, 0);
        assertThat(queue.submittedAt(2, 99, 0)).isEqualTo(10);
        assertThat(queue.submittedAt(3, 99, 0)).isEqualTo(20);
        assertThat(queue.submittedAt(0, 99, 0)).isEqualTo(20);
        assertThat(queue.submittedAt(1, 99, 0)).as("no doorbell seen").isEqualTo(99);
    }

    @Test
    void shouldUseADoorbellOnceWhereSlotsAreNotSeen() {
        queue.rung(3, 10, 0);
        assertThat(queue.submittedAt(-1, 50, 0)).isEqualTo(10);
        assertThat(queue.submittedAt(-1, 60, 0)).isEqualTo(60);
    }

    @Test
    void shouldRememberOnlySoManyDoorbells() {
        for (int i = 1; i <= 100; i++) {
            queue.rung(i, i, 0);
        }
        assertThat(queue.submittedAt(0, 999, 0)).isEqualTo(100 - 64 + 1);
    }
}
