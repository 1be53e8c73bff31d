package io.nvmetap.event;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Commands to and from Avro binary. Two things make most of a command's bytes and say little: zeros
 * at the end of the entry, and the addresses of pages that follow one another. Since version 3 the
 * zeros are counted, and pages of 4 KiB are told as runs. What cannot be told so without a loss is
 * written as in version 1, page by page.
 */
final class CommandCodec {
    /** Version of the schema from which on zeros are left out and pages come as runs. */
    private static final int VERSION_OF_RUNS = 3;

    /** Log2 of the bytes of a page of a run. */
    private static final int PAGE_SHIFT = 12;

    private static final int PAGE_BYTES = 1 << PAGE_SHIFT;

    private static final int NOT_RUNS = -1;

    private static final VarHandle LITTLE_ENDIAN =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private CommandCodec() {}

    static void encode(CapturedEvent e, AvroOut out) {
        int entryBytes = withoutZeros(e.entry, e.entryBytes);
        out.writeLong(e.qid).writeLong(e.slot).writeBytes(e.entry, 0, entryBytes);
        out.writeLong(e.known).writeLong(e.owner.ordinal()).writeLong(e.commandId);
        out.writeLong(e.dataBytes).writeBoolean(e.sgl);
        int runs = e.pageCount > 1 ? runs(e) : NOT_RUNS;
        int listed = runs == NOT_RUNS ? e.pageCount : 1;
        if (listed > 0) {
            out.writeLong(listed);
            for (int i = 0; i < listed; i++) {
                out.writeLong(e.pageAddress[i]).writeLong(e.pageLengthBytes[i]);
            }
        }
        out.writeLong(0).writeLong(e.entryBytes - entryBytes);
        if (runs == NOT_RUNS) {
            out.writeLong(0).writeLong(0);
        } else {
            encodeRuns(e, runs, out);
        }
    }

    /**
     * @return bytes of the entry up to its last one that is not zero
     */
    private static int withoutZeros(byte[] entry, int entryBytes) {
        int end = entryBytes;
        while (end >= Long.BYTES) {
            long last = (long) LITTLE_ENDIAN.get(entry, end - Long.BYTES);
            if (last != 0) {
                return end - Long.numberOfLeadingZeros(last) / Byte.SIZE;
            }
            end -= Long.BYTES;
        }
        while (end > 0 && entry[end - 1] == 0) {
            end--;
        }
        return end;
    }

    /** From the end of the page before to the begin of page {@code i}, bytes modulo 2^64. */
    private static long gap(CapturedEvent e, int i) {
        return e.pageAddress[i] - e.pageAddress[i - 1] - e.pageLengthBytes[i - 1];
    }

    /**
     * @return into how many runs the pages after the first fall; {@link #NOT_RUNS} if they are not
     *     all whole pages that lie whole pages apart, the last one perhaps shorter
     */
    private static int runs(CapturedEvent e) {
        int last = e.pageCount - 1;
        int cut = PAGE_BYTES - e.pageLengthBytes[last];
        if (cut < 0 || cut >= PAGE_BYTES) {
            return NOT_RUNS;
        }
        int runs = 1;
        long gaps = gap(e, 1);
        for (int i = 2; i <= last; i++) {
            if (e.pageLengthBytes[i - 1] != PAGE_BYTES) {
                return NOT_RUNS;
            }
            long gap = gap(e, i);
            gaps |= gap;
            runs += gap == 0 ? 0 : 1;
        }
        return (gaps & PAGE_BYTES - 1) == 0 ? runs : NOT_RUNS;
    }

    private static void encodeRuns(CapturedEvent e, int runs, AvroOut out) {
        out.writeLong(runs);
        long skip = gap(e, 1) >> PAGE_SHIFT;
        int from = 1;
        for (int i = 2; i < e.pageCount; i++) {
            long gap = gap(e, i);
            if (gap != 0) {
                out.writeLong(skip).writeLong(i - from);
                skip = gap >> PAGE_SHIFT;
                from = i;
            }
        }
        out.writeLong(skip).writeLong(e.pageCount - from);
        out.writeLong(0).writeLong(PAGE_BYTES - e.pageLengthBytes[e.pageCount - 1]);
    }

    static void decode(AvroIn in, CapturedEvent e, int version) {
        e.qid = in.readInt();
        e.slot = in.readInt();
        e.entryBytes = in.readLength(CapturedEvent.ENTRY_BYTES_MAX);
        in.readFixed(e.entry, 0, e.entryBytes);
        e.known = in.readLong();
        e.owner = Owner.of(in.readInt());
        e.commandId = in.readLong();
        e.dataBytes = in.readLong();
        e.sgl = in.readBoolean();
        e.pageCount = 0;
        for (int n = in.readArrayCount(CapturedEvent.PAGES_MAX);
                n > 0;
                n = in.readArrayCount(CapturedEvent.PAGES_MAX)) {
            for (int i = 0; i < n; i++) {
                e.page(in.readLong(), in.readInt());
            }
        }
        if (version >= VERSION_OF_RUNS) {
            decodeZeros(in, e);
            decodeRuns(in, e);
        }
    }

    private static void decodeZeros(AvroIn in, CapturedEvent e) {
        int zeros = in.readInt();
        if (zeros < 0 || zeros > CapturedEvent.ENTRY_BYTES_MAX - e.entryBytes) {
            throw new MalformedEventException(
                    "an entry of " + e.entryBytes + " bytes and " + zeros + " zeros");
        }
        Arrays.fill(e.entry, e.entryBytes, e.entryBytes + zeros, (byte) 0);
        e.entryBytes += zeros;
    }

    private static void decodeRuns(AvroIn in, CapturedEvent e) {
        int last = e.pageCount - 1;
        long next = last < 0 ? 0 : e.pageAddress[last] + e.pageLengthBytes[last];
        for (int n = in.readArrayCount(CapturedEvent.PAGES_MAX);
                n > 0;
                n = in.readArrayCount(CapturedEvent.PAGES_MAX)) {
            for (int i = 0; i < n; i++) {
                long skip = in.readLong();
                int pages = in.readInt();
                if ((skip << PAGE_SHIFT) >> PAGE_SHIFT != skip || pages < 1) {
                    throw new MalformedEventException(
                            "a run of " + pages + " pages after " + skip + " others");
                }
                e.pages(next + (skip << PAGE_SHIFT), PAGE_BYTES, pages);
                next += (skip + pages) << PAGE_SHIFT;
            }
        }
        int cut = in.readInt();
        if (cut < 0 || cut >= PAGE_BYTES || cut > 0 && e.pageCount - 1 == last) {
            throw new MalformedEventException("the last page is cut by " + cut + " bytes");
        }
        if (cut > 0) {
            e.pageLengthBytes[e.pageCount - 1] -= cut;
        }
    }
}
