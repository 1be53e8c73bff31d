package io.nvmetap.nvme;

import java.util.List;

/**
 * Who drives a controller, told from how it enables it and from its first admin command. Seen in
 * recordings: EDK2 and U-Boot use two-entry admin queues, EDK2 begins with an Identify into an
 * unaligned buffer, U-Boot with Number of Queues; SeaBIOS uses 64 and 256 entries; Linux 32 and 32.
 * Where two could be meant the answer is "unknown".
 */
public final class FirmwareGuess {
    /** Nobody that is known, or more than one that could be. */
    public static final String UNKNOWN = "unknown";

    static final String EDK2 = "EDK2";
    static final String SEABIOS = "SeaBIOS";
    static final String U_BOOT = "U-Boot";
    static final String LINUX = "Linux";

    private static final long CC_PLAIN = 0x460001L;
    private static final long CC_ALL_COMMAND_SETS = 0x460061L;
    private static final int IDENTIFY = 0x06;
    private static final int SET_FEATURES = 0x09;

    private FirmwareGuess() {}

    /**
     * @param aqa AQA register when enabled
     * @param cc CC register when enabled
     * @param opcode first admin opcode after the enable, -1 there was none
     * @param prp1 its PRP1, 0 not known
     * @return "EDK2", "SeaBIOS", "U-Boot", "Linux" or "unknown"
     */
    public static String of(long aqa, long cc, int opcode, long prp1) {
        if (aqa == 0x1F_001FL && (cc == CC_PLAIN || cc == CC_ALL_COMMAND_SETS)) {
            return LINUX;
        }
        if (aqa == 0xFF_003FL && cc == CC_PLAIN) {
            return SEABIOS;
        }
        if (aqa == 0x1_0001L && cc == CC_PLAIN) {
            if (opcode == SET_FEATURES) {
                return U_BOOT;
            }
            return opcode == IDENTIFY && (prp1 & 0xFFF) != 0 ? EDK2 : UNKNOWN;
        }
        return UNKNOWN;
    }

    /**
     * @param drivers who enabled the controller, in order
     * @return firmware for a header, "" not known
     */
    public static String firmware(List<String> drivers) {
        return drivers.stream()
                .filter(d -> d.equals(EDK2) || d.equals(SEABIOS) || d.equals(U_BOOT))
                .findFirst()
                .map(FirmwareGuess::byBehaviour)
                .orElse("");
    }

    /**
     * @param drivers who enabled the controller, in order
     * @return operating system for a header, "" not known
     */
    public static String os(List<String> drivers) {
        return drivers.contains(LINUX) ? byBehaviour(LINUX) : "";
    }

    private static String byBehaviour(String who) {
        return who + " (by its behaviour)";
    }
}
