package io.nvmetap.nvme;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Little-endian loads and stores over a byte array, without allocation (NVMe Base 2.0c 1.5, byte
 * ordering). The caller owns the bounds: an access outside the array throws {@link
 * IndexOutOfBoundsException}, so lengths from outside are checked before these are called.
 */
public final class LittleEndian {
    private static final VarHandle SHORT = view(short[].class);
    private static final VarHandle INT = view(int[].class);
    private static final VarHandle LONG = view(long[].class);

    private LittleEndian() {}

    private static VarHandle view(Class<?> arrayClass) {
        return MethodHandles.byteArrayViewVarHandle(arrayClass, ByteOrder.LITTLE_ENDIAN);
    }

    /** Unsigned byte, 0..255. */
    public static int u8(byte[] buf, int index) {
        return buf[index] & 0xFF;
    }

    /** Unsigned 16-bit value, 0..65535. */
    public static int u16(byte[] buf, int index) {
        return (short) SHORT.get(buf, index) & 0xFFFF;
    }

    /** Raw 32 bits. */
    public static int i32(byte[] buf, int index) {
        return (int) INT.get(buf, index);
    }

    /** Unsigned 32-bit value, 0..4294967295. */
    public static long u32(byte[] buf, int index) {
        return i32(buf, index) & 0xFFFF_FFFFL;
    }

    /** Raw 64 bits. */
    public static long i64(byte[] buf, int index) {
        return (long) LONG.get(buf, index);
    }

    /** Stores the low 8 bits of {@code value}. */
    public static void put8(byte[] buf, int index, int value) {
        buf[index] = (byte) value;
    }

    /** Stores the low 16 bits of {@code value}. */
    public static void put16(byte[] buf, int index, int value) {
        SHORT.set(buf, index, (short) value);
    }

    /** Stores 32 bits. */
    public static void put32(byte[] buf, int index, int value) {
        INT.set(buf, index, value);
    }

    /** Stores 64 bits. */
    public static void put64(byte[] buf, int index, long value) {
        LONG.set(buf, index, value);
    }
}
