/**
 * A trace as a capture file in which Wireshark's NVMe/TCP dissector finds one conversation a queue.
 */
package io.nvmetap.export.pcapng;
