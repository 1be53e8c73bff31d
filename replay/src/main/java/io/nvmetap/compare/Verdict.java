package io.nvmetap.compare;

import io.nvmetap.plan.Adaptation;
import java.util.Map;
import java.util.Optional;

/**
 * How a replay ended.
 *
 * @param outcome same, diverged, violated or unknown
 * @param driver the driver's name
 * @param commandsCompared commands whose completion was compared
 * @param divergence where and how; present if diverged
 * @param reason why unknown; "" otherwise
 * @param uncompared what could not be compared, and how often
 * @param adaptations what was done otherwise than recorded, and how often
 * @param rules what the rules say of the replay's own recording
 * @param seeds of a perturbed replay
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
        RuleCheck rules,
        Optional<Seeds> seeds,
        Differences differences) {
    public Verdict {
        uncompared = Map.copyOf(uncompared);
        adaptations = Map.copyOf(adaptations);
    }

    /** The same on which no rule was asked. */
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
                RuleCheck.NONE,
                Optional.empty(),
                Differences.NONE);
    }

    /** The answers. */
    public enum Outcome {
        /** What was compared is as recorded, and no rule is broken. */
        SAME,
        /** The guest saw something else than it saw in the recording. */
        DIVERGED,
        /** The guest saw nothing else, but the driver breaks a rule. */
        VIOLATED,
        /** Nothing could be decided. */
        UNKNOWN;

        /** Something is wrong with the driver. */
        public boolean bad() {
            return this == DIVERGED || this == VIOLATED;
        }
    }

    /** The same with what the rules say; a divergence goes before. */
    public Verdict with(RuleCheck check) {
        boolean violated = outcome != Outcome.DIVERGED && !check.violations().isEmpty();
        return new Verdict(
                violated ? Outcome.VIOLATED : outcome,
                driver,
                commandsCompared,
                divergence,
                reason,
                uncompared,
                adaptations,
                check,
                seeds,
                differences);
    }

    /** The same, perturbed. */
    public Verdict with(Seeds perturbed) {
        return new Verdict(
                outcome,
                driver,
                commandsCompared,
                divergence,
                reason,
                uncompared,
                adaptations,
                rules,
                Optional.of(perturbed),
                differences);
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
                rules,
                seeds,
                seen);
    }

    private static Optional<Divergence> earlier(
            Optional<Divergence> one, Optional<Divergence> other) {
        return one.isEmpty() || other.isPresent() && other.get().seq() < one.get().seq()
                ? other
                : one;
    }
}
