package io.nvmetap.proxy;

import io.nvmetap.nvme.LittleEndian;

/**
 * PCI configuration space as far as the client read it: enough to find the PCI Express capability
 * and to know a function level reset when it is written (PCI Express Base 4.0, 7.5.3.4).
 */
final class ConfigView {
    private static final int BYTES = 256;
    private static final int CAPABILITIES = 0x34;
    private static final int CAPABILITIES_MAX = 48;
    private static final int EXPRESS_ID = 0x10;
    private static final int DEVICE_CONTROL = 8;
    private static final int INITIATE_FLR_BIT = 15;

    private final byte[] bytes = new byte[BYTES];

    /** The client was given this. */
    void read(long offset, int width, long value) {
        for (int i = 0; i < width; i++) {
            long at = offset + i;
            if (at >= 0 && at < BYTES) {
                bytes[(int) at] = (byte) (value >>> 8 * i);
            }
        }
    }

    /** Whether this write asks for a function level reset. */
    boolean isFunctionReset(long offset, int width, long value) {
        int control = expressAt() + DEVICE_CONTROL;
        long bit = (control - offset) * 8 + INITIATE_FLR_BIT;
        return control > DEVICE_CONTROL && bit >= 0 && bit < 8L * width && (value >>> bit & 1) != 0;
    }

    private int expressAt() {
        int at = bytes[CAPABILITIES] & 0xFC;
        for (int i = 0; at >= 0x40 && at <= BYTES - 4 && i < CAPABILITIES_MAX; i++) {
            int head = LittleEndian.u16(bytes, at);
            if ((head & 0xFF) == EXPRESS_ID) {
                return at;
            }
            at = head >>> 8 & 0xFC;
        }
        return 0;
    }
}
