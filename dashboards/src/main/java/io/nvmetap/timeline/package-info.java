/**
 * What a capture looks like over time: one streaming pass makes an index of compact arrays, queries
 * over it answer a window, a command, a moment, latencies. Pure but for reading trace files; knows
 * nothing of HTTP and judges nothing.
 */
package io.nvmetap.timeline;
