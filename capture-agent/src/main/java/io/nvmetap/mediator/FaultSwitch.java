package io.nvmetap.mediator;

import java.util.EnumSet;
import java.util.Set;

/** Which faults are on and when each strikes: counted, so that a run repeats exactly. */
final class FaultSwitch {
    private final Set<MediatorFault> on;
    private final long from;
    private final long every;
    private final long phase;
    private final boolean first;
    private final long[] opportunities = new long[MediatorFault.values().length];

    FaultSwitch(MediatorConfig config) {
        on = EnumSet.noneOf(MediatorFault.class);
        on.addAll(config.faults());
        from = config.faultFrom();
        every = config.faultEvery();
        first = (config.seed() & 1) == 0;
        phase = Math.floorMod(config.seed(), every);
    }

    /** Whether the fault is on, whatever its turn. */
    boolean has(MediatorFault fault) {
        return on.contains(fault);
    }

    /** Of a fault that has two ways: whether it takes the first; the seed says. */
    boolean first() {
        return first;
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
