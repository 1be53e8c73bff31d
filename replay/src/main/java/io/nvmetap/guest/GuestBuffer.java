package io.nvmetap.guest;

import io.nvmetap.device.PagedMemory;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.Sqe;

/** A data buffer with its PRP list. */
final class GuestBuffer {
    private static final int PAGE = PagedMemory.PAGE_SIZE;
    private static final int PLACES = PAGE / 8;
    private static final int LIST_PAGES = 4;

    /** No list needs more list pages than there are, wherever in the first it begins. */
    private static final int PAGES_MAX = (LIST_PAGES - 1) * (PLACES - 1);

    final long address;
    final int bytes;
    private final GuestMachine machine;
    private final long list;
    private final boolean anywhere;

    /** From one page of the buffer to the next. */
    private final int stride;

    /** A buffer of pages that follow each other, with a list at the start of its page. */
    GuestBuffer(GuestMachine machine, int bytes) {
        this(machine, bytes, false, false);
    }

    /** A buffer as the habits of the guest want it. */
    GuestBuffer(GuestMachine machine, int bytes, SimulationSpec spec) {
        this(
                machine,
                bytes,
                spec.has(GuestHabit.SCATTERED_BUFFERS),
                spec.has(GuestHabit.LIST_OFFSETS));
    }

    private GuestBuffer(GuestMachine machine, int bytes, boolean scattered, boolean anywhere) {
        int pages = (bytes + PAGE - 1) / PAGE;
        if (pages >= PAGES_MAX) {
            throw new IllegalArgumentException("buffer of " + bytes + " bytes");
        }
        this.machine = machine;
        this.bytes = bytes;
        this.anywhere = anywhere;
        this.stride = scattered ? 2 * PAGE : PAGE;
        // One more where data may begin inside a page.
        this.address = machine.allocate((long) (scattered ? pages + 1 : pages) * stride);
        // Every other page: what comes after a list page is not the list's next.
        boolean one = !anywhere && pages <= PLACES;
        this.list = machine.allocate(one ? PAGE : 2L * LIST_PAGES * PAGE);
        if (!one) {
            litter();
        }
    }

    /** List memory is full of what earlier lists left, as in a pool: pages that are not this. */
    private void litter() {
        byte[] old = new byte[PAGE];
        long elsewhere = machine.allocate(PAGE);
        for (int at = 0; at < PAGE; at += 8) {
            LittleEndian.put64(old, at, elsewhere);
        }
        for (int i = 0; i < 2 * LIST_PAGES; i++) {
            machine.memory.write(list + (long) i * PAGE, old, 0, PAGE);
        }
    }

    private long page(int i) {
        return address + (long) i * stride;
    }

    /** Points a command at the first {@code count} bytes from {@code offset} in the first page. */
    void point(byte[] sqe, int offset, int count) {
        Sqe.putPrp1(sqe, 0, address + offset);
        int pages = (offset + count + PAGE - 1) / PAGE;
        if (pages <= 1) {
            Sqe.putPrp2(sqe, 0, 0);
        } else if (pages == 2) {
            Sqe.putPrp2(sqe, 0, page(1));
        } else {
            Sqe.putPrp2(sqe, 0, writeList(pages - 1, true));
        }
    }

    /** Points a command at one page again and again. */
    void pointRepeated(byte[] sqe, int count) {
        int pages = (count + PAGE - 1) / PAGE;
        Sqe.putPrp1(sqe, 0, address);
        long many = pages > 2 ? writeList(pages - 1, false) : address;
        Sqe.putPrp2(sqe, 0, pages <= 1 ? 0 : many);
    }

    /** A list of the pages after the first, or of the first again and again; where it begins. */
    private long writeList(int entries, boolean next) {
        long page = list;
        long start = list + 8L * place(entries);
        long at = start;
        for (int i = 1; i <= entries; i++) {
            if ((at & PAGE - 1) == PAGE - 8 && i < entries) {
                page += 2 * PAGE;
                machine.memory.writeLong(at, page);
                at = page;
            }
            machine.memory.writeLong(at, next ? page(i) : address);
            at += 8;
        }
        return start;
    }

    /** Lists that end with their page, that go on in the next, that lie anywhere. */
    private int place(int entries) {
        if (!anywhere) {
            return 0;
        }
        int ending = Math.max(0, PLACES - entries);
        return switch (machine.random.nextInt(4)) {
            case 0 -> ending;
            case 1 -> Math.min(PLACES - 1, ending + 1 + machine.random.nextInt(entries));
            case 2 -> machine.random.nextInt(PLACES);
            default -> 0;
        };
    }

    void put(byte[] content) {
        for (int at = 0; at < content.length; at += PAGE) {
            machine.memory.write(page(at / PAGE), content, at, Math.min(PAGE, content.length - at));
        }
    }

    byte[] get(int offset, int count) {
        byte[] content = new byte[count];
        for (int done = 0; done < count; ) {
            int in = (offset + done) % PAGE;
            int part = Math.min(PAGE - in, count - done);
            machine.memory.read(page((offset + done) / PAGE) + in, content, done, part);
            done += part;
        }
        return content;
    }
}
