/**
 * From findings to people: text, JSON lines, and the analyze command. Must not import Flink or job.
 */
package io.nvmetap.report;
