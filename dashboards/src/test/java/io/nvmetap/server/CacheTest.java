package io.nvmetap.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CacheTest {
    private final AtomicInteger made = new AtomicInteger();
    private final Cache<Integer> cache = new Cache<>(10, n -> n, Runnable::run, 1_000);

    private int get(String key, int weight) throws IOException {
        return cache.get(
                key,
                () -> {
                    made.incrementAndGet();
                    return weight;
                });
    }

    @Test
    void shouldMakeOnceWhatIsAskedForAgain() throws IOException {
        get("a", 4);
        get("a", 4);
        assertThat(made).hasValue(1);
        assertThat(cache.has("a")).isTrue();
        assertThat(cache.has("b")).isFalse();
    }

    @Test
    void shouldForgetWhatWasNotUsedForLongestWhenAllWeighsTooMuch() throws IOException {
        get("a", 4);
        get("b", 4);
        get("a", 4);
        get("c", 4);
        assertThat(cache.has("a")).isTrue();
        assertThat(cache.has("b")).isFalse();
        assertThat(cache.has("c")).isTrue();
    }

    @Test
    void shouldKeepOneThatIsTooHeavyByItself() throws IOException {
        get("a", 40);
        assertThat(cache.has("a")).isTrue();
        get("b", 4);
        assertThat(cache.size()).isEqualTo(1);
    }

    @Test
    void shouldTryAgainAfterAFailure() throws IOException {
        assertThatThrownBy(
                        () ->
                                cache.get(
                                        "a",
                                        () -> {
                                            throw new IOException("gone");
                                        }))
                .hasMessage("gone");
        assertThat(get("a", 1)).isEqualTo(1);
    }

    @Test
    void shouldAskToComeBackWhenItTakesTooLongOrTooMuchIsBeingMade() {
        Cache<Integer> slow = new Cache<>(10, n -> n, task -> {}, 1);
        assertThatThrownBy(() -> slow.get("a", () -> 1))
                .isInstanceOf(HttpFailure.class)
                .hasMessageContaining("ask again");
        Cache<Integer> full =
                new Cache<>(
                        10,
                        n -> n,
                        task -> {
                            throw new RejectedExecutionException();
                        },
                        1);
        assertThatThrownBy(() -> full.get("a", () -> 1)).isInstanceOf(HttpFailure.class);
    }
}
