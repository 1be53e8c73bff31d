/**
 * The captured event: one compact, mutable value for every kind, its enumerations, and the
 * hand-written Avro codec. Imports nothing of nvmetap, and of Avro nothing at all: loading Avro's
 * schema parser costs more than reading a boot (docs/adr/0001).
 */
package io.nvmetap.event;
