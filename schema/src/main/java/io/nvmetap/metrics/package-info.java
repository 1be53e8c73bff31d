/**
 * Figures of a running command for a Prometheus that asks: their names, the registry, the endpoint
 * on the loopback interface. Knows no event, no topic and no job; whoever has a figure hands it
 * over. Must not import anything but cli.
 */
package io.nvmetap.metrics;
