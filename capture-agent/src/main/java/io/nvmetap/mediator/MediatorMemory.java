package io.nvmetap.mediator;

import io.nvmetap.device.GuestMemory;
import io.nvmetap.nvme.LittleEndian;

/** What the controller reaches by DMA: the mediator's own pages, and behind them the guest's. */
final class MediatorMemory implements GuestMemory {
    private final OwnPages own;
    private final GuestMemory guest;

    MediatorMemory(OwnPages own, GuestMemory guest) {
        this.own = own;
        this.guest = guest;
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
            System.arraycopy(block.bytes, (int) (address - block.address), target, at, count);
        } else {
            guest.read(address, target, at, count);
        }
    }

    @Override
    public void write(long address, byte[] source, int from, int count) {
        if (own.covers(address)) {
            OwnPages.Block block = own.require(address, count);
            System.arraycopy(source, from, block.bytes, (int) (address - block.address), count);
        } else {
            guest.write(address, source, from, count);
        }
    }

    @Override
    public int readInt(long address) {
        if (own.covers(address)) {
            OwnPages.Block block = own.require(address, Integer.BYTES);
            return LittleEndian.i32(block.bytes, (int) (address - block.address));
        }
        return guest.readInt(address);
    }

    @Override
    public void writeInt(long address, int value) {
        if (own.covers(address)) {
            OwnPages.Block block = own.require(address, Integer.BYTES);
            LittleEndian.put32(block.bytes, (int) (address - block.address), value);
        } else {
            guest.writeInt(address, value);
        }
    }

    @Override
    public long readLong(long address) {
        if (own.covers(address)) {
            OwnPages.Block block = own.require(address, Long.BYTES);
            return LittleEndian.i64(block.bytes, (int) (address - block.address));
        }
        return guest.readLong(address);
    }

    @Override
    public void writeLong(long address, long value) {
        if (own.covers(address)) {
            OwnPages.Block block = own.require(address, Long.BYTES);
            LittleEndian.put64(block.bytes, (int) (address - block.address), value);
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
