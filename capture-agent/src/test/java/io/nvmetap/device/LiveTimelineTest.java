package io.nvmetap.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LiveTimelineTest {
    private static final long FAR_NS = TimeUnit.HOURS.toNanos(1);

    private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    private final LiveTimeline time = new LiveTimeline(failures::add);
    private final List<String> log = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void end() {
        time.close();
    }

    private static void await(CountDownLatch done) throws InterruptedException {
        assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void shouldRunWorkInOrderOfTimeThenOfAsking() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        time.enter(
                () -> {
                    // Long enough that a slow machine has asked for the rest before it is due.
                    time.after(
                            500_000_000,
                            () -> {
                                log.add("c");
                                done.countDown();
                            });
                    time.after(0, () -> log.add("a"));
                    time.after(-5, () -> log.add("b"));
                    log.add("first");
                });
        await(done);
        assertThat(log).containsExactly("first", "a", "b", "c");
    }

    @Test
    void shouldRunWhatIsDueBeforeTheEntryEnds() {
        time.enter(() -> time.after(0, () -> time.after(0, () -> log.add("nested work"))));
        assertThat(log).containsExactly("nested work");
    }

    @Test
    void shouldRunWhatIsDueOnlyAfterTheOutermostEntry() {
        time.enter(
                () -> {
                    time.after(0, () -> log.add("due"));
                    time.enter(() -> log.add("inner"));
                    log.add("outer");
                });
        assertThat(log).containsExactly("inner", "outer", "due");
    }

    @Test
    void shouldRunWorkThatAStrangerAskedFor() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        time.after(FAR_NS, () -> log.add("far"));
        time.after(1000, done::countDown);
        await(done);
        assertThat(time.pending()).isEqualTo(1);
        assertThat(log).isEmpty();
    }

    @Test
    void shouldTakeAnyDelayWithoutHoldingUpTheRest() {
        time.enter(
                () -> {
                    time.after(Long.MAX_VALUE, () -> log.add("never"));
                    time.after(Long.MAX_VALUE - 1, () -> log.add("never"));
                    time.after(0, () -> log.add("now"));
                });
        assertThat(log).containsExactly("now");
        assertThat(time.pending()).isEqualTo(2);
    }

    @Test
    void shouldLetOneThreadInAtATime() throws InterruptedException {
        int[] inside = new int[1];
        int[] total = new int[1];
        Runnable one =
                () -> {
                    inside[0]++;
                    total[0] += inside[0];
                    inside[0]--;
                };
        Thread[] threads = new Thread[4];
        for (int i = 0; i < threads.length; i++) {
            threads[i] =
                    new Thread(
                            () -> {
                                for (int k = 0; k < 500; k++) {
                                    time.enter(one);
                                    time.after(0, one);
                                }
                            });
            threads[i].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        time.enter(() -> {});
        time.enter(() -> {});
        assertThat(total[0]).isEqualTo(4000);
        assertThat(failures).isEmpty();
    }

    @Test
    void shouldGoOnAfterWorkThatFailed() {
        time.enter(
                () -> {
                    time.after(
                            0,
                            () -> {
                                throw new IllegalStateException("one");
                            });
                    time.after(
                            0,
                            () -> {
                                throw new InternalError("two");
                            });
                    time.after(0, () -> log.add("three"));
                });
        assertThat(log).containsExactly("three");
        assertThat(failures).extracting(Throwable::getMessage).containsExactly("one", "two");
    }

    @Test
    void shouldGoOnAfterWorkThatFailedOnItsOwnThread() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        time.after(
                1000,
                () -> {
                    throw new IllegalStateException("one");
                });
        time.after(2000, done::countDown);
        await(done);
        assertThat(failures).hasSize(1);
    }

    @Test
    void shouldThrowWhatTheEntryItselfThrewAndRunWhatIsDue() {
        assertThatThrownBy(
                        () ->
                                time.enter(
                                        () -> {
                                            time.after(0, () -> log.add("due"));
                                            throw new IllegalStateException("mine");
                                        }))
                .hasMessage("mine");
        assertThat(log).containsExactly("due");
        assertThat(failures).isEmpty();
    }

    @Test
    void shouldLetOthersInAfterAFailureThatWasNotTakenWell() throws InterruptedException {
        LiveTimeline strict =
                new LiveTimeline(
                        failure -> {
                            throw new IllegalStateException("not taken well", failure);
                        });
        try {
            assertThatThrownBy(
                            () ->
                                    strict.enter(
                                            () ->
                                                    strict.after(
                                                            0,
                                                            () -> {
                                                                throw new IllegalStateException();
                                                            })))
                    .hasMessage("not taken well");
            CountDownLatch done = new CountDownLatch(2);
            Thread other = new Thread(() -> strict.enter(done::countDown));
            other.setDaemon(true);
            other.start();
            strict.after(
                    0,
                    () -> {
                        throw new IllegalStateException();
                    });
            strict.after(1_000_000, done::countDown);
            await(done);
        } finally {
            strict.close();
        }
    }

    @Test
    void shouldLetOthersInBetweenWorkThatGoesInCircles() throws InterruptedException {
        boolean[] stop = new boolean[1];
        Runnable[] circle = new Runnable[1];
        circle[0] =
                () -> {
                    if (!stop[0]) {
                        time.after(0, circle[0]);
                    }
                };
        time.after(0, circle[0]);
        time.enter(() -> stop[0] = true);
        assertThat(stop[0]).isTrue();
        CountDownLatch done = new CountDownLatch(1);
        time.after(0, done::countDown);
        await(done);
    }

    @Test
    void shouldRefuseMoreWorkThanItsBoundAndTakeMoreAgainLater() {
        for (int i = 0; i < LiveTimeline.PENDING_MAX; i++) {
            time.after(FAR_NS, () -> log.add("far"));
        }
        assertThatThrownBy(() -> time.after(0, () -> log.add("too much")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("1048576");
        assertThat(time.pending()).isEqualTo(LiveTimeline.PENDING_MAX);
        time.close();
        assertThat(time.pending()).isZero();
    }

    @Test
    void shouldIgnoreWorkAfterItsEndAndStillLetEntriesIn() {
        time.close();
        time.after(0, () -> log.add("late"));
        time.enter(() -> log.add("entry"));
        assertThat(log).containsExactly("entry");
        assertThat(time.pending()).isZero();
    }
}
