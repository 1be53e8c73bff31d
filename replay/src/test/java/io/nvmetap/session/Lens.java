package io.nvmetap.session;

import io.nvmetap.device.GuestMemory;

/** Guest memory that a test changes on the way; the controller stores CQEs as two longs. */
class Lens implements GuestMemory {
    protected final GuestMemory to;

    Lens(GuestMemory to) {
        this.to = to;
    }

    @Override
    public boolean contains(long address, long count) {
        return to.contains(address, count);
    }

    @Override
    public void read(long address, byte[] target, int at, int count) {
        to.read(address, target, at, count);
    }

    @Override
    public void write(long address, byte[] source, int from, int count) {
        to.write(address, source, from, count);
    }

    @Override
    public int readInt(long address) {
        return to.readInt(address);
    }

    @Override
    public void writeInt(long address, int value) {
        to.writeInt(address, value);
    }

    @Override
    public long readLong(long address) {
        return to.readLong(address);
    }

    @Override
    public void writeLong(long address, long value) {
        to.writeLong(address, value);
    }

    @Override
    public void storeFence() {
        to.storeFence();
    }

    @Override
    public void loadFence() {
        to.loadFence();
    }
}
