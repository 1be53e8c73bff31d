package io.nvmetap.mediator;

import java.util.EnumSet;
import java.util.Set;

/** Which faults are on and when each strikes: counted, so that a run repeats exactly. */
final class FaultSwitch {
    private final Set<MediatorFault> on;
    private final long from;
    private final long every;
    private final long phase;
    private final long[] opportunities = new long[MediatorFault.values().length];

    FaultSwitch(MediatorConfig config) {
        on = EnumSet.noneOf(MediatorFault.class);
        on.addAll(config.faults());
        from = config.faultFrom();
        every = config.faultEvery();
        phase = Math.floorMod(config.seed(), every);
    }

    /** Whether the fault is on, whatever its turn. */
    boolean has(MediatorFault fault) {
        return on.contains(fault);
    }

    /** One opportunity: whether the fault takes it. */
    boolean strikes(MediatorFault fault) {
        if (!on.contains(fault)) {
            return false;
        }
        if (!fault.frequent()) {
            return true;
        }
        long n = ++opportunities[fault.ordinal()] - from - phase;
        return n >= 0 && n % every == 0;
    }
}
