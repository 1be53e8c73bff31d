package io.nvmetap.nvme;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What is recorded of a serial number: enough to tell two drives apart, not to name one. It stands
 * in Identify Controller data (NVMe Base 2.0c 5.17.2.1), and often in the subsystem's name there.
 */
public final class SerialHash {
    /** Hexadecimal digits. */
    public static final int DIGITS = 16;

    private static final int PAGE_BYTES = 4_096;

    private SerialHash() {}

    /**
     * @param serial without trailing blanks
     * @return the first {@link #DIGITS} digits of its SHA-256
     */
    public static String of(String serial) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(serial.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(digest, 0, DIGITS / 2);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }

    /**
     * Data of an admin command as it may be recorded.
     *
     * @param sqe the command's entry
     * @param data what the controller sent; not changed
     * @return a copy with the hash in the serial number's place, or {@code data} if there is none
     */
    public static byte[] hide(byte[] sqe, byte[] data) {
        boolean identify =
                Sqe.opcode(sqe, 0) == Opcodes.ADMIN_IDENTIFY
                        && AdminSqe.cns(sqe, 0) == IdentifyCns.CONTROLLER;
        if (!identify || data.length <= IdentifyController.SN_OFFSET) {
            return data;
        }
        byte[] hidden = Arrays.copyOf(data, Math.max(data.length, PAGE_BYTES));
        IdentifyController id = new IdentifyController(hidden);
        String serial = id.sn().strip();
        id.putSn(of(serial));
        hideInName(hidden, serial.getBytes(StandardCharsets.US_ASCII));
        return Arrays.copyOf(hidden, data.length);
    }

    private static void hideInName(byte[] data, byte[] serial) {
        int end = IdentifyController.SUBNQN_OFFSET + IdentifyController.SUBNQN_LENGTH;
        int last = Math.min(end, data.length) - serial.length;
        for (int at = IdentifyController.SUBNQN_OFFSET; serial.length > 0 && at <= last; at++) {
            int same = 0;
            while (same < serial.length && data[at + same] == serial[same]) {
                same++;
            }
            if (same == serial.length) {
                Arrays.fill(data, at, at + same, (byte) 'x');
            }
        }
    }
}
