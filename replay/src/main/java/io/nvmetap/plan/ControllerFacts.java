package io.nvmetap.plan;

import java.util.Map;

/**
 * What a recording tells about the controller, where its header does not.
 *
 * @param queueEntriesMax largest queue created, entries
 * @param queuesGranted answer to Set Features 07h (DW0), -1 never seen
 * @param transferBytesMax largest transfer that succeeded
 * @param blockBytes by namespace that did I/O: bytes a block, 0 not known
 * @param memoryPageShiftMax largest CC.MPS used
 * @param commandSetsMax largest CC.CSS used
 * @param ioEntryBytes bytes of the I/O submission entries, which need not be what CC.IOSQES says
 *     (Apple ANS2); 0 none seen
 */
public record ControllerFacts(
        int queueEntriesMax,
        int queuesGranted,
        long transferBytesMax,
        Map<Long, Integer> blockBytes,
        int memoryPageShiftMax,
        int commandSetsMax,
        int ioEntryBytes) {
    /** Namespaces remembered. */
    public static final int NAMESPACES_MAX = 1024;

    public ControllerFacts {
        blockBytes = Map.copyOf(blockBytes);
    }
}
