/**
 * {@code nvmetap bench}: what capture, pipeline and replay cost, as ratios to baselines measured in
 * turns with them. Lives among the tests because it needs what the product must not carry: JMH,
 * Avro's generated classes, and the plain ways that ours are held against. No test asserts a speed.
 */
package io.nvmetap.bench;
