package io.nvmetap.proxy;

import io.nvmetap.device.vfiouser.Message;
import io.nvmetap.device.vfiouser.VfioUser;
import io.nvmetap.event.ResetKind;
import io.nvmetap.nvme.LittleEndian;

/** Reads and writes of regions in messages: registers, doorbells, configuration. */
final class RegionTraffic {
    private static final int ACCESS_BYTES = 16;
    private static final int MULTI_BYTES = 24;

    private final Observer observer;

    RegionTraffic(Observer observer) {
        this.observer = observer;
    }

    /**
     * A write about to be sent.
     *
     * @return the reset it begins, null for none
     */
    ResetKind written(byte[] b) {
        return b.length < ACCESS_BYTES ? null : write(b, 0, b.length);
    }

    /** One write of a region; its data ends at {@code end}. Says which reset it begins. */
    private ResetKind write(byte[] b, int at, int end) {
        long offset = LittleEndian.i64(b, at);
        int region = LittleEndian.i32(b, at + 8);
        int from = at + ACCESS_BYTES;
        int count = (int) Math.min(LittleEndian.u32(b, at + 12), end - from);
        boolean[] flr = new boolean[1];
        if (offset < 0) {
            // Nowhere; the server will say so.
            return null;
        }
        if (region == VfioUser.REGION_BAR0) {
            observer.observe(v -> v.written(offset, b, from, count));
        } else if (region == VfioUser.REGION_CONFIG) {
            observer.observe(v -> flr[0] = v.configWritten(offset, b, from, count));
        }
        return flr[0] ? ResetKind.FUNCTION_LEVEL : null;
    }

    /** Several writes in one message. */
    void writtenMany(byte[] b) {
        long most = Math.max(0, b.length - Long.BYTES) / MULTI_BYTES;
        long writes = b.length < Long.BYTES ? 0 : LittleEndian.i64(b, 0);
        for (int i = 0; i < Math.min(writes, most); i++) {
            int at = Long.BYTES + i * MULTI_BYTES;
            ResetKind reset = write(b, at, at + MULTI_BYTES);
            if (reset != null) {
                observer.observe(v -> v.end(reset, false));
            }
        }
    }

    /**
     * What a read was answered.
     *
     * @param b the fixed part of the read
     * @param reply null if none was wanted
     */
    void read(byte[] b, Message reply) {
        if (b.length < ACCESS_BYTES || reply == null) {
            return;
        }
        long offset = LittleEndian.i64(b, 0);
        int region = LittleEndian.i32(b, 8);
        long count = LittleEndian.u32(b, 12);
        boolean config = region == VfioUser.REGION_CONFIG;
        if (offset < 0 || !config && region != VfioUser.REGION_BAR0) {
            return;
        }
        byte[] data = reply.body();
        if (reply.isError() || data.length < ACCESS_BYTES + count) {
            observer.observe(v -> v.readUnseen(config, offset, (int) Math.min(count, 8)));
        } else if (config) {
            observer.observe(v -> v.configRead(offset, data, ACCESS_BYTES, (int) count));
        } else {
            observer.observe(v -> v.read(offset, data, ACCESS_BYTES, (int) count));
        }
    }

    /** The server refused a write that was recorded. */
    void refused(byte[] b, int error) {
        if (b.length < ACCESS_BYTES) {
            return;
        }
        observer.remark(
                String.format(
                        "the server refused the write of region %d offset 0x%x (error %d)",
                        LittleEndian.i32(b, 8), LittleEndian.i64(b, 0), error));
    }
}
