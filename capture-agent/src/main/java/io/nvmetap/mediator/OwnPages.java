package io.nvmetap.mediator;

import io.nvmetap.device.MemoryFault;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The mediator's own pages: device side queues, bounce pages, buffers of own commands. Addresses
 * move on through the window before any is used again, so a controller that writes to freed memory
 * finds none there, and one that dislikes used buffers gets fresh ones.
 */
final class OwnPages {
    static final int PAGE = 4096;

    /** Blocks that may exist together. */
    static final int BLOCKS_MAX = 1 << 17;

    /** A run of pages, contiguous, zeroed when allocated. */
    static final class Block {
        final long address;

        /** Little-endian; another process may store into it. */
        final ByteBuffer data;

        Block(long address, ByteBuffer data) {
            this.address = address;
            this.data = data;
        }

        long end() {
            return address + data.capacity();
        }

        /** What it holds now. */
        byte[] copy() {
            byte[] copy = new byte[data.capacity()];
            data.get(0, copy);
            return copy;
        }
    }

    private final long base;
    private final ByteBuffer shared;
    private final long end;
    private final long bytesMax;
    private final List<Block> blocks = new ArrayList<>();

    /** Blocks given back that a controller may still use. */
    private final List<Block> kept = new ArrayList<>();

    private boolean keeping;
    private long cursor;
    private long used;

    OwnPages(long base, long windowBytes, long bytesMax) {
        this(base, windowBytes, bytesMax, null);
    }

    /**
     * @param shared memory behind the whole window, for a controller in another process; null: each
     *     block has its own
     */
    OwnPages(long base, long windowBytes, long bytesMax, ByteBuffer shared) {
        this.base = base;
        this.shared = shared;
        this.end = base + windowBytes;
        this.bytesMax = bytesMax;
        this.cursor = base;
    }

    /** Whether an address is in the window, allocated or not. */
    boolean covers(long address) {
        return address >= base && address < end;
    }

    /** Bytes allocated. */
    long usedBytes() {
        return used;
    }

    /**
     * Allocates whole pages.
     *
     * @param bytes at least 1
     * @param alignment a power of two from {@link #PAGE}
     * @return the block, or null when the bound is reached
     */
    Block allocate(int bytes, int alignment) {
        int size = (bytes + PAGE - 1) / PAGE * PAGE;
        if (size <= 0 || used + size > bytesMax || blocks.size() >= BLOCKS_MAX) {
            return null;
        }
        long at = gap(align(cursor, alignment), size, alignment);
        if (at < 0) {
            at = gap(align(base, alignment), size, alignment);
        }
        if (at < 0) {
            return null;
        }
        Block block = new Block(at, memory(at, size));
        blocks.add(indexAfter(at), block);
        used += size;
        // A page is left out between blocks: an overrun meets nothing.
        cursor = block.end() + PAGE;
        return block;
    }

    /** Gives a block back; null is none. */
    void free(Block block) {
        if (keeping && block != null) {
            kept.add(block);
        } else if (block != null && blocks.remove(block)) {
            used -= block.data.capacity();
        }
    }

    /** Whether what is given back from now on stays allocated until {@link #freeKept}. */
    void keep(boolean newKeeping) {
        keeping = newKeeping;
    }

    /** Gives back what was kept. */
    void freeKept() {
        kept.forEach(this::free);
        kept.clear();
    }

    /** The block that holds the whole range, or null. */
    Block find(long address, long count) {
        int index = indexAfter(address) - 1;
        if (index < 0) {
            return null;
        }
        Block block = blocks.get(index);
        return count >= 0 && address < block.end() && count <= block.end() - address ? block : null;
    }

    /**
     * The block that holds the whole range.
     *
     * @throws MemoryFault if none does
     */
    Block require(long address, long count) {
        Block block = find(address, count);
        if (block == null) {
            throw new MemoryFault(address, count);
        }
        return block;
    }

    private ByteBuffer memory(long at, int size) {
        if (shared == null) {
            return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        }
        ByteBuffer slice = shared.slice((int) (at - base), size).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < size; i += Long.BYTES) {
            slice.putLong(i, 0);
        }
        return slice;
    }

    /** First free place from {@code from}, -1 if there is none before the end. */
    private long gap(long from, int size, int alignment) {
        long at = from;
        for (int i = Math.max(0, indexAfter(at) - 1); i < blocks.size(); i++) {
            Block block = blocks.get(i);
            if (block.end() <= at) {
                continue;
            }
            if (block.address >= at + size) {
                break;
            }
            at = align(block.end(), alignment);
        }
        return at + size <= end ? at : -1;
    }

    private int indexAfter(long address) {
        int low = 0;
        int high = blocks.size();
        while (low < high) {
            int middle = low + high >>> 1;
            if (blocks.get(middle).address <= address) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static long align(long address, int alignment) {
        return address + alignment - 1 & -(long) alignment;
    }
}
