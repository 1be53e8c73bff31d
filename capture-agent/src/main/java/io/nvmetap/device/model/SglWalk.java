package io.nvmetap.device.model;

import io.nvmetap.device.GuestMemory;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import java.util.Arrays;

/**
 * The data blocks of a command's SGL (NVMe Base 2.0c 4.1.2): one block in the command itself, or
 * segments of descriptors, each but the last ending with a descriptor of the next.
 */
final class SglWalk {
    /** Data blocks of one command. */
    static final int BLOCKS_MAX = 1 << 16;

    /** Segments of one command. */
    static final int SEGMENTS_MAX = 1 << 12;

    private static final int DESCRIPTOR = 16;
    private static final int LENGTH_AT = 8;
    private static final int TYPE_AT = 15;
    private static final int DATA_BLOCK = 0x00;
    private static final int SEGMENT = 0x20;
    private static final int LAST_SEGMENT = 0x30;

    private static final int SEGMENT_INVALID = 0x00D | StatusCode.DNR;
    private static final int COUNT_INVALID = 0x00E | StatusCode.DNR;
    private static final int LENGTH_INVALID = 0x00F | StatusCode.DNR;
    private static final int TYPE_INVALID = 0x011 | StatusCode.DNR;

    private final GuestMemory memory;
    private long[] addresses = new long[8];
    private long[] lengths = new long[8];
    private int count;
    private long total;

    SglWalk(GuestMemory memory) {
        this.memory = memory;
    }

    int count() {
        return count;
    }

    long address(int block) {
        return addresses[block];
    }

    long length(int block) {
        return lengths[block];
    }

    /**
     * Collects the blocks; at most {@code bytes} of them together.
     *
     * @return a status: success, or what is wrong with the SGL
     * @throws io.nvmetap.device.MemoryFault if a segment cannot be read
     */
    int walk(byte[] sqe, long bytes) {
        byte[] d = Arrays.copyOfRange(sqe, Sqe.PRP1_OFFSET, Sqe.PRP1_OFFSET + DESCRIPTOR);
        int type = d[TYPE_AT] & 0xFF;
        if (type == DATA_BLOCK) {
            add(d, 0, bytes);
            return enough(bytes);
        }
        if (type != SEGMENT && type != LAST_SEGMENT) {
            return TYPE_INVALID;
        }
        for (int segments = 0; type == SEGMENT || type == LAST_SEGMENT; segments++) {
            long size = LittleEndian.u32(d, LENGTH_AT);
            long limit = (long) (BLOCKS_MAX + 1) * DESCRIPTOR;
            if (size == 0 || size % DESCRIPTOR != 0 || size > limit || segments >= SEGMENTS_MAX) {
                return size > limit || segments >= SEGMENTS_MAX ? COUNT_INVALID : SEGMENT_INVALID;
            }
            byte[] segment = new byte[(int) size];
            memory.read(LittleEndian.i64(d, 0), segment, 0, segment.length);
            boolean last = type == LAST_SEGMENT;
            int status = take(segment, last, bytes);
            if (status != StatusCode.SUCCESS) {
                return status;
            }
            if (last) {
                return enough(bytes);
            }
            d = Arrays.copyOfRange(segment, segment.length - DESCRIPTOR, segment.length);
            type = d[TYPE_AT] & 0xFF;
        }
        // A segment did not end with the next one.
        return SEGMENT_INVALID;
    }

    private int take(byte[] segment, boolean last, long bytes) {
        int end = segment.length - (last ? 0 : DESCRIPTOR);
        for (int at = 0; at < end; at += DESCRIPTOR) {
            int type = segment[at + TYPE_AT] & 0xFF;
            if (type != DATA_BLOCK) {
                boolean chained = type == SEGMENT || type == LAST_SEGMENT;
                return chained ? SEGMENT_INVALID : TYPE_INVALID;
            }
            if (!add(segment, at, bytes)) {
                return COUNT_INVALID;
            }
        }
        return StatusCode.SUCCESS;
    }

    /** False if there are too many. */
    private boolean add(byte[] d, int at, long bytes) {
        long length = Math.min(LittleEndian.u32(d, at + LENGTH_AT), bytes - total);
        if (length <= 0) {
            return true;
        }
        if (count == BLOCKS_MAX) {
            return false;
        }
        if (count == addresses.length) {
            addresses = Arrays.copyOf(addresses, 2 * count);
            lengths = Arrays.copyOf(lengths, 2 * count);
        }
        addresses[count] = LittleEndian.i64(d, at);
        lengths[count] = length;
        count++;
        total += length;
        return true;
    }

    private int enough(long bytes) {
        return total < bytes ? LENGTH_INVALID : StatusCode.SUCCESS;
    }
}
