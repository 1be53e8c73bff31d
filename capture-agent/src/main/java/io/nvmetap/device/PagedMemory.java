package io.nvmetap.device;

import io.nvmetap.nvme.LittleEndian;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Guest memory kept in the process: sparse 4 KiB pages inside declared ranges. A page that was
 * never written reads as zeros and costs nothing.
 *
 * <p>May be used from several threads: an aligned four or eight byte word is loaded and stored
 * whole (stores with release, loads opaque), and a store never disturbs its neighbours. Longer
 * accesses are whole only word by word, as DMA is.
 */
public final class PagedMemory implements GuestMemory {
    /** Bytes of a page. */
    public static final int PAGE_SIZE = 4096;

    /** Ranges that can be declared. */
    public static final int RANGES_MAX = 4096;

    /** Bytes that can be declared in all: 1 TiB. */
    public static final long DECLARED_BYTES_MAX = 1L << 40;

    /** Pages that may be resident unless the constructor says otherwise: 512 MiB. */
    public static final int RESIDENT_PAGES_DEFAULT = 131_072;

    private static final int PAGE_SHIFT = 12;
    private static final int WORDS = PAGE_SIZE / Long.BYTES;
    private static final int DIRECTORY_SHIFT = 9;
    private static final int DIRECTORY_PAGES = 1 << DIRECTORY_SHIFT;
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    private final int residentPagesMax;
    private final AtomicInteger residentPages = new AtomicInteger();
    private volatile Range[] ranges = new Range[0];

    /** Memory without a range yet, with {@link #RESIDENT_PAGES_DEFAULT}. */
    public PagedMemory() {
        this(RESIDENT_PAGES_DEFAULT);
    }

    /** One range, with {@link #RESIDENT_PAGES_DEFAULT}; see {@link #addRange}. */
    public PagedMemory(long base, long size) {
        this(RESIDENT_PAGES_DEFAULT);
        addRange(base, size);
    }

    /**
     * @param residentPagesMax pages that may be written to, at least 1; a store that needs one more
     *     faults
     */
    public PagedMemory(int residentPagesMax) {
        if (residentPagesMax < 1) {
            throw new IllegalArgumentException("residentPagesMax " + residentPagesMax);
        }
        this.residentPagesMax = residentPagesMax;
    }

    /**
     * Declares memory.
     *
     * @param base first address, a multiple of {@link #PAGE_SIZE}, not negative
     * @param size bytes, a positive multiple of {@link #PAGE_SIZE}
     * @throws IllegalArgumentException if it is misaligned, overlaps a range or passes a bound
     */
    public synchronized void addRange(long base, long size) {
        if (base < 0 || size <= 0 || ((base | size) & PAGE_SIZE - 1) != 0 || base + size < 0) {
            throw new IllegalArgumentException(
                    String.format("range 0x%x + 0x%x is not made of whole pages", base, size));
        }
        if (ranges.length == RANGES_MAX || size > DECLARED_BYTES_MAX - declaredBytes()) {
            throw new IllegalArgumentException("more memory than PagedMemory can declare");
        }
        Range[] more = new Range[ranges.length + 1];
        int at = 0;
        while (at < ranges.length && ranges[at].base < base) {
            at++;
        }
        boolean overlaps =
                at > 0 && ranges[at - 1].end > base
                        || at < ranges.length && ranges[at].base < base + size;
        if (overlaps) {
            throw new IllegalArgumentException(
                    String.format("range 0x%x + 0x%x overlaps another", base, size));
        }
        System.arraycopy(ranges, 0, more, 0, at);
        more[at] = new Range(base, base + size);
        System.arraycopy(ranges, at, more, at + 1, ranges.length - at);
        ranges = more;
    }

    /**
     * @return bytes declared
     */
    public long declaredBytes() {
        long sum = 0;
        for (Range range : ranges) {
            sum += range.end - range.base;
        }
        return sum;
    }

    /**
     * @return pages that were written to
     */
    public int residentPages() {
        return residentPages.get();
    }

    @Override
    public boolean contains(long address, long count) {
        if (address < 0 || count < 0 || address + count < 0) {
            return false;
        }
        long at = address;
        long end = address + Math.max(count, 1);
        while (at < end) {
            Range range = find(at);
            if (range == null) {
                return false;
            }
            at = range.end;
        }
        return true;
    }

    @Override
    public void read(long address, byte[] target, int at, int count) {
        require(address, count);
        int done = 0;
        while (done < count) {
            long from = address + done;
            int part = Math.min(count - done, Long.BYTES - (int) (from & 7));
            long word = load(from);
            if (part == Long.BYTES) {
                LittleEndian.put64(target, at + done, word);
            } else {
                for (int i = 0; i < part; i++) {
                    target[at + done + i] = (byte) (word >>> ((from & 7) + i) * 8);
                }
            }
            done += part;
        }
    }

