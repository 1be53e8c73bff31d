package io.nvmetap.nvme;

import java.util.Locale;

/**
 * A named value: a feature, a log page or an Identify structure.
 *
 * @param value 0..255
 * @param name the specification's name, or "Vendor Specific C0h", "Reserved 60h"
 * @param clause where it is defined, "" if it is not
 */
public record NvmeIdentifier(int value, String name, String clause) {

    /** Whether a specification names this value. */
    public boolean defined() {
        return !clause.isEmpty();
    }

    /** The 256 values of one kind in {@code identifiers.txt}, gaps filled. */
    static NvmeIdentifier[] table(String kind) {
        NvmeIdentifier[] table = new NvmeIdentifier[256];
        for (String[] row : BundledTable.rows("identifiers.txt", 4)) {
            if (row[0].equals(kind)) {
                int value = Integer.parseInt(row[1], 16);
                table[value] = new NvmeIdentifier(value, row[2], row[3]);
            }
        }
        for (int value = 0; value < table.length; value++) {
            if (table[value] == null) {
                String range = value >= 0xC0 ? "Vendor Specific" : "Reserved";
                String name = String.format(Locale.ROOT, "%s %02Xh", range, value);
                table[value] = new NvmeIdentifier(value, name, "");
            }
        }
        return table;
    }
}
