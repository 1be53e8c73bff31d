package io.nvmetap.device.vfiouser;

import io.nvmetap.device.MemoryFault;
import io.nvmetap.nvme.LittleEndian;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * A client's memory that came without a descriptor, by DMA_READ and DMA_WRITE messages.
 *
 * <p>The specification has address and count of eight bytes each before the data. QEMU (seen in
 * 11.1) has the count in four and the data right behind it, four bytes earlier, in a message of the
 * same size. Which of the two a client speaks is seen in its replies to reads: QEMU's leave the
 * last four bytes zero and have data where the count's upper half is. Until that is known a write
 * first reads, and reads back what it wrote.
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
            byte[] reply = fetch(address + done, part);
            int from = place(reply, part);
            if (from == 0) {
                from = search(address + done, reply);
            }
            System.arraycopy(reply, from, target, at + done, part);
            done += part;
        }
    }

    @Override
    public void write(long address, byte[] source, int from, int count) {
        if (dataAt == 0 && count > 0) {
            byte[] probe = new byte[Math.min(count, pieceBytes)];
            read(address, probe, 0, probe.length);
        }
        for (int done = 0; done < count; ) {
            int part = Math.min(pieceBytes, count - done);
            if (dataAt == 0) {
                writeAndLook(address + done, source, from + done, part);
            } else {
                put(address + done, source, from + done, part, dataAt);
            }
            done += part;
        }
    }

    /** Only zeros were seen so far, so what is written is what the layout shows by. */
    private void writeAndLook(long address, byte[] source, int from, int count) {
        put(address, source, from, count, FIXED);
        byte[] wanted = Arrays.copyOfRange(source, from, from + count);
        byte[] there = new byte[count];
        read(address, there, 0, count);
        if (dataAt == PACKED || dataAt == 0 && !Arrays.equals(there, wanted)) {
            put(address, source, from, count, PACKED);
        }
    }

    private void put(long address, byte[] source, int from, int count, int place) {
        byte[] body = body(address, count, count);
        System.arraycopy(source, from, body, place, count);
        ask(VfioUser.COMMAND_DMA_WRITE, body, address);
    }

    private byte[] fetch(long address, int count) {
        Message reply = ask(VfioUser.COMMAND_DMA_READ, body(address, count, 0), address);
        if (reply.body().length != FIXED + count) {
            throw new MemoryFault(address, count);
        }
        return reply.body();
    }

    private static byte[] body(long address, int count, int dataBytes) {
        byte[] body = new byte[FIXED + dataBytes];
        LittleEndian.put64(body, 0, address);
        LittleEndian.put32(body, 8, count);
        return body;
    }

    /** Where the data starts, 0 if this reply does not tell. */
    private int place(byte[] body, int count) {
        if (dataAt == 0) {
            if (LittleEndian.i32(body, PACKED) != 0) {
                dataAt = PACKED;
            } else if (count < 4 || LittleEndian.i32(body, FIXED + count - 4) != 0) {
                dataAt = anyByte(body, FIXED) < 0 ? 0 : FIXED;
            }
        }
        return dataAt;
    }

    /** Zeros at both ends: asks for a byte that is not zero alone, which has one place only. */
    private int search(long address, byte[] body) {
        int at = anyByte(body, FIXED);
        if (at >= 0) {
            place(fetch(address + at - FIXED, 1), 1);
        }
        if (at >= 0 && dataAt == 0) {
            place(fetch(address + at - PACKED, 1), 1);
        }
        return dataAt == 0 ? FIXED : dataAt;
    }

    private static int anyByte(byte[] body, int from) {
        for (int at = from; at < body.length; at++) {
            if (body[at] != 0) {
                return at;
            }
        }
        return -1;
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
