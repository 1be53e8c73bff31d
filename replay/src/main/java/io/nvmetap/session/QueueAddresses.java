package io.nvmetap.session;

import io.nvmetap.nvme.Registers;
import io.nvmetap.plan.Stimulus;

/** Admin queue addresses that are the replay's own. */
final class QueueAddresses {
    private QueueAddresses() {}

    /** What is written to a register of BAR0 instead of the recorded value. */
    static long rebased(Stimulus.WriteRegister write, long adminSq, long adminCq) {
        long offset = write.registerOffset();
        long address;
        if (offset >= Registers.ASQ && offset <= Registers.ASQ_HIGH) {
            address = adminSq;
        } else if (offset >= Registers.ACQ && offset <= Registers.ACQ_HIGH) {
            address = adminCq;
        } else {
            return write.value();
        }
        int width = write.widthBytes();
        long shifted = address >>> (offset & 4) * 8;
        return width >= 8 ? shifted : shifted & (1L << 8 * width) - 1;
    }
}
