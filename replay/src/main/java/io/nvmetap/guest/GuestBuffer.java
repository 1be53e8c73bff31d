package io.nvmetap.guest;

import io.nvmetap.device.PagedMemory;
import io.nvmetap.nvme.Sqe;

/** A data buffer with its PRP list. */
final class GuestBuffer {
    private static final int PAGE = PagedMemory.PAGE_SIZE;
    private static final int LIST_PLACES = PAGE / 8;

    final long address;
    final int bytes;
    private final GuestMachine machine;
    private final long list;

    /**
     * @param bytes size, at most 512 pages
     */
    GuestBuffer(GuestMachine machine, int bytes) {
        if (bytes > LIST_PLACES * PAGE) {
            throw new IllegalArgumentException("buffer of " + bytes + " bytes");
        }
        this.machine = machine;
        this.bytes = bytes;
        this.address = machine.allocate(bytes);
        this.list = machine.allocate(PAGE);
    }

    /** Points a command at the first {@code count} bytes from {@code offset} in the first page. */
    void point(byte[] sqe, int offset, int count) {
        Sqe.putPrp1(sqe, 0, address + offset);
        int pages = (offset + count + PAGE - 1) / PAGE;
        if (pages <= 1) {
            Sqe.putPrp2(sqe, 0, 0);
        } else if (pages == 2) {
            Sqe.putPrp2(sqe, 0, address + PAGE);
        } else {
            for (int i = 1; i < pages; i++) {
                machine.memory.writeLong(list + 8L * (i - 1), address + (long) i * PAGE);
            }
            Sqe.putPrp2(sqe, 0, list);
        }
    }

    /** Points a command at one page again and again. */
    void pointRepeated(byte[] sqe, int count) {
        int pages = (count + PAGE - 1) / PAGE;
        Sqe.putPrp1(sqe, 0, address);
        for (int i = 1; i < pages; i++) {
            machine.memory.writeLong(list + 8L * (i - 1), address);
        }
        Sqe.putPrp2(sqe, 0, pages <= 1 ? 0 : pages == 2 ? address : list);
    }

    void put(byte[] content) {
        machine.memory.write(address, content, 0, content.length);
    }

    byte[] get(int offset, int count) {
        byte[] content = new byte[count];
        machine.memory.read(address + offset, content, 0, count);
        return content;
    }
}
