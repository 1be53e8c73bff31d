package io.nvmetap.feed;

import io.nvmetap.finding.Finding;

/**
 * A stall that a finding told of.
 *
 * @param finding the finding
 * @param sinceMs wall clock since when the command is out, Unix milliseconds; when the finding came
 *     if the command itself was not seen
 * @param endedMs when its completion came after all, 0 not yet
 */
public record Stall(Finding finding, long sinceMs, long endedMs) {
    Stall ended(long atMs) {
        return new Stall(finding, sinceMs, atMs);
    }
}
