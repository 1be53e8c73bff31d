package io.nvmetap.rule;

import io.nvmetap.finding.Severity;
import java.io.Serializable;
import java.util.List;

/**
 * What a rule is.
 *
 * @param id permanent, kebab-case
 * @param title short name of what is wrong
 * @param severity of its findings
 * @param scope controller, or queue pair (may be keyed by queue pair later)
 * @param clause specification clause
 * @param remedy what to do about it
 * @param catalog ids of catalog entries
 */
public record RuleInfo(
        String id,
        String title,
        Severity severity,
        Scope scope,
        String clause,
        String remedy,
        List<String> catalog)
        implements Serializable {
    /** What state a rule reads. */
    public enum Scope {
        /** Registers, resets, masks, queue table. */
        CONTROLLER,
        /** One queue pair. */
        QUEUE_PAIR
    }
}
