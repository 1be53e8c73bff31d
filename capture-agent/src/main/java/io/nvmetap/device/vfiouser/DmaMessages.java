package io.nvmetap.device.vfiouser;

import io.nvmetap.device.MemoryFault;
import io.nvmetap.nvme.LittleEndian;
import java.io.IOException;
import java.util.List;

/**
 * A client's memory that came without a descriptor, by DMA_READ and DMA_WRITE messages.
 *
 * <p>The specification has address and count of eight bytes each before the data. QEMU (seen in
 * 11.1) has the count in four and the data right behind it, four bytes earlier, in a message of the
 * same size. Which of the two a client speaks is seen in its replies to reads: QEMU's leave the
 * last four bytes zero and have data where the count's upper half is. Until that is known a write
 * first reads.
 */
final class DmaMessages implements DmaMap.Remote {
    /** Longest wait for a client's answer. */
    static final long TIMEOUT_MS = 5_000;

    private static final int FIXED = 16;
    private static final int PACKED = 12;

    private final Connection connection;
    private final int pieceBytes;
    private int dataAt;

    /**
     * @param maxDataXferSize what the client takes at a time
     */
    DmaMessages(Connection connection, int maxDataXferSize) {
        this.connection = connection;
        this.pieceBytes = Math.max(1, Math.min(maxDataXferSize, VfioUser.DATA_BYTES_MAX));
    }

    @Override
    public void read(long address, byte[] target, int at, int count) {
        for (int done = 0; done < count; ) {
            int part = Math.min(pieceBytes, count - done);
            byte[] body = body(address + done, part, 0);
            Message reply = ask(VfioUser.COMMAND_DMA_READ, body, address);
            if (reply.body().length != FIXED + part) {
                throw new MemoryFault(address, count);
            }
            int from = place(reply.body(), part);
            System.arraycopy(reply.body(), from, target, at + done, part);
            done += part;
        }
    }

    @Override
    public void write(long address, byte[] source, int from, int count) {
        if (dataAt == 0 && count > 0) {
            byte[] probe = new byte[Math.min(count, pieceBytes)];
            read(address, probe, 0, probe.length);
        }
        int place = dataAt == 0 ? FIXED : dataAt;
        for (int done = 0; done < count; ) {
            int part = Math.min(pieceBytes, count - done);
            byte[] body = body(address + done, part, part);
            System.arraycopy(source, from + done, body, place, part);
            ask(VfioUser.COMMAND_DMA_WRITE, body, address);
            done += part;
        }
    }

    private static byte[] body(long address, int count, int dataBytes) {
        byte[] body = new byte[FIXED + dataBytes];
        LittleEndian.put64(body, 0, address);
        LittleEndian.put32(body, 8, count);
        return body;
    }

    private int place(byte[] body, int count) {
        if (dataAt == 0) {
            if (LittleEndian.i32(body, PACKED) != 0) {
                dataAt = PACKED;
            } else if (count >= 4 && LittleEndian.i32(body, FIXED + count - 4) != 0) {
                dataAt = FIXED;
            }
        }
        return dataAt == 0 ? FIXED : dataAt;
    }

    private Message ask(int command, byte[] body, long address) {
        Message reply;
        try {
            reply = connection.request(command, body, List.of(), TIMEOUT_MS);
        } catch (IOException gone) {
            throw new MemoryFault(address, body.length);
        }
        reply.closeDescriptors();
        if (reply.isError()) {
            throw new MemoryFault(address, body.length);
        }
        return reply;
    }
}
