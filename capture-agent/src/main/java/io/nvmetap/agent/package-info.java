/**
 * Receives the taps of mediators written in C: sockets, serial lines, shared memory in, sinks out.
 * What the bytes mean is told by {@code wire}. Must not import mediator, live or proxy.
 */
package io.nvmetap.agent;
