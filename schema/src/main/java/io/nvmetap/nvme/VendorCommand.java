package io.nvmetap.nvme;

import java.util.Map;
import java.util.OptionalInt;

/**
 * A vendor command that a catalog names; see {@link VendorCatalog}.
 *
 * @param admin whether it belongs to the admin queue
 * @param opcode 0..255
 * @param name what to call it
 * @param request where the address of its request buffer sits
 * @param reply where the address of its reply buffer sits
 * @param subopByte byte of the request buffer that tells the sub-operation
 * @param subops names by sub-operation code
 * @param note one sentence for a reader, may be ""
 */
public record VendorCommand(
        boolean admin,
        int opcode,
        String name,
        Place request,
        Place reply,
        OptionalInt subopByte,
        Map<Integer, String> subops,
        String note) {

    /** Defensive copy of the map. */
    public VendorCommand {
        subops = Map.copyOf(subops);
    }

    /**
     * Where a 64-bit address sits in the entry, as byte offsets of its two dwords.
     *
     * @param highOffset byte offset of the upper dword, -1 for {@link #NONE}
     * @param lowOffset byte offset of the lower dword
     */
    public record Place(int highOffset, int lowOffset) {
        /** The command has no such buffer. */
        public static final Place NONE = new Place(-1, -1);

        /** Whether there is an address. */
        public boolean present() {
            return highOffset >= 0;
        }

        /** The address in an entry. */
        public long address(byte[] buf, int base) {
            return LittleEndian.u32(buf, base + highOffset) << 32
                    | LittleEndian.u32(buf, base + lowOffset);
        }

        /** Whether all its bytes are known. */
        public boolean known(long mask) {
            return Sqe.known(mask, highOffset, 4) && Sqe.known(mask, lowOffset, 4);
        }
    }

    /** Name of a sub-operation, or "sub-operation 38h" if the catalog has none. */
    public String subopName(int code) {
        String name = subops.get(code);
        return name != null ? name : "sub-operation " + Integer.toHexString(code) + "h";
    }
}
