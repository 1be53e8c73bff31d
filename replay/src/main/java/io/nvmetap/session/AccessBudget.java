package io.nvmetap.session;

/** Counts what a driver does between two returns; beyond the bound it spins. */
final class AccessBudget {
    /** Accesses to memory and registers in one call or one piece of work. */
    static final long ACCESSES_MAX = 5_000_000;

    private final long max;
    private long used;
    private boolean spun;

    AccessBudget(long max) {
        this.max = max;
    }

    void refill() {
        used = 0;
    }

    void spend() {
        if (++used > max) {
            spun = true;
            throw new SpinningDriverException(max);
        }
    }

    /** It spun, even if the driver swallowed the exception. */
    boolean spun() {
        return spun;
    }

    long max() {
        return max;
    }
}
