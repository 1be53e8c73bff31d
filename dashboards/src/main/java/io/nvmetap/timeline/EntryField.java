package io.nvmetap.timeline;

import io.nvmetap.nvme.LittleEndian;
import java.util.List;

/**
 * A named run of bytes of an entry, to show both sides of a command next to each other (NVMe Base
 * 2.0c 3.3.3.1 and 3.3.3.2).
 *
 * @param name name as the specification spells it
 * @param offset first byte
 * @param bytes 1, 2, 4 or 8
 */
public record EntryField(String name, int offset, int bytes) {
    /** Submission queue entry; CDW0 in its parts. */
    public static final List<EntryField> SQE =
            List.of(
                    new EntryField("OPC", 0, 1),
                    new EntryField("FUSE PSDT", 1, 1),
                    new EntryField("CID", 2, 2),
                    new EntryField("NSID", 4, 4),
                    new EntryField("CDW2", 8, 4),
                    new EntryField("CDW3", 12, 4),
                    new EntryField("MPTR", 16, 8),
                    new EntryField("PRP1", 24, 8),
                    new EntryField("PRP2", 32, 8),
                    new EntryField("CDW10", 40, 4),
                    new EntryField("CDW11", 44, 4),
                    new EntryField("CDW12", 48, 4),
                    new EntryField("CDW13", 52, 4),
                    new EntryField("CDW14", 56, 4),
                    new EntryField("CDW15", 60, 4));

    /** Completion queue entry. */
    public static final List<EntryField> CQE =
            List.of(
                    new EntryField("DW0", 0, 4),
                    new EntryField("DW1", 4, 4),
                    new EntryField("SQHD", 8, 2),
                    new EntryField("SQID", 10, 2),
                    new EntryField("CID", 12, 2),
                    new EntryField("Status, phase", 14, 2));

    /**
     * @param known bit i: byte i was seen
     * @return hexadecimal, or "?" if a byte of it was not seen
     */
    public String text(byte[] entry, long known) {
        long mask = (bytes >= 64 ? -1L : (1L << bytes) - 1) << offset;
        if (offset + bytes > entry.length || (known & mask) != mask) {
            return "?";
        }
        return switch (bytes) {
            case 1 -> String.format("0x%02x", LittleEndian.u8(entry, offset));
            case 2 -> String.format("0x%04x", LittleEndian.u16(entry, offset));
            case 4 -> String.format("0x%08x", LittleEndian.u32(entry, offset));
            default -> String.format("0x%016x", LittleEndian.i64(entry, offset));
        };
    }
}
