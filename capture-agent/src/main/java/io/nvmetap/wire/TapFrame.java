package io.nvmetap.wire;

import io.nvmetap.nvme.LittleEndian;
import java.util.Arrays;

/** One frame: its header, and where its body lies. Reused by whoever fills it. */
public final class TapFrame {
    /** Bytes before the body. */
    public static final int HEADER_BYTES = 48;

    /** Bytes of the largest body. */
    public static final int BODY_BYTES_MAX = 2 << 20;

    /** First four bytes of a frame on a byte stream, little-endian. */
    public static final int SYNC = 0xA554564E;

    /** The one version of the format there is. */
    public static final int VERSION = 1;

    static final int SUMMED_FROM = 4;
    static final int SUMMED_BYTES = 40;
    static final int BODY_SUM_AT = 40;
    static final int HEADER_SUM_AT = 44;
    private static final int CPU_UNKNOWN = 0xFFFF;

    int bodyBytes;
    int version;
    int kind;
    int side;
    int controller;
    int cpu;
    int ring;
    int ringSequence;
    int dropped;
    long order;
    long ticks;
    byte[] bytes = {};
    int bodyAt;

    /** Reads a frame that lies whole at {@code at}; nothing is judged. */
    TapFrame read(byte[] source, int at) {
        bodyBytes = LittleEndian.i32(source, at + 4);
        version = source[at + 8] & 0xFF;
        kind = source[at + 9] & 0xFF;
        side = source[at + 10] & 0xFF;
        controller = source[at + 11] & 0xFF;
        int number = LittleEndian.u16(source, at + 12);
        cpu = number == CPU_UNKNOWN ? -1 : number;
        ring = LittleEndian.u16(source, at + 14);
        ringSequence = LittleEndian.i32(source, at + 16);
        dropped = LittleEndian.i32(source, at + 20);
        order = LittleEndian.i64(source, at + 24);
        ticks = LittleEndian.i64(source, at + 32);
        bytes = source;
        bodyAt = at + HEADER_BYTES;
        return this;
    }

    /**
     * @return ticket, which gives the place in the tap's one order
     */
    public long order() {
        return order;
    }

    /** A copy that owns its body. */
    TapFrame keep() {
        TapFrame kept = new TapFrame();
        kept.bodyBytes = bodyBytes;
        kept.version = version;
        kept.kind = kind;
        kept.side = side;
        kept.controller = controller;
        kept.cpu = cpu;
        kept.ring = ring;
        kept.ringSequence = ringSequence;
        kept.dropped = dropped;
        kept.order = order;
        kept.ticks = ticks;
        kept.bytes = Arrays.copyOfRange(bytes, bodyAt, bodyAt + bodyBytes);
        return kept;
    }
}
