/**
 * Events at rest and on the wire: trace files (Avro object container files, zstd), Avro
 * single-object encoding for Kafka, topic names. The only I/O of this module. Must not import nvme,
 * finding or cli.
 */
package io.nvmetap.trace;
