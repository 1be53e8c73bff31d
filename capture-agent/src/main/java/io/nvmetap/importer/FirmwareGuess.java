package io.nvmetap.importer;

import java.util.Locale;

/**
 * Who drives a controller, told from how it enables it and from its first admin command. Shapes:
 * EDK2 and U-Boot use two-entry admin queues, EDK2 begins with an Identify, U-Boot with Number of
 * Queues; SeaBIOS uses 256 entries; Linux 32.
 */
final class FirmwareGuess {
    private FirmwareGuess() {}

    /**
     * @param aqa AQA register when enabled
     * @param opcode first admin opcode after the enable
     * @param prp1 its PRP1, 0 not known
     * @return "EDK2", "SeaBIOS", "U-Boot", "Linux" or "unknown"
     */
    static String of(long aqa, int opcode, long prp1) {
        if (aqa == 0x1F001FL) {
            return "Linux";
        }
        if (aqa == 0xff003fL) {
            return "SeaBIOS";
        }
        if (aqa == 0x10001L) {
            return opcode == 0x09 ? "U-Boot" : edk2OrUnknown(opcode, prp1);
        }
        return "unknown";
    }

    private static String edk2OrUnknown(int opcode, long prp1) {
        return opcode == 0x06 && prp1 != 0 ? "EDK2" : "unknown";
    }

    /** The word as it stands in headers. */
    static String words(String who) {
        return who.equals("unknown")
                ? ""
                : String.format(Locale.ROOT, "%s (by its behaviour)", who);
    }
}
