/**
 * What capturing costs and whether it accounts for everything, measured: {@code nvmetap bench}.
 * Each figure is a ratio to a baseline of the same run.
 */
package io.nvmetap.bench;
