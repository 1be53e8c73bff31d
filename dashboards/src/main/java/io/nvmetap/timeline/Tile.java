package io.nvmetap.timeline;

import io.nvmetap.event.Side;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What a page draws of one window, as bytes (little-endian; {@code docs/dashboard.md} has the
 * layout): each lane either its commands and marks one by one, or, where there are more than a page
 * could tell apart, sums by bucket.
 */
public final class Tile {
    /** First bytes of a tile. */
    public static final int MAGIC = 0x314C_544E;

    /** Commands, and marks, of a lane that are told one by one. */
    public static final int SINGLES_MAX = 256;

    /** Bytes of one command told by itself. */
    static final int COMMAND_BYTES = 48;

    /** Bytes of one mark told by itself. */
    static final int MARK_BYTES = 20;

    private static final int LANE_BYTES_MAX =
            16 + SINGLES_MAX * COMMAND_BYTES + SINGLES_MAX * MARK_BYTES;

    private final CaptureIndex index;
    private final TileRequest request;
    private final int[] found = new int[SINGLES_MAX];
    private final LaneSums sums = new LaneSums();
    private ByteBuffer out = ByteBuffer.allocate(64 << 10).order(ByteOrder.LITTLE_ENDIAN);

    private Tile(CaptureIndex index, TileRequest request) {
        this.index = index;
        this.request = request;
    }

    /**
     * @return the bytes of a tile
     */
    public static byte[] of(CaptureIndex index, TileRequest request) {
        return new Tile(index, request).encode();
    }

    private byte[] encode() {
        out.putInt(MAGIC).putInt(request.level()).putDouble(request.fromNs());
        int countAt = out.position();
        out.putInt(0);
        int lanes = 0;
        for (int i = 0; i < index.lanes().size(); i++) {
            lanes += lane(i, index.lanes().get(i)) ? 1 : 0;
        }
        out.putInt(countAt, lanes);
        byte[] bytes = new byte[out.position()];
        System.arraycopy(out.array(), 0, bytes, 0, bytes.length);
        return bytes;
    }

    private boolean lane(int number, Lane lane) {
        int begin = out.position();
        reserve();
        out.putShort((short) number);
        int commands = commands(lane);
        int marks = marks(lane);
        if (commands == 0 && marks == 0) {
            out.position(begin);
            return false;
        }
        return true;
    }

    private void reserve() {
        if (out.remaining() < LANE_BYTES_MAX) {
            ByteBuffer larger =
                    ByteBuffer.allocate(out.capacity() * 2 + LANE_BYTES_MAX)
                            .order(ByteOrder.LITTLE_ENDIAN);
            out = larger.put(out.flip());
        }
    }

    /** Count of commands, or -1 and sums by bucket. */
    private int commands(Lane lane) {
        boolean guest = lane.side() == Side.GUEST;
        int count = 0;
        sums.clear();
        for (int g = 0; g < lane.groupEndNs.size(); g++) {
            boolean outside =
                    lane.groupEndNs.getLong(g) < request.fromNs()
                            || lane.groupStartNs.getLong(g) >= request.toNs();
            if (outside) {
                continue;
            }
            int end = Math.min(lane.commands.size(), (g + 1) * Lane.GROUP);
            for (int i = g * Lane.GROUP; i < end; i++) {
                int c = lane.commands.getInt(i);
                if (overlaps(c, guest)) {
                    if (count < SINGLES_MAX) {
                        found[count] = c;
                    }
                    count++;
                }
            }
        }
        if (count <= SINGLES_MAX) {
            out.putShort((short) count);
            for (int i = 0; i < count; i++) {
                command(found[i], guest);
            }
        } else {
            sum(lane, guest);
        }
        return count;
    }

    private boolean overlaps(int c, boolean guest) {
        CommandTable t = index.commands();
        return t.startNs(c, guest) < request.toNs() && t.endNs(c, guest) >= request.fromNs();
    }

    private void sum(Lane lane, boolean guest) {
        for (int g = 0; g < lane.groupEndNs.size(); g++) {
            if (lane.groupEndNs.getLong(g) < request.fromNs()
                    || lane.groupStartNs.getLong(g) >= request.toNs()) {
                continue;
            }
            int end = Math.min(lane.commands.size(), (g + 1) * Lane.GROUP);
            for (int i = g * Lane.GROUP; i < end; i++) {
                int c = lane.commands.getInt(i);
                if (overlaps(c, guest)) {
                    sums.add(index.commands(), c, guest, request);
                }
            }
        }
        out.putShort((short) -1);
        sums.write(out, request);
    }

    private void command(int c, boolean guest) {
        CommandTable t = index.commands();
        long start = t.startNs(c, guest);
        out.putDouble(start);
        for (Moment m : SHOWN) {
            out.putFloat(after(t.at(c, m), start));
        }
        boolean own = (t.flags(c) & CommandTable.OWN) != 0;
        boolean mediated = own || t.at(c, Moment.FETCHED) >= 0;
        Moment ack = guest || !mediated ? Moment.ACKNOWLEDGED : Moment.DEVICE_ACKNOWLEDGED;
        out.putFloat(after(t.at(c, ack), start));
        out.putFloat(after(Math.max(start, t.endNs(c, guest)), start));
        out.putDouble(t.id(c));
        out.put((byte) t.opcode(c)).put((byte) t.flags(c)).put((byte) t.row(c, guest));
        out.put((byte) 0).putShort((short) t.status(c)).putShort((short) t.cid(c));
    }

    private static final Moment[] SHOWN = {
        Moment.FETCHED, Moment.EMITTED, Moment.SEEN, Moment.COPIED
    };

    private static float after(long timeNs, long startNs) {
        return timeNs < 0 ? Float.NaN : timeNs - startNs;
    }

    /** Count of marks, or -1 and a bit for each kind by bucket. */
    private int marks(Lane lane) {
        int from = first(lane, request.fromNs());
        int to = first(lane, request.toNs());
        MarkTable t = index.marks();
        if (to - from <= SINGLES_MAX) {
            out.putShort((short) (to - from));
            for (int i = from; i < to; i++) {
                int m = lane.marks.getInt(i);
                out.putDouble(t.timeNs(m)).putInt(t.ordinal(m)).putInt(t.value(m));
                out.put((byte) t.kind(m)).put((byte) 0).putShort((short) 0);
            }
            return to - from;
        }
        int[] bits = new int[TileRequest.BUCKETS];
        for (int i = from; i < to; i++) {
            int m = lane.marks.getInt(i);
            bits[request.bucket(t.timeNs(m))] |= 1 << t.kind(m);
        }
        out.putShort((short) -1);
        for (int b : bits) {
            out.putInt(b);
        }
        return to - from;
    }

    /** First mark of a lane at or after a time. */
    private int first(Lane lane, long timeNs) {
        int low = 0;
        int high = lane.marks.size();
        while (low < high) {
            int mid = low + high >>> 1;
            if (index.marks().timeNs(lane.marks.getInt(mid)) < timeNs) {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        return low;
    }
}
