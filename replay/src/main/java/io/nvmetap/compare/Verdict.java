package io.nvmetap.compare;

import io.nvmetap.plan.Adaptation;
import java.util.Map;
import java.util.Optional;

/**
 * How a replay ended.
 *
 * @param outcome same, diverged or unknown
 * @param driver the driver's name
 * @param commandsCompared commands whose completion was compared
 * @param divergence where and how; present if diverged
 * @param reason why unknown; "" otherwise
 * @param uncompared what could not be compared, and how often
 * @param adaptations what was done otherwise than recorded, and how often
 * @param differences what a device that stands in for the recorded one answered otherwise
 */
public record Verdict(
        Outcome outcome,
        String driver,
        long commandsCompared,
        Optional<Divergence> divergence,
        String reason,
        Map<Uncompared, Long> uncompared,
        Map<Adaptation, Long> adaptations,
        Differences differences) {
    public Verdict {
        uncompared = Map.copyOf(uncompared);
        adaptations = Map.copyOf(adaptations);
    }

    /** Of a driver: whatever differs is a divergence. */
    public Verdict(
            Outcome outcome,
            String driver,
            long commandsCompared,
            Optional<Divergence> divergence,
            String reason,
            Map<Uncompared, Long> uncompared,
            Map<Adaptation, Long> adaptations) {
        this(
                outcome,
                driver,
                commandsCompared,
                divergence,
                reason,
                uncompared,
                adaptations,
                Differences.NONE);
    }

    /** The same with what a device answered otherwise; a status that differs is a divergence. */
    public Verdict with(Differences seen) {
        Optional<Divergence> status = seen.first(Differing.STATUS);
        boolean now = divergence.isEmpty() && status.isPresent();
        return new Verdict(
                now ? Outcome.DIVERGED : outcome,
                driver,
                commandsCompared,
                earlier(divergence, status),
                now ? "" : reason,
                uncompared,
                adaptations,
                seen);
    }

    private static Optional<Divergence> earlier(
            Optional<Divergence> one, Optional<Divergence> other) {
        return one.isEmpty() || other.isPresent() && other.get().seq() < one.get().seq()
                ? other
                : one;
    }

    /** The three answers. */
    public enum Outcome {
        SAME,
        DIVERGED,
        UNKNOWN
    }
}
