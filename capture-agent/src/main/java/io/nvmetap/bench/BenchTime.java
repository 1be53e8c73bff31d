package io.nvmetap.bench;

import io.nvmetap.device.LiveTimeline;
import io.nvmetap.device.Timeline;
import io.nvmetap.device.VirtualTimeline;
import java.util.concurrent.locks.LockSupport;

/** The time of a measured machine: real, or only what the processor works. */
abstract class BenchTime implements AutoCloseable {
    /** The clock of driver and controller. */
    abstract Timeline timeline();

    /** Does something as the guest: alone in driver and controller. */
    abstract void enter(Runnable work);

    /** Lets a little time go by. */
    abstract void pass();

    /** Waits until {@link #interrupt()} was called since the last wait. */
    abstract void awaitInterrupt();

    /** The guest is interrupted; any thread. */
    abstract void interrupt();

    @Override
    public abstract void close();

    /** As long as a wait of the controller takes, it takes here. */
    static BenchTime real() {
        return new Real();
    }

    /** Nobody waits: what remains is the work of driver, controller and guest. */
    static BenchTime work() {
        return new Work();
    }

    private static final class Real extends BenchTime {
        private static final int SPINS = 2_000;
        private static final long PARK_NS = 1_000_000;

        private final LiveTimeline timeline =
                new LiveTimeline(
                        failure -> {
                            throw new IllegalStateException(failure);
                        });
        private final Thread guest = Thread.currentThread();
        private volatile boolean interrupted;

        @Override
        Timeline timeline() {
            return timeline;
        }

        @Override
        void enter(Runnable work) {
            timeline.enter(work);
        }

        @Override
        void pass() {
            LockSupport.parkNanos(PARK_NS);
        }

        @Override
        void awaitInterrupt() {
            for (int i = 0; !interrupted; i++) {
                if (i < SPINS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.parkNanos(PARK_NS);
                }
            }
            interrupted = false;
        }

        @Override
        void interrupt() {
            interrupted = true;
            LockSupport.unpark(guest);
        }

        @Override
        public void close() {
            timeline.close();
        }
    }

    private static final class Work extends BenchTime {
        private final VirtualTimeline timeline = new VirtualTimeline();
        private boolean interrupted;

        @Override
        Timeline timeline() {
            return timeline;
        }

        @Override
        void enter(Runnable work) {
            work.run();
        }

        @Override
        void pass() {
            timeline.runNext();
        }

        @Override
        void awaitInterrupt() {
            while (!interrupted) {
                timeline.runNext();
            }
            interrupted = false;
        }

        @Override
        void interrupt() {
            interrupted = true;
        }

        @Override
        public void close() {
            // Nothing runs by itself.
        }
    }
}
