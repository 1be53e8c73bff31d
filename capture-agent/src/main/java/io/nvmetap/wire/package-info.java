/**
 * Bytes of a tap in C become captured events in one order: {@code docs/tap-wire-format.md} is what
 * it reads. Pure: no sockets, threads or clocks. Bytes may be hostile: each is checked, nothing
 * grows without a bound, and what cannot be understood is counted as lost.
 */
package io.nvmetap.wire;
