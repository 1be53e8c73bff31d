package io.nvmetap.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VirtualTimelineTest {
    private final VirtualTimeline time = new VirtualTimeline();
    private final List<String> log = new ArrayList<>();

    @Test
    void shouldRunWorkInOrderOfTimeThenOfAsking() {
        time.after(20, () -> log.add("c"));
        time.after(10, () -> log.add("a"));
        time.after(10, () -> log.add("b"));
        while (time.runNext()) {
            log.add(String.valueOf(time.nowNs()));
        }
        assertThat(log).containsExactly("a", "10", "b", "10", "c", "20");
    }

    @Test
    void shouldRunOnlyWhatIsDueUntilThen() {
        time.after(10, () -> time.after(5, () -> log.add("nested")));
        time.after(16, () -> log.add("late"));
        time.runUntil(15);
        assertThat(log).containsExactly("nested");
        assertThat(time.nowNs()).isEqualTo(15);
        time.advance(1);
        assertThat(log).containsExactly("nested", "late");
    }

    @Test
    void shouldSayWhetherTheConditionEnded() {
        time.after(1, () -> log.add("x"));
        assertThat(time.runWhile(log::isEmpty, 10)).isTrue();
        assertThat(time.runWhile(() -> true, 10)).isFalse();
        for (int i = 0; i < 5; i++) {
            time.after(1, () -> log.add("y"));
        }
        assertThat(time.runWhile(() -> true, 3)).isFalse();
        assertThat(time.pending()).isEqualTo(2);
    }

    @Test
    void shouldRefuseMoreWorkThanItsBound() {
        VirtualTimeline small = new VirtualTimeline(0, 2);
        small.after(0, () -> {});
        small.after(0, () -> {});
        assertThatThrownBy(() -> small.after(0, () -> {}))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldStopWorkThatGoesInCircles() {
        Runnable[] circle = new Runnable[1];
        circle[0] = () -> time.after(0, circle[0]);
        time.after(0, circle[0]);
        assertThatThrownBy(() -> time.runUntil(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("circles");
    }

    @Test
    void shouldTakeAnyDelay() {
        time.advance(5);
        time.after(-1, () -> log.add("now"));
        time.after(Long.MAX_VALUE, () -> log.add("never"));
        time.runUntil(5);
        assertThat(log).containsExactly("now");
    }
}
