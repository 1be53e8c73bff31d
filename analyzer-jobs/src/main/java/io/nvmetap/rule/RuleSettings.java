package io.nvmetap.rule;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Thresholds in force: the presets but for what was changed.
 *
 * @param changed values by threshold name
 */
public record RuleSettings(Map<String, Long> changed) implements Serializable {
    /** Longest time: a day; also the largest number and percentage. */
    public static final long VALUE_MAX = 86_400_000_000_000L;

    /** Defaults. */
    public static final RuleSettings DEFAULTS = new RuleSettings(Map.of());

    private static final Pattern ASSIGNMENT =
            Pattern.compile("([a-z0-9.-]+)=([0-9]{1,9})(ns|us|ms|s|%|)");

    public RuleSettings {
        changed = Map.copyOf(changed);
    }

    /**
     * @return the threshold's value: nanoseconds, a number, or percent
     */
    public long of(Threshold threshold) {
        return changed.isEmpty()
                ? threshold.preset()
                : changed.getOrDefault(threshold.name(), threshold.preset());
    }

    /**
     * These with one threshold changed.
     *
     * @param value 1 to {@link #VALUE_MAX}
     * @throws IllegalArgumentException if it cannot be so large or small
     */
    public RuleSettings with(Threshold threshold, long value) {
        if (value < 1 || value > VALUE_MAX) {
            throw new IllegalArgumentException(
                    threshold.name()
                            + (threshold.unit() == Threshold.Unit.TIME
                                    ? " is 1 ns to 1 day"
                                    : " is at least 1"));
        }
        Map<String, Long> values = new TreeMap<>(changed);
        values.put(threshold.name(), value);
        if (value == threshold.preset()) {
            values.remove(threshold.name());
        }
        return new RuleSettings(values);
    }

    /**
     * These with one threshold changed, as users write it: {@code NAME=VALUE}; times in ns, us, ms
     * or s, percentages with %.
     *
     * @throws IllegalArgumentException one line that says what is wrong
     */
    public RuleSettings with(String assignment) {
        Matcher m = ASSIGNMENT.matcher(assignment);
        if (!m.matches()) {
            throw new IllegalArgumentException(
                    "'"
                            + assignment
                            + "' is no threshold: write NAME=VALUE, command-stall.io=300ms");
        }
        Threshold threshold = named(m.group(1));
        long factor = factor(threshold.unit(), m.group(3));
        if (factor == 0) {
            throw new IllegalArgumentException(
                    threshold.name() + " is " + threshold.unit().words());
        }
        return with(threshold, Long.parseLong(m.group(2)) * factor);
    }

    private static Threshold named(String name) {
        for (Threshold t : RuleSet.thresholds()) {
            if (t.name().equals(name)) {
                return t;
            }
        }
        throw new IllegalArgumentException(
                "unknown threshold '"
                        + name
                        + "'; there are "
                        + RuleSet.thresholds().stream()
                                .map(Threshold::name)
                                .collect(Collectors.joining(", ")));
    }

    /** What a value is multiplied with; 0 if the suffix does not belong to the unit. */
    private static long factor(Threshold.Unit unit, String suffix) {
        long time =
                switch (suffix) {
                    case "s" -> 1_000_000_000L;
                    case "ms" -> 1_000_000L;
                    case "us" -> 1_000L;
                    case "ns" -> 1L;
                    default -> 0L;
                };
        return switch (unit) {
            case TIME -> time;
            case COUNT -> suffix.isEmpty() ? 1 : 0;
            case PERCENT -> suffix.equals("%") ? 1 : 0;
        };
    }
}
