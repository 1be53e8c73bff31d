package io.nvmetap.compare;

import io.nvmetap.finding.Severity;

/**
 * A rule that the driver breaks in the replay's own recording.
 *
 * @param rule permanent rule id
 * @param severity severity
 * @param seq event of the recording that was replayed at the time, -1 not known
 * @param ownFromSeq first event of the replay's own recording that proves it
 * @param ownToSeq the event of the replay's own recording that made it certain
 * @param recorded the recording that is replayed has a finding of the same rule and party
 * @param sentence the finding's explanation
 */
public record Violation(
        String rule,
        Severity severity,
        long seq,
        long ownFromSeq,
        long ownToSeq,
        boolean recorded,
        String sentence) {}
