/**
 * Rules: small pure steps over one history. One class a rule; no Flink, no Kafka, no I/O, no
 * clocks. A rule accuses only on what the source can see.
 */
package io.nvmetap.rule;
