package io.nvmetap.compare;

import java.util.List;

/**
 * What the rules say of the replay's own recording.
 *
 * @param ran they were run
 * @param why why they were not; "" they were, or nobody asked
 * @param violations what the driver breaks, in the order of the recording
 * @param others findings that name another party than the driver, as "rule PARTY"; guest and
 *     controller are played, so these are not the driver's
 */
public record RuleCheck(boolean ran, String why, List<Violation> violations, List<String> others) {
    /** Nobody asked. */
    public static final RuleCheck NONE = new RuleCheck(false, "", List.of(), List.of());

    public RuleCheck {
        violations = List.copyOf(violations);
        others = List.copyOf(others);
    }

    /** They could not be run. */
    public static RuleCheck notRun(String why) {
        return new RuleCheck(false, why, List.of(), List.of());
    }
}
