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
 */
public record Verdict(
        Outcome outcome,
        String driver,
        long commandsCompared,
        Optional<Divergence> divergence,
        String reason,
        Map<Uncompared, Long> uncompared,
        Map<Adaptation, Long> adaptations) {
    public Verdict {
        uncompared = Map.copyOf(uncompared);
        adaptations = Map.copyOf(adaptations);
    }

    /** The three answers. */
    public enum Outcome {
        SAME,
        DIVERGED,
        UNKNOWN
    }
}
