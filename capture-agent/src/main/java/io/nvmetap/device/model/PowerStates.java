package io.nvmetap.device.model;

import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.StatusCode;

/**
 * Autonomous power state transitions (NVMe Base 2.0c 5.27.1.12): after the idle time that the host
 * set, the controller goes to its second, non-operational power state, and the next command waits
 * until it is awake. Nothing is scheduled: whether it sleeps follows from when it was busy last.
 */
final class PowerStates {
    /** What Identify says of power state 1: entry and exit latency. */
    static final int ENTRY_US = 2_000;

    static final int EXIT_US = 8_000;

    /** Data of the feature: an entry of eight bytes for each of 32 power states. */
    static final int TABLE_BYTES = 256;

    private static final long NS_PER_US = 1_000;
    private static final long NS_PER_MS = 1_000_000;

    /** How many times slower a faulty controller wakes. */
    private static final int FAULTY_TIMES = 20;

    private final ModelState state;
    private boolean on;
    private long idleLimitNs;
    private long busySinceOrIdleNs;
    private int busy;
    private long awakeNs;

    PowerStates(ModelState state) {
        this.state = state;
    }

    /** Whether controllers of this version have the feature here. */
    static boolean supported(ControllerProfile profile) {
        return profile.vs() >= 0x1_0300 && !profile.apple();
    }

    /** A controller reset: off, and awake. */
    void reset() {
        on = false;
        busy = 0;
        awakeNs = 0;
        busySinceOrIdleNs = state.nowNs();
    }

    /** Set Features 0Ch: CDW11 bit 0 and the table. */
    int set(boolean enable, byte[] table) {
        long entry = LittleEndian.i64(table, 0);
        int target = (int) (entry >>> 3 & 0x1F);
        long limitMs = entry >>> 8 & 0xFF_FFFF;
        if (enable && target > FeatureStore.POWER_STATES0) {
            return StatusCode.INVALID_FIELD | StatusCode.DNR;
        }
        on = enable && target > 0 && limitMs > 0;
        idleLimitNs = limitMs * NS_PER_MS;
        return StatusCode.SUCCESS;
    }

    /**
     * A command that is to be executed arrived.
     *
     * @return how long until the controller is awake to begin with it
     */
    long beginNs() {
        long nowNs = state.nowNs();
        if (on && busy == 0 && nowNs - busySinceOrIdleNs >= idleLimitNs) {
            wake(nowNs);
        }
        busy++;
        return Math.max(0, awakeNs - nowNs);
    }

    private void wake(long nowNs) {
        long exitNs = EXIT_US * NS_PER_US;
        if (state.faults.has(ControllerFault.APST_DEEP_SLEEP_HANG)) {
            if (state.faults.strikes(ControllerFault.APST_DEEP_SLEEP_HANG)) {
                state.gone = true;
                state.die(ControllerFault.APST_DEEP_SLEEP_HANG.id(), 0, -1);
            }
            exitNs *= FAULTY_TIMES;
        }
        awakeNs = nowNs + exitNs;
    }

    void ended() {
        if (busy > 0 && --busy == 0) {
            busySinceOrIdleNs = state.nowNs();
        }
    }
}
