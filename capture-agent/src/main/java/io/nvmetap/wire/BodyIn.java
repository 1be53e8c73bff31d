package io.nvmetap.wire;

import io.nvmetap.event.MalformedEventException;
import io.nvmetap.nvme.LittleEndian;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads the body of a frame; every length is checked against what is there. */
final class BodyIn {
    /** Bytes of one text. */
    static final int TEXT_BYTES_MAX = 1024;

    private byte[] bytes = {};
    private int at;
    private int end;

    BodyIn wrap(byte[] source, int from, int count) {
        bytes = source;
        at = from;
        end = from + count;
        return this;
    }

    int left() {
        return end - at;
    }

    /** Moves on by {@code count} bytes and returns where they begin. */
    int skip(int count) {
        if (count < 0 || count > end - at) {
            throw new MalformedEventException("a frame ends inside a field");
        }
        int from = at;
        at += count;
        return from;
    }

    int int8() {
        return bytes[skip(1)] & 0xFF;
    }

    int int16() {
        return LittleEndian.u16(bytes, skip(2));
    }

    int int32() {
        return LittleEndian.i32(bytes, skip(4));
    }

    long int64() {
        return LittleEndian.i64(bytes, skip(8));
    }

    byte[] array(int count) {
        int from = skip(count);
        return Arrays.copyOfRange(bytes, from, from + count);
    }

    void copy(byte[] target, int count) {
        System.arraycopy(bytes, skip(count), target, 0, count);
    }

    /** A text: its length in two bytes, then UTF-8. */
    String text() {
        int count = int16();
        if (count > TEXT_BYTES_MAX) {
            throw new MalformedEventException("a text of " + count + " bytes");
        }
        return new String(bytes, skip(count), count, StandardCharsets.UTF_8);
    }
}
