/**
 * The NVMe specification as Java: where a field sits, what a number is called, how long a transfer
 * is. Pure functions over {@code byte[]} and {@code long}; the only reading done is of the bundled
 * tables beside these classes and of a user's vendor catalog text.
 *
 * <p>Must not import anything but the JDK: no events, no trace files, no Kafka, no device model.
 * Every field of a register, queue entry or Identify page is decoded here and nowhere else.
 *
 * <p>Clauses are those of NVM Express Base Specification 2.0c, NVM Command Set Specification 1.0c
 * and NVMe over PCIe Transport Specification 1.0 unless a line says otherwise.
 */
package io.nvmetap.nvme;
