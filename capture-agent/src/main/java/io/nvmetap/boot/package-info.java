/**
 * Boots real firmware and systems under QEMU: guest image, disk, machine and console. Uses the
 * parts of {@code rig}; must not import broker, importer or demo.
 */
package io.nvmetap.boot;
