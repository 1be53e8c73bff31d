package io.nvmetap.mediator;

import io.nvmetap.nvme.PageList;
import io.nvmetap.nvme.Sqe;

/**
 * PRP lists of the mediator's own in place of the guest's: the guest cannot change them any more
 * once its command was looked at. Only where the configuration asks for it.
 */
final class OwnLists {
    private static final int ENTRY_BYTES = 8;

    private final MediatorState state;

    OwnLists(MediatorState state) {
        this.state = state;
    }

    /** Whether the pages of guest commands are needed, recorded or not. */
    boolean wanted() {
        return state.config.ownLists();
    }

    /** Points the entry that goes out at an own list of the pages just walked, if it has one. */
    void replace(Slot slot, byte[] sqe) {
        Pages pages = state.fetchedPages;
        boolean listed = pages.walked() && pages.listed() && pages.commandId == slot.commandId;
        if (!wanted() || !listed || slot.bounce != null) {
            return;
        }
        int pageSize = state.pageSize();
        int places = pageSize / ENTRY_BYTES;
        int entries = pages.list().size() - 1;
        int listPages = entries <= places ? 1 : (entries - 2) / (places - 1) + 1;
        slot.list = state.pages.allocate(listPages * pageSize, pageSize);
        if (slot.list == null) {
            // No room: the guest's own list serves as well.
            return;
        }
        fill(slot.list, pages.list(), pageSize);
        Sqe.putPrp2(sqe, 0, slot.list.address);
    }

    private static void fill(OwnPages.Block block, PageList pages, int pageSize) {
        int at = 0;
        for (int i = 1; i < pages.size(); i++) {
            boolean last = (at & pageSize - 1) == pageSize - ENTRY_BYTES;
            if (last && i < pages.size() - 1) {
                block.data.putLong(at, block.address + at + ENTRY_BYTES);
                at += ENTRY_BYTES;
            }
            block.data.putLong(at, pages.address(i));
            at += ENTRY_BYTES;
        }
    }
}
