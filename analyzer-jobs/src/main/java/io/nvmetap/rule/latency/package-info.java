/** What got slower, and what the trace tells of a controller. */
package io.nvmetap.rule.latency;
