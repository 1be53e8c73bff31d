package io.nvmetap.event;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Avro binary encoding (Avro 1.12 specification, "Binary Encoding") into a growing array. */
public final class AvroOut {
    private static final VarHandle BIG_ENDIAN =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** Seven bits a byte. */
    private static final int LONG_BYTES_MAX = 10;

    private byte[] buffer;
    private int position;

    public AvroOut(int initialBytes) {
        buffer = new byte[initialBytes];
    }

    /**
     * @return the array written to; valid up to {@link #position()}
     */
    public byte[] buffer() {
        return buffer;
    }

    /**
     * @return bytes written
     */
    public int position() {
        return position;
    }

    /** Forgets what was written. */
    public AvroOut clear() {
        position = 0;
        return this;
    }

    private void room(int bytes) {
        if (buffer.length - position < bytes) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, position + bytes));
        }
    }

    /**
     * Leaves {@code count} bytes to the caller, who puts them into {@link #buffer()}.
     *
     * @return where they begin
     */
    public int leave(int count) {
        room(count);
        int at = position;
        position += count;
        return at;
    }

    /** int and long: zig-zag variable length. */
    public AvroOut writeLong(long value) {
        room(LONG_BYTES_MAX);
        long n = (value << 1) ^ (value >> 63);
        if ((n & ~0x7FL) == 0) {
            buffer[position++] = (byte) n;
            return this;
        }
        return writeLongOfSeveralBytes(n);
    }

    private AvroOut writeLongOfSeveralBytes(long zigZag) {
        long n = zigZag;
        byte[] to = buffer;
        int at = position;
        while ((n & ~0x7FL) != 0) {
            to[at++] = (byte) (n | 0x80);
            n >>>= 7;
        }
        to[at++] = (byte) n;
        position = at;
        return this;
    }

    /** boolean. */
    public AvroOut writeBoolean(boolean value) {
        room(1);
        buffer[position++] = (byte) (value ? 1 : 0);
        return this;
    }

    /** fixed: bare bytes. */
    public AvroOut writeFixed(byte[] source, int from, int count) {
        room(count);
        System.arraycopy(source, from, buffer, position, count);
        position += count;
        return this;
    }

    /** Eight bytes of a fixed, most significant first. */
    public AvroOut writeFixedLong(long value) {
        room(Long.BYTES);
        BIG_ENDIAN.set(buffer, position, value);
        position += Long.BYTES;
        return this;
    }

    /** bytes: length, then content. */
    public AvroOut writeBytes(byte[] source, int from, int count) {
        return writeLong(count).writeFixed(source, from, count);
    }

    /** string: UTF-8 length, then content. */
    public AvroOut writeString(String value) {
        if (value.isEmpty()) {
            return writeLong(0);
        }
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return writeBytes(utf8, 0, utf8.length);
    }
}
