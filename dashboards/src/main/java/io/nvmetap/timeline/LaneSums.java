package io.nvmetap.timeline;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Many commands of one lane in one tile: for each bucket how many were out on average, which step
 * took most of that, and whether one failed or never ended.
 */
final class LaneSums {
    private static final int HOPS = Hop.values().length;
    private static final int BAD = CommandTable.FAILED | CommandTable.OPEN | CommandTable.CUT;

    private final double[][] part = new double[HOPS][TileRequest.BUCKETS];
    private final int[][] whole = new int[HOPS][TileRequest.BUCKETS + 1];
    private final byte[] bad = new byte[TileRequest.BUCKETS];

    void clear() {
        for (int h = 0; h < HOPS; h++) {
            Arrays.fill(part[h], 0);
            Arrays.fill(whole[h], 0);
        }
        Arrays.fill(bad, (byte) 0);
    }

    void add(CommandTable t, int c, boolean guest, TileRequest r) {
        long from = t.startNs(c, guest);
        int last = Hop.UNTIL_ACKNOWLEDGED.ordinal();
        for (int h = 0; h < last; h++) {
            long until = t.at(c, Moment.values()[h + 1]);
            if (until > from) {
                step(h, from, until, r);
                from = until;
            }
        }
        long end = t.endNs(c, guest);
        if (end >= from) {
            boolean open = (t.flags(c) & (CommandTable.OPEN | CommandTable.CUT)) != 0;
            boolean emitted = t.at(c, Moment.EMITTED) >= 0;
            int waitingFor =
                    emitted
                            ? Hop.CONTROLLER_TO_MEDIATOR.ordinal()
                            : Hop.MEDIATOR_TO_CONTROLLER.ordinal();
            step(open ? waitingFor : last, from, end, r);
        }
        int flags = t.flags(c) & BAD;
        boolean waits = (t.flags(c) & CommandTable.WAITS) != 0;
        if (flags != 0 && !waits && end >= r.fromNs()) {
            bad[r.bucket(end)] |= (byte) flags;
        }
    }

    private void step(int hop, long from, long until, TileRequest r) {
        long begin = Math.max(from, r.fromNs());
        long end = Math.min(until, r.toNs());
        if (begin > end) {
            return;
        }
        int first = r.bucket(begin);
        int last = r.bucket(end);
        if (first == last) {
            part[hop][first] += Math.max(1, end - begin);
        } else {
            long width = 1L << r.level();
            part[hop][first] += r.fromNs() + (first + 1) * width - begin;
            part[hop][last] += end - (r.fromNs() + last * width);
            whole[hop][first + 1]++;
            whole[hop][last]--;
        }
    }

    /** 512 times: average depth in 1/256 (two bytes), step, flags. */
    void write(ByteBuffer out, TileRequest r) {
        double width = 1L << r.level();
        int[] running = new int[HOPS];
        for (int b = 0; b < TileRequest.BUCKETS; b++) {
            double sum = 0;
            double most = -1;
            int hop = 0;
            for (int h = 0; h < HOPS; h++) {
                running[h] += whole[h][b];
                double depth = running[h] + part[h][b] / width;
                sum += depth;
                if (depth > most) {
                    most = depth;
                    hop = h;
                }
            }
            int scaled = sum > 0 ? (int) Math.max(1, Math.min(0xFFFF, Math.round(sum * 256))) : 0;
            out.putShort((short) scaled).put((byte) hop).put(bad[b]);
        }
    }
}
