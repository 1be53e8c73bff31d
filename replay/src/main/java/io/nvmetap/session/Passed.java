package io.nvmetap.session;

import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;

/**
 * What a driver must pass on as it is: all of a command whose meaning only its vendor knows, and of
 * any other the bits of byte 1 that the specification reserves (Apple's firmware uses them).
 */
final class Passed {
    private static final int CID_END = Sqe.CID_OFFSET + 2;
    private static final int POINTERS_END = Sqe.PRP1_OFFSET + 16;
    private static final int FLAGS = 1;

    /** NVMe Base 2.0c figure 86: FUSE is bits 1:0, PSDT bits 7:6. */
    private static final int FLAGS_RESERVED = 0x3C;

    private Passed() {}

    /**
     * Compares; command identifier and data pointers are the driver's to choose.
     *
     * @param sent by the guest
     * @param came to the controller
     * @return what differs, "" nothing
     */
    static String unchanged(boolean admin, byte[] sent, byte[] came) {
        int opcode = Sqe.opcode(sent, 0);
        int first = admin ? Opcodes.ADMIN_VENDOR_FIRST : Opcodes.IO_VENDOR_FIRST;
        if (opcode < first) {
            boolean same = ((sent[FLAGS] ^ came[FLAGS]) & FLAGS_RESERVED) == 0;
            return same ? "" : differs(FLAGS, sent, came);
        }
        for (int i = 0; i < Math.min(sent.length, came.length); i++) {
            boolean own = i >= Sqe.CID_OFFSET && i < CID_END;
            boolean pointer = i >= Sqe.PRP1_OFFSET && i < POINTERS_END;
            if (!own && !pointer && sent[i] != came[i]) {
                return differs(i, sent, came);
            }
        }
        return "";
    }

    private static String differs(int at, byte[] sent, byte[] came) {
        return String.format(
                "byte %d came to the controller as 0x%02x, the guest sent 0x%02x",
                at, came[at], sent[at]);
    }
}
