package io.nvmetap.timeline;

import io.nvmetap.event.ResetKind;

/**
 * A reset from its begin to its end.
 *
 * @param controller controller index
 * @param kind what kind
 * @param fromNs begin
 * @param toNs end, -1 if it was not seen
 */
public record ResetSpan(int controller, ResetKind kind, long fromNs, long toNs) {}
