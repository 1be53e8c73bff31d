package io.nvmetap.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Of a command that serves until it is told to stop. A signal is the usual way to end: what it
 * records is closed first, and that it was asked to end is no failure, so the exit status is 0.
 */
public final class StopSignal implements AutoCloseable {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final int patienceS;
    private volatile boolean whole;

    private StopSignal(int patienceS) {
        this.patienceS = patienceS;
    }

    /**
     * Listens from now on.
     *
     * @param patienceS seconds the command may take to end once it is asked to
     */
    public static StopSignal listen(int patienceS) {
        StopSignal signal = new StopSignal(patienceS);
        Runtime.getRuntime().addShutdownHook(new Thread(signal::stopAndWait));
        return signal;
    }

    /** Whether it is to end. */
    public boolean asked() {
        return asked.getCount() == 0;
    }

    /**
     * Waits for the signal.
     *
     * @return it came
     */
    public boolean await(long milliseconds) throws InterruptedException {
        return asked.await(milliseconds, TimeUnit.MILLISECONDS);
    }

    /** What was recorded is on its way and closed. */
    public void whole() {
        whole = true;
    }

    /** The JVM ends when its hooks are done. */
    private void stopAndWait() {
        if (ended.getCount() == 0) {
            return;
        }
        asked.countDown();
        try {
            if (ended.await(patienceS, TimeUnit.SECONDS) && whole) {
                Runtime.getRuntime().halt(ExitStatus.OK);
            }
            System.err.println("nvmetap: the recording may be incomplete");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The command is over. */
    @Override
    public void close() {
        ended.countDown();
    }
}
