/**
 * What the rules say: findings and session summaries, as Avro and as JSON. Must not import nvme or
 * trace.
 */
package io.nvmetap.finding;
