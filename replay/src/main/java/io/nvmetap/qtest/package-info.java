/**
 * QEMU's qtest protocol, and an NVMe function of a stopped machine that is driven over it. Must not
 * import plan, session, compare or target.
 */
package io.nvmetap.qtest;
