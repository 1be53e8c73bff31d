package io.nvmetap.device.vfiouser;

import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.MemoryFault;
import io.nvmetap.nvme.LittleEndian;

/** What a client answers to its server's DMA_READ and DMA_WRITE. */
final class DmaService {
    private static final int FIXED = 16;

    private DmaService() {}

    /** The reply; an error reply for what is malformed, too large or not there. */
    static Message answer(GuestMemory memory, Message command) {
        boolean write = command.command() == VfioUser.COMMAND_DMA_WRITE;
        if (!write && command.command() != VfioUser.COMMAND_DMA_READ) {
            return command.failure(VfioUser.ENOTSUP);
        }
        byte[] b = command.body();
        if (b.length < FIXED) {
            return command.failure(VfioUser.EINVAL);
        }
        long address = LittleEndian.i64(b, 0);
        long count = LittleEndian.i64(b, 8);
        boolean whole = count >= 0 && count <= VfioUser.DATA_BYTES_MAX;
        if (!whole || b.length != FIXED + (write ? count : 0)) {
            return command.failure(VfioUser.EINVAL);
        }
        try {
            if (write) {
                memory.write(address, b, FIXED, (int) count);
                byte[] reply = new byte[FIXED];
                System.arraycopy(b, 0, reply, 0, FIXED);
                return command.reply(reply);
            }
            byte[] reply = new byte[FIXED + (int) count];
            System.arraycopy(b, 0, reply, 0, FIXED);
            memory.read(address, reply, FIXED, (int) count);
            return command.reply(reply);
        } catch (MemoryFault fault) {
            return command.failure(VfioUser.EFAULT);
        }
    }
}
