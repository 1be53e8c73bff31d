package io.nvmetap.mediator;

/**
 * Device side command identifiers, given out in turns and never the lowest free one: a controller
 * may still hold a tag whose completion is visible. One table a queue, or one for all queues.
 */
final class SlotTable {
    private final Slot[] slots;
    private final boolean lowestFirst;
    private int next;
    private int busy;

    SlotTable(int capacity, boolean lowestFirst) {
        slots = new Slot[capacity];
        this.lowestFirst = lowestFirst;
    }

    int capacity() {
        return slots.length;
    }

    boolean full() {
        return busy == slots.length;
    }

    /** The next free slot; the caller made sure that the table is not full. */
    Slot take(SqShadow sq, long commandId) {
        // fault: ans2-tag-reused-too-soon. From the lowest, each time.
        next = lowestFirst ? 0 : next;
        while (slots[next] != null && slots[next].busy) {
            next = (next + 1) % slots.length;
        }
        if (slots[next] == null) {
            slots[next] = new Slot(next);
        }
        Slot slot = slots[next];
        next = (next + 1) % slots.length;
        busy++;
        slot.begin(sq, commandId);
        return slot;
    }

    void release(Slot slot) {
        if (slot.busy) {
            slot.end();
            busy--;
        }
    }

    /** The busy slot of an identifier on a queue, or null. */
    Slot find(int deviceCid, SqShadow sq) {
        Slot slot = deviceCid < slots.length ? slots[deviceCid] : null;
        return slot != null && slot.busy && slot.sq == sq ? slot : null;
    }

    /** The busy slot of the guest's identifier on a queue, or null. */
    Slot findGuest(int guestCid, SqShadow sq) {
        for (Slot slot : slots) {
            boolean here = slot != null && slot.busy && slot.sq == sq;
            if (here && slot.own == null && slot.guestCid == guestCid) {
                return slot;
            }
        }
        return null;
    }

    /** Slot by index, null if it was never used. */
    Slot at(int index) {
        return slots[index];
    }
}
