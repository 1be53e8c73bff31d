package io.nvmetap.mediator;

import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.SharedBuffer;
import io.nvmetap.device.SharedMemory;

/**
 * What the controller reaches by DMA: the mediator's own pages, and behind them the guest's. A
 * controller in another process is given the files behind both.
 */
final class MediatorMemory implements SharedMemory {
    private final OwnPages own;
    private final GuestMemory guest;
    private final SharedBuffer shared;
    private final long base;

    /**
     * @param shared what lies behind the own pages, which start at {@code base}; null: they are of
     *     this process alone
     */
    MediatorMemory(OwnPages own, GuestMemory guest, SharedBuffer shared, long base) {
        this.own = own;
        this.guest = guest;
        this.shared = shared;
        this.base = base;
    }

    @Override
    public void watch(Watcher watcher) {
        if (shared == null) {
            watcher.added(new Range(base, MediatorConfig.WINDOW_BYTES, null, 0, true));
        } else {
            long bytes = shared.bytes().capacity();
            watcher.added(new Range(base, bytes, shared.descriptor(), 0, true));
        }
        if (guest instanceof SharedMemory other) {
            other.watch(watcher);
        }
    }

    @Override
    public boolean contains(long address, long count) {
        return own.covers(address)
                ? own.find(address, count) != null
                : guest.contains(address, count);
    }

    @Override
    public void read(long address, byte[] target, int at, int count) {
        if (own.covers(address)) {
            OwnPages.Block block = own.require(address, count);
            block.data.get((int) (address - block.address), target, at, count);
        } else {
            guest.read(address, target, at, count);
        }
    }

    @Override
    public void write(long address, byte[] source, int from, int count) {
        if (own.covers(address)) {
            OwnPages.Block block = own.require(address, count);
            block.data.put((int) (address - block.address), source, from, count);
        } else {
            guest.write(address, source, from, count);
        }
    }

    @Override
    public int readInt(long address) {
        if (own.covers(address)) {
            OwnPages.Block block = own.require(address, Integer.BYTES);
            return block.data.getInt((int) (address - block.address));
        }
        return guest.readInt(address);
    }

    @Override
    public void writeInt(long address, int value) {
        if (own.covers(address)) {
            OwnPages.Block block = own.require(address, Integer.BYTES);
            block.data.putInt((int) (address - block.address), value);
        } else {
            guest.writeInt(address, value);
        }
    }

    @Override
    public long readLong(long address) {
        if (own.covers(address)) {
            OwnPages.Block block = own.require(address, Long.BYTES);
            return block.data.getLong((int) (address - block.address));
        }
        return guest.readLong(address);
    }

    @Override
    public void writeLong(long address, long value) {
        if (own.covers(address)) {
            OwnPages.Block block = own.require(address, Long.BYTES);
            block.data.putLong((int) (address - block.address), value);
        } else {
            guest.writeLong(address, value);
        }
    }

    @Override
    public void storeFence() {
        guest.storeFence();
    }

    @Override
    public void loadFence() {
        guest.loadFence();
    }
}
