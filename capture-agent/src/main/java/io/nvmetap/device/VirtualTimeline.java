package io.nvmetap.device;

import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/**
 * Time that moves only when told to, so that a run repeats exactly. Work runs in order of its time,
 * then in the order it was asked for. One thread.
 */
public final class VirtualTimeline implements Timeline {
    /** Work that may wait unless the constructor says otherwise. */
    public static final int PENDING_DEFAULT = 1 << 20;

    /** Pieces of work that may run without time moving: beyond that somebody goes in circles. */
    public static final int STEPS_AT_ONE_TIME_MAX = 10_000_000;

    private final PriorityQueue<Entry> pending = new PriorityQueue<>();
    private final int pendingMax;
    private long nowNs;
    private long asked;
    private int stepsNow;

    /** Starts at 0 with {@link #PENDING_DEFAULT}. */
    public VirtualTimeline() {
        this(0, PENDING_DEFAULT);
    }

    /**
     * @param startNs first value of {@link #nowNs()}
     * @param pendingMax pieces of work that may wait, at least 1
     */
    public VirtualTimeline(long startNs, int pendingMax) {
        this.nowNs = startNs;
        this.pendingMax = pendingMax;
    }

    @Override
    public long nowNs() {
        return nowNs;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if {@code pendingMax} pieces of work wait already
     */
    @Override
    public void after(long delayNs, Runnable work) {
        if (pending.size() >= pendingMax) {
            throw new IllegalStateException(
                    "more than " + pendingMax + " pieces of work wait on the timeline");
        }
        long delay = Math.max(delayNs, 0);
        long due = nowNs > Long.MAX_VALUE - delay ? Long.MAX_VALUE : nowNs + delay;
        pending.add(new Entry(due, asked++, work));
    }

    /**
     * @return pieces of work that wait
     */
    public int pending() {
        return pending.size();
    }

    /**
     * @return when the next piece of work is due, {@link Long#MAX_VALUE} if none waits
     */
    public long nextDueNs() {
        return pending.isEmpty() ? Long.MAX_VALUE : pending.peek().dueNs;
    }

    /**
     * Moves time to the next piece of work and runs it.
     *
     * @return false if none waits
     */
    public boolean runNext() {
        Entry next = pending.poll();
        if (next == null) {
            return false;
        }
        moveTo(next.dueNs);
        if (++stepsNow > STEPS_AT_ONE_TIME_MAX) {
            throw new IllegalStateException("work goes in circles at " + nowNs + " ns");
        }
        next.work.run();
        return true;
    }

    /** Runs all that is due until then, and lets it be {@code timeNs} (or later, if it was). */
    public void runUntil(long timeNs) {
        while (nextDueNs() <= timeNs && runNext()) {
            // runNext is the work
        }
        moveTo(timeNs);
    }

    /** Lets {@code durationNs} pass, running what falls due. */
    public void advance(long durationNs) {
        runUntil(nowNs + Math.max(durationNs, 0));
    }

    /**
     * Runs work while the condition holds and something waits.
     *
     * @param stepsMax pieces of work to run at most
     * @return true if the condition no longer holds
     */
    public boolean runWhile(BooleanSupplier condition, long stepsMax) {
        for (long step = 0; condition.getAsBoolean(); step++) {
            if (step >= stepsMax || !runNext()) {
                return false;
            }
        }
        return true;
    }

    private void moveTo(long timeNs) {
        if (timeNs > nowNs) {
            nowNs = timeNs;
            stepsNow = 0;
        }
    }

    private record Entry(long dueNs, long order, Runnable work) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            int byTime = Long.compare(dueNs, other.dueNs);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }
}
