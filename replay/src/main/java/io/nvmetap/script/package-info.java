/**
 * Reproducers: what a guest does to QEMU's own NVMe device, as a qtest script or a C program. Pure;
 * must not import anything but nvme.
 */
package io.nvmetap.script;