    @Override
    public void write(long address, byte[] source, int from, int count) {
        require(address, count);
        int done = 0;
        while (done < count) {
            long to = address + done;
            int part = Math.min(count - done, Long.BYTES - (int) (to & 7));
            if (part == Long.BYTES) {
                store(to, LittleEndian.i64(source, from + done));
            } else {
                long bits = 0;
                for (int i = part - 1; i >= 0; i--) {
                    bits = bits << 8 | source[from + done + i] & 0xFF;
                }
                merge(to, bits, part);
            }
            done += part;
        }
    }

    @Override
    public int readInt(long address) {
        if ((address & 7) <= 4) {
            require(address, Integer.BYTES);
            return (int) (load(address) >>> (address & 7) * 8);
        }
        byte[] bytes = new byte[Integer.BYTES];
        read(address, bytes, 0, Integer.BYTES);
        return LittleEndian.i32(bytes, 0);
    }

    @Override
    public void writeInt(long address, int value) {
        if ((address & 7) <= 4) {
            require(address, Integer.BYTES);
            merge(address, value & 0xFFFF_FFFFL, Integer.BYTES);
        } else {
            byte[] bytes = new byte[Integer.BYTES];
            LittleEndian.put32(bytes, 0, value);
            write(address, bytes, 0, Integer.BYTES);
        }
    }

    @Override
    public long readLong(long address) {
        if ((address & 7) == 0) {
            require(address, Long.BYTES);
            return load(address);
        }
        byte[] bytes = new byte[Long.BYTES];
        read(address, bytes, 0, Long.BYTES);
        return LittleEndian.i64(bytes, 0);
    }

    @Override
    public void writeLong(long address, long value) {
        if ((address & 7) == 0) {
            require(address, Long.BYTES);
            store(address, value);
        } else {
            byte[] bytes = new byte[Long.BYTES];
            LittleEndian.put64(bytes, 0, value);
            write(address, bytes, 0, Long.BYTES);
        }
    }

    @Override
    public void storeFence() {
        VarHandle.storeStoreFence();
    }

    @Override
    public void loadFence() {
        VarHandle.loadLoadFence();
    }

    private void require(long address, long count) {
        if (!contains(address, count)) {
            throw new MemoryFault(address, count);
        }
    }

    /** The aligned word around an address that was checked. */
    private long load(long address) {
        long[] page = pageAt(address, false);
        return page == null ? 0 : (long) WORD.getOpaque(page, word(address));
    }

    private void store(long address, long value) {
        WORD.setRelease(pageAt(address, true), word(address), value);
    }

    /** Stores {@code count} bytes (1..7) inside the aligned word around {@code address}. */
    private void merge(long address, long bits, int count) {
        long[] page = pageAt(address, true);
        int shift = (int) (address & 7) * 8;
        long mask = (1L << count * 8) - 1 << shift;
        long old;
        do {
            old = (long) WORD.getOpaque(page, word(address));
        } while (!WORD.weakCompareAndSetRelease(
                page, word(address), old, old & ~mask | bits << shift & mask));
    }

    private static int word(long address) {
        return (int) (address & PAGE_SIZE - 1) >>> 3;
    }

    private long[] pageAt(long address, boolean create) {
        Range range = find(address);
        long index = address - range.base >>> PAGE_SHIFT;
        int slot = (int) (index >>> DIRECTORY_SHIFT);
        AtomicReferenceArray<long[]> directory = range.directories.get(slot);
        if (directory == null) {
            if (!create) {
                return null;
            }
            range.directories.compareAndSet(
                    slot, null, new AtomicReferenceArray<>(DIRECTORY_PAGES));
            directory = range.directories.get(slot);
        }
        int entry = (int) index & DIRECTORY_PAGES - 1;
        long[] page = directory.get(entry);
        return page != null || !create ? page : create(directory, entry, address);
    }

    private long[] create(AtomicReferenceArray<long[]> directory, int entry, long address) {
        if (residentPages.incrementAndGet() > residentPagesMax) {
            residentPages.decrementAndGet();
            throw new MemoryFault(address, PAGE_SIZE);
        }
        if (!directory.compareAndSet(entry, null, new long[WORDS])) {
            residentPages.decrementAndGet();
        }
        return directory.get(entry);
    }

    private Range find(long address) {
        Range[] sorted = ranges;
        int low = 0;
        int high = sorted.length - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            Range range = sorted[middle];
            if (address < range.base) {
                high = middle - 1;
            } else if (address >= range.end) {
                low = middle + 1;
            } else {
                return range;
            }
        }
        return null;
    }

    /** One declared range: directories of 512 pages, each made when first written to. */
    private static final class Range {
        final long base;
        final long end;
        final AtomicReferenceArray<AtomicReferenceArray<long[]>> directories;

        Range(long base, long end) {
            this.base = base;
            this.end = end;
            long bytes = (long) PAGE_SIZE << DIRECTORY_SHIFT;
            this.directories = new AtomicReferenceArray<>((int) ((end - base + bytes - 1) / bytes));
        }
    }
}
