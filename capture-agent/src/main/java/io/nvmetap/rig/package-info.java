/**
 * The real parts tests and {@code boot} run: QEMU with vfio-user, firmware, a kernel and the tools
 * that make disks, unpacked into a cache folder and never installed. Must not import anything but
 * cli.
 */
package io.nvmetap.rig;
