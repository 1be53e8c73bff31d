package io.nvmetap.bench;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Time from the first event of a job to its last word, in a process that runs one job at a time: a
 * cluster in this process shares its statics. What a job takes to start is not part of it.
 */
public final class Stopwatch {
    private static volatile long firstNs;
    private static volatile long lastNs;
    private static volatile CountDownLatch ended = new CountDownLatch(1);

    private Stopwatch() {}

    /** Before a job. */
    public static void reset() {
        firstNs = 0;
        lastNs = 0;
        ended = new CountDownLatch(1);
    }

    /** An event came. */
    public static void event() {
        if (firstNs == 0) {
            firstNs = System.nanoTime();
        }
    }

    /** The last word was said. */
    public static void end() {
        lastNs = System.nanoTime();
        ended.countDown();
    }

    /**
     * Waits for the last word.
     *
     * @return nanoseconds
     */
    public static long await(long patienceS) throws InterruptedException {
        if (!ended.await(patienceS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("a job did not end within " + patienceS + " s");
        }
        return lastNs - firstNs;
    }
}
