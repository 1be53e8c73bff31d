package io.nvmetap.device.model;

import java.io.IOException;
import java.util.Arrays;
import java.util.TreeMap;

/** A namespace kept in memory; only what was written takes room. One thread. */
public final class MemoryNamespace implements NamespaceStore {
    /** Bytes that may be written to before writes fail, unless the constructor says otherwise. */
    public static final long RESIDENT_BYTES_DEFAULT = 256L << 20;

    private static final int PAGE = 4096;

    private final TreeMap<Long, byte[]> pages = new TreeMap<>();
    private final long sizeBytes;
    private final long residentPagesMax;
    private int blockBytes;

    /**
     * @param sizeBytes size, a positive multiple of 4096
     * @param blockBytes 512 or 4096
     */
    public MemoryNamespace(long sizeBytes, int blockBytes) {
        this(sizeBytes, blockBytes, RESIDENT_BYTES_DEFAULT);
    }

    /**
     * @param residentBytesMax bytes that may be written to before writes fail
     */
    public MemoryNamespace(long sizeBytes, int blockBytes, long residentBytesMax) {
        this.sizeBytes = Blocks.checkedSize(sizeBytes);
        this.blockBytes = Blocks.checkedBlock(blockBytes);
        this.residentPagesMax = residentBytesMax / PAGE;
    }

    @Override
    public int blockBytes() {
        return blockBytes;
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public void read(long offset, byte[] target, int at, int count) {
        Blocks.check(this, offset, count);
        for (int done = 0; done < count; ) {
            int inPage = (int) (offset + done) & PAGE - 1;
            int part = Math.min(count - done, PAGE - inPage);
            byte[] page = pages.get(offset + done - inPage);
            if (page == null) {
                Arrays.fill(target, at + done, at + done + part, (byte) 0);
            } else {
                System.arraycopy(page, inPage, target, at + done, part);
            }
            done += part;
        }
    }

    @Override
    public void write(long offset, byte[] source, int from, int count) throws IOException {
        Blocks.check(this, offset, count);
        for (int done = 0; done < count; ) {
            int inPage = (int) (offset + done) & PAGE - 1;
            int part = Math.min(count - done, PAGE - inPage);
            System.arraycopy(source, from + done, page(offset + done - inPage), inPage, part);
            done += part;
        }
    }

    @Override
    public void zero(long offset, long count) {
        Blocks.check(this, offset, count);
        long end = offset + count;
        for (Long at : pages.subMap(offset & -PAGE, end).keySet().toArray(new Long[0])) {
            long first = Math.max(at, offset);
            long last = Math.min(at + PAGE, end);
            if (last - first == PAGE) {
                pages.remove(at);
            } else {
                Arrays.fill(pages.get(at), (int) (first - at), (int) (last - at), (byte) 0);
            }
        }
    }

    @Override
    public void flush() {
        // memory is as safe as it gets
    }

    @Override
    public void format(int newBlockBytes) {
        blockBytes = Blocks.checkedBlock(newBlockBytes);
        pages.clear();
    }

    @Override
    public void close() {
        pages.clear();
    }

    private byte[] page(long at) throws IOException {
        byte[] page = pages.get(at);
        if (page == null) {
            if (pages.size() >= residentPagesMax) {
                throw new IOException("namespace in memory is full");
            }
            page = new byte[PAGE];
            pages.put(at, page);
        }
        return page;
    }
}
