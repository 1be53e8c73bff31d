package io.nvmetap.guest;

import io.nvmetap.nvme.LittleEndian;
import java.util.HashMap;
import java.util.Map;

/** What the guests of one simulation wrote where, so that reads can be checked. */
final class DiskContent {
    /** Blocks remembered. */
    static final int BLOCKS_MAX = 1 << 22;

    /** A block that may be old or new: its write was not answered. */
    private static final long UNSETTLED = Long.MIN_VALUE;

    private final Map<Long, Long> stamps = new HashMap<>();
    private long nextStamp = 1;

    /** A new stamp for a write; 0 stands for zeros. */
    long stamp() {
        return nextStamp++;
    }

    /** A block written with this stamp. */
    static byte[] block(long slba, long stamp, int blockBytes) {
        byte[] content = new byte[blockBytes];
        if (stamp != 0) {
            for (int at = 0; at < blockBytes; at += 16) {
                LittleEndian.put64(content, at, slba ^ stamp << 32);
                LittleEndian.put64(content, at + 8, stamp * 0x9E3779B97F4A7C15L + at);
            }
        }
        return content;
    }

    void written(long slba, long stamp) {
        if (stamps.size() < BLOCKS_MAX || stamps.containsKey(slba)) {
            stamps.put(slba, stamp);
        }
    }

    void unsettled(long slba) {
        written(slba, UNSETTLED);
    }

    /** Whether a block read back is what was written; blocks nobody wrote are zeros. */
    boolean matches(long slba, byte[] content, int at, int blockBytes) {
        long stamp = stamps.getOrDefault(slba, 0L);
        if (stamp == UNSETTLED) {
            return true;
        }
        byte[] expected = block(slba, stamp, blockBytes);
        for (int i = 0; i < blockBytes; i++) {
            if (expected[i] != content[at + i]) {
                return false;
            }
        }
        return true;
    }
}
