package io.nvmetap.qtest;

import java.util.List;

/**
 * A command as it lies in guest memory, with the memory it names.
 *
 * @param sqid its queue
 * @param sqe its entry, 64 bytes
 * @param data where its data lies, in order
 * @param lists where its PRP lists lie
 * @param direction who writes the data
 */
public record QtestCommand(
        int sqid, byte[] sqe, List<Extent> data, List<Extent> lists, Direction direction) {
    /** Memory in one piece. */
    public record Extent(long address, int bytes) {}

    /**
     * Who writes the data, as bits 1:0 of an opcode say (NVMe Base 2.0c 3.3.3.1).
     *
     * @param toDevice the guest
     * @param fromDevice the device
     */
    public record Direction(boolean toDevice, boolean fromDevice) {
        /** Of an opcode. */
        public static Direction of(int opcode) {
            return new Direction((opcode & 1) != 0, (opcode & 2) != 0);
        }
    }
}
