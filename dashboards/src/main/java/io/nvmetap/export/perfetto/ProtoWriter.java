package io.nvmetap.export.perfetto;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Fields of one protobuf message in their wire format (Protocol Buffers Encoding): tag, then a
 * varint, eight bytes, or a length and so many bytes. Grows, is reused, knows nothing of schemas.
 */
final class ProtoWriter {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;

    private byte[] buffer = new byte[256];
    private int used;

    ProtoWriter clear() {
        used = 0;
        return this;
    }

    byte[] buffer() {
        return buffer;
    }

    int length() {
        return used;
    }

    /** A number, unsigned; a negative one takes ten bytes, as int64 does. */
    ProtoWriter number(int field, long value) {
        varint((long) field << 3 | VARINT);
        return varint(value);
    }

    /** Eight bytes, little-endian. */
    ProtoWriter fixed64(int field, long value) {
        varint((long) field << 3 | FIXED64);
        room(8);
        for (int i = 0; i < 8; i++) {
            buffer[used++] = (byte) (value >>> 8 * i);
        }
        return this;
    }

    ProtoWriter text(int field, String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return bytes(field, utf8, utf8.length);
    }

    ProtoWriter message(int field, ProtoWriter inner) {
        return bytes(field, inner.buffer, inner.used);
    }

    private ProtoWriter bytes(int field, byte[] value, int length) {
        varint((long) field << 3 | BYTES);
        varint(length);
        room(length);
        System.arraycopy(value, 0, buffer, used, length);
        used += length;
        return this;
    }

    private ProtoWriter varint(long value) {
        room(10);
        long left = value;
        while ((left & ~0x7FL) != 0) {
            buffer[used++] = (byte) (left | 0x80);
            left >>>= 7;
        }
        buffer[used++] = (byte) left;
        return this;
    }

    private void room(int more) {
        if (used + more > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, used + more));
        }
    }
}
