/**
 * The Flink job: sources, keyed state, sinks, and nothing that judges. Everything it says comes
 * from package rule.
 */
package io.nvmetap.job;
