package io.nvmetap.device.vfiouser;

import io.nvmetap.nvme.LittleEndian;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bodies of vfio-user messages, as their specification has them. */
final class Bodies {
    static final byte[] NONE = new byte[0];

    private Bodies() {}

    static byte[] version(int major, int minor, String json) {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        byte[] b = new byte[4 + text.length + 1];
        LittleEndian.put16(b, 0, major);
        LittleEndian.put16(b, 2, minor);
        System.arraycopy(text, 0, b, 4, text.length);
        return b;
    }

    static byte[] version() {
        return version(
                0,
                0,
                "{\"capabilities\":{\"max_msg_fds\":8,\"max_data_xfer_size\":1048576,"
                        + "\"pgsizes\":4096,\"write_multiple\":true}}");
    }

    static byte[] map(long address, long bytes, int flags, long fileOffset) {
        byte[] b = new byte[32];
        LittleEndian.put32(b, 0, b.length);
        LittleEndian.put32(b, 4, flags);
        LittleEndian.put64(b, 8, fileOffset);
        LittleEndian.put64(b, 16, address);
        LittleEndian.put64(b, 24, bytes);
        return b;
    }

    static byte[] unmap(long address, long bytes, int flags) {
        byte[] b = new byte[24];
        LittleEndian.put32(b, 0, b.length);
        LittleEndian.put32(b, 4, flags);
        LittleEndian.put64(b, 8, address);
        LittleEndian.put64(b, 16, bytes);
        return b;
    }

    static byte[] deviceInfo() {
        return words(16, 0, 0, 0);
    }

    static byte[] regionInfo(int index) {
        return words(32, 0, index, 0, 0, 0, 0, 0);
    }

    static byte[] irqInfo(int index) {
        return words(16, 0, index, 0);
    }

    static byte[] irqs(int flags, int index, int start, int count, int... data) {
        byte[] b =
                Arrays.copyOf(
                        words(20 + data.length, flags, index, start, count), 20 + data.length);
        for (int i = 0; i < data.length; i++) {
            b[20 + i] = (byte) data[i];
        }
        return b;
    }

    static byte[] access(int region, long offset, int count) {
        byte[] b = new byte[16];
        LittleEndian.put64(b, 0, offset);
        LittleEndian.put32(b, 8, region);
        LittleEndian.put32(b, 12, count);
        return b;
    }

    static byte[] write(int region, long offset, byte... data) {
        byte[] b = Arrays.copyOf(access(region, offset, data.length), 16 + data.length);
        System.arraycopy(data, 0, b, 16, data.length);
        return b;
    }

    static byte[] write32(int region, long offset, int value) {
        byte[] data = new byte[4];
        LittleEndian.put32(data, 0, value);
        return write(region, offset, data);
    }

    /** One write of a REGION_WRITE_MULTI. */
    record One(int region, long offset, int count, long value) {}

    static byte[] multi(One... writes) {
        byte[] b = new byte[8 + 24 * writes.length];
        LittleEndian.put64(b, 0, writes.length);
        for (int i = 0; i < writes.length; i++) {
            int at = 8 + 24 * i;
            LittleEndian.put64(b, at, writes[i].offset);
            LittleEndian.put32(b, at + 8, writes[i].region);
            LittleEndian.put32(b, at + 12, writes[i].count);
            LittleEndian.put64(b, at + 16, writes[i].value);
        }
        return b;
    }

    static byte[] words(int... words) {
        byte[] b = new byte[4 * words.length];
        for (int i = 0; i < words.length; i++) {
            LittleEndian.put32(b, 4 * i, words[i]);
        }
        return b;
    }

    /** The same message with other bytes behind it, or cut. */
    static byte[] resized(byte[] body, int bytes) {
        return Arrays.copyOf(body, bytes);
    }

    static byte[] with32(byte[] body, int at, int value) {
        byte[] b = body.clone();
        LittleEndian.put32(b, at, value);
        return b;
    }
}
