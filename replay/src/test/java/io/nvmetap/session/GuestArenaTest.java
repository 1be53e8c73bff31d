package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.target.MemoryWindow;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GuestArenaTest {
    private static final int PAGE = 4096;
    private static final long BASE = 1L << 20;

    private final GuestArena arena = new GuestArena(PAGE, new MemoryWindow(BASE, 16L * PAGE));

    @Test
    void shouldKeepTheIdentityOfPages() {
        assertThat(arena.frame(0x5000)).isEqualTo(arena.frame(0x5FFF)).isNotEqualTo(arena.frame(0));
    }

    @Test
    void shouldShareFramesOnceHalfOfASmallMemoryIsTaken() {
        long queue = arena.allocate(PAGE);
        Set<Long> frames = new HashSet<>();
        for (long page = 0; page < 100; page++) {
            frames.add(arena.frame(page * PAGE));
        }
        assertThat(frames).hasSize(8).doesNotContain(queue);
    }

    @Test
    void shouldStayInItsWindow() {
        for (int i = 0; i < 16; i++) {
            assertThat(arena.allocate(PAGE)).isBetween(BASE, BASE + 15L * PAGE);
        }
        assertThatThrownBy(() -> arena.allocate(1)).hasMessageContaining("ran out of guest memory");
    }
}
