package io.nvmetap.event;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Reads Avro binary encoding; every length is checked against what is there. */
public final class AvroIn {
    private static final VarHandle BIG_ENDIAN =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private byte[] buffer = {};
    private int position;
    private int limit;

    /** Reads {@code count} bytes of {@code source} from {@code from}. */
    public AvroIn wrap(byte[] source, int from, int count) {
        buffer = source;
        position = from;
        limit = from + count;
        return this;
    }

    /**
     * @return index of the next byte in the wrapped array
     */
    public int position() {
        return position;
    }

    /**
     * @return bytes not yet read
     */
    public int remaining() {
        return limit - position;
    }

    private MalformedEventException shortBy(String what) {
        return new MalformedEventException("bytes end inside " + what);
    }

    /** int and long. */
    public long readLong() {
        int at = position;
        if (at < limit) {
            int one = buffer[at];
            if (one >= 0) {
                position = at + 1;
                return (one >>> 1) ^ -(one & 1);
            }
        }
        return readLongOfSeveralBytes();
    }

    private long readLongOfSeveralBytes() {
        byte[] from = buffer;
        int at = position;
        long n = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at >= limit) {
                throw shortBy("a number");
            }
            byte b = from[at++];
            n |= (b & 0x7FL) << shift;
            if (b >= 0) {
                position = at;
                return (n >>> 1) ^ -(n & 1);
            }
        }
        throw new MalformedEventException("a number has over ten bytes");
    }

    /** int, checked. */
    public int readInt() {
        long value = readLong();
        if (value != (int) value) {
            throw new MalformedEventException("number " + value + " does not fit 32 bits");
        }
        return (int) value;
    }

    /** boolean. */
    public boolean readBoolean() {
        if (position >= limit) {
            throw shortBy("a boolean");
        }
        byte b = buffer[position++];
        if (b != 0 && b != 1) {
            throw new MalformedEventException("boolean is " + b);
        }
        return b == 1;
    }

    /** fixed. */
    public void readFixed(byte[] target, int at, int count) {
        if (limit - position < count) {
            throw shortBy("a fixed");
        }
        System.arraycopy(buffer, position, target, at, count);
        position += count;
    }

    /** Eight bytes of a fixed, most significant first. */
    public long readFixedLong() {
        if (limit - position < 8) {
            throw shortBy("a fixed");
        }
        long v = (long) BIG_ENDIAN.get(buffer, position);
        position += Long.BYTES;
        return v;
    }

    /**
     * Length of bytes or string, checked against what is left and {@code max}.
     *
     * @param max named bound of the caller
     */
    public int readLength(int max) {
        long length = readLong();
        if (length < 0 || length > max || length > limit - position) {
            throw new MalformedEventException("length " + length + " is out of range");
        }
        return (int) length;
    }

    /** bytes. */
    public byte[] readBytes(int max) {
        byte[] out = new byte[readLength(max)];
        readFixed(out, 0, out.length);
        return out;
    }

    /** string. */
    public String readString(int maxBytes) {
        int length = readLength(maxBytes);
        if (length == 0) {
            return "";
        }
        String s = new String(buffer, position, length, StandardCharsets.UTF_8);
        position += length;
        return s;
    }

    /**
     * Next block of an array: its count, 0 at the end. A negative count carries a byte size, which
     * is skipped (Avro specification, "Arrays").
     *
     * @param max most items a block may claim
     */
    public int readArrayCount(int max) {
        long count = readLong();
        if (count < 0) {
            count = -count;
            readLong();
        }
        if (count < 0 || count > max || count > remaining()) {
            throw new MalformedEventException("array of " + count + " items is out of range");
        }
        return (int) count;
    }
}
