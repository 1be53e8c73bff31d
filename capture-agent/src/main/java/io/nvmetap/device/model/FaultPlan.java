package io.nvmetap.device.model;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Decides, from the seed alone, which occasion a fault takes: one in every {@code faultEvery}. Each
 * fault has its own stream, so that one does not move another.
 */
final class FaultPlan {
    private final Set<ControllerFault> faults;
    private final int every;
    private final Map<ControllerFault, Stream> streams = new EnumMap<>(ControllerFault.class);

    FaultPlan(Set<ControllerFault> faults, int every, long seed) {
        this.faults = EnumSet.noneOf(ControllerFault.class);
        this.faults.addAll(faults);
        this.every = every;
        for (ControllerFault fault : this.faults) {
            streams.put(fault, new Stream(seed + fault.id().hashCode()));
        }
    }

    boolean has(ControllerFault fault) {
        return faults.contains(fault);
    }

    /** Whether this occasion is the one of its {@code faultEvery}. */
    boolean strikes(ControllerFault fault) {
        return faults.contains(fault) && streams.get(fault).next(every);
    }

    /** Whether this occasion is the one of the first {@code faultEvery}, and of all. */
    boolean strikesOnce(ControllerFault fault) {
        return faults.contains(fault)
                && streams.get(fault).occasions < every
                && streams.get(fault).next(every);
    }

    /** Whether this occasion is the first of all. */
    boolean strikesFirst(ControllerFault fault) {
        return faults.contains(fault) && streams.get(fault).occasions++ == 0;
    }

    /** 0 up to, not including, {@code bound}. */
    long amount(ControllerFault fault, long bound) {
        return bound <= 0 ? 0 : streams.get(fault).random.nextLong(bound);
    }

    private static final class Stream {
        final SplittableRandom random;
        long occasions;
        int victim;

        Stream(long seed) {
            random = new SplittableRandom(seed);
        }

        boolean next(int every) {
            int place = (int) (occasions++ % every);
            if (place == 0) {
                victim = random.nextInt(every);
            }
            return place == victim;
        }
    }
}
