package io.nvmetap.proxy;

import io.nvmetap.device.vfiouser.Message;
import io.nvmetap.device.vfiouser.VfioUser;
import io.nvmetap.nvme.LittleEndian;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/**
 * Replies that would let a client ring doorbells past the socket, without what lets it: the mapping
 * of BAR0 and its event descriptors. Pure functions over messages; the descriptors that are left
 * out stay the original message's to close.
 */
final class Withholding {
    private static final int REGION_INFO_BYTES = 32;
    private static final int IO_FDS_BYTES = 16;
    private static final int ARGSZ = 0;
    private static final int FLAGS = 4;
    private static final int INDEX = 8;
    private static final int CAP_OFFSET = 12;

    /**
     * linux/vfio.h: a capability is id (2 bytes), version (2), offset of the next (4), its data.
     */
    private static final int CAPABILITY_HEADER = 8;

    private static final int CAPABILITY_SPARSE_MMAP = 1;
    private static final int CAPABILITIES_MAX = 16;

    private Withholding() {}

    /** The message itself if there is nothing to withhold. */
    static Message from(Message m) {
        if (!m.isReply() || m.isError()) {
            return m;
        }
        return switch (m.command()) {
            case VfioUser.COMMAND_DEVICE_GET_REGION_INFO -> regionInfo(m);
            case VfioUser.COMMAND_DEVICE_GET_REGION_IO_FDS -> ioFds(m);
            default -> m;
        };
    }

    private static Message regionInfo(Message m) {
        byte[] b = m.body();
        if (b.length < REGION_INFO_BYTES || LittleEndian.i32(b, INDEX) != VfioUser.REGION_BAR0) {
            return m;
        }
        int flags = LittleEndian.i32(b, FLAGS);
        boolean mappable = (flags & VfioUser.REGION_MAPPABLE) != 0;
        if (!mappable && m.descriptors().isEmpty()) {
            return m;
        }
        byte[] shown = b.clone();
        boolean capabilities = (flags & VfioUser.REGION_CAPABILITIES) != 0;
        // A reply cut to what was asked for keeps its size: the client asks again for the rest.
        if (capabilities && LittleEndian.u32(b, ARGSZ) <= b.length) {
            shown = withoutSparse(b);
        }
        int left = LittleEndian.i32(shown, FLAGS) & ~VfioUser.REGION_MAPPABLE;
        LittleEndian.put32(shown, FLAGS, left);
        return new Message(m.id(), m.command(), m.flags(), m.error(), shown, List.of());
    }

    /** The structure with its other capabilities packed behind it, in their order. */
    private static byte[] withoutSparse(byte[] b) {
        TreeSet<Integer> starts = new TreeSet<>();
        long at = LittleEndian.u32(b, CAP_OFFSET);
        while (at >= REGION_INFO_BYTES
                && at <= b.length - CAPABILITY_HEADER
                && starts.size() < CAPABILITIES_MAX
                && starts.add((int) at)) {
            at = LittleEndian.u32(b, (int) at + 4);
        }
        byte[] packed = Arrays.copyOf(b, REGION_INFO_BYTES);
        int link = CAP_OFFSET;
        LittleEndian.put32(packed, link, 0);
        for (int start : starts) {
            if (LittleEndian.u16(b, start) == CAPABILITY_SPARSE_MMAP) {
                continue;
            }
            Integer next = starts.higher(start);
            int end = next == null ? b.length : next;
            int place = packed.length;
            packed = Arrays.copyOf(packed, place + end - start);
            System.arraycopy(b, start, packed, place, end - start);
            LittleEndian.put32(packed, place + 4, 0);
            LittleEndian.put32(packed, link, place);
            link = place + 4;
        }
        if (packed.length == REGION_INFO_BYTES) {
            int flags = LittleEndian.i32(packed, FLAGS) & ~VfioUser.REGION_CAPABILITIES;
            LittleEndian.put32(packed, FLAGS, flags);
        }
        LittleEndian.put32(packed, ARGSZ, packed.length);
        return packed;
    }

    /** No event descriptors: argsz, flags, index and a count of none. */
    private static Message ioFds(Message m) {
        byte[] b = m.body();
        if (b.length < IO_FDS_BYTES
                || LittleEndian.i32(b, INDEX) != VfioUser.REGION_BAR0
                || LittleEndian.i32(b, CAP_OFFSET) == 0 && m.descriptors().isEmpty()) {
            return m;
        }
        byte[] shown = Arrays.copyOf(b, IO_FDS_BYTES);
        LittleEndian.put32(shown, ARGSZ, IO_FDS_BYTES);
        LittleEndian.put32(shown, CAP_OFFSET, 0);
        return new Message(m.id(), m.command(), m.flags(), m.error(), shown, List.of());
    }
}
