package io.nvmetap.device.vfiouser;

import io.nvmetap.device.Controller;
import io.nvmetap.device.MemoryFault;
import io.nvmetap.event.ResetKind;
import io.nvmetap.nvme.LittleEndian;
import java.util.List;

/**
 * What a server answers to each message of its client; knows no sockets. Every message is checked
 * before anything is done: an error reply means nothing happened.
 *
 * <p>Owner thread: whoever holds the timeline.
 */
final class ServerSession {
    private static final int INFO_BYTES = 16;
    private static final int REGION_INFO_BYTES = 32;
    private static final int DMA_MAP_BYTES = 32;
    private static final int DMA_UNMAP_BYTES = 24;
    private static final int SET_IRQS_BYTES = 20;
    private static final int ACCESS_BYTES = 16;
    private static final int MULTI_BYTES = 24;

    /** Writes of one REGION_WRITE_MULTI. */
    static final int MULTI_MAX = 200;

    private static final int DEVICE_FLAG_RESET = 1;
    private static final int DEVICE_FLAG_PCI = 2;
    private static final int UNMAP_DIRTY_BITMAP = 1;
    private static final int UNMAP_ALL = 2;

    private final Controller controller;
    private final DmaMap memory;
    private final IrqTable irqs;
    private final Regions regions;
    private Capabilities client;

    ServerSession(PciIdentity identity, Controller controller, DmaMap memory, IrqTable irqs) {
        this.controller = controller;
        this.memory = memory;
        this.irqs = irqs;
        this.regions = new Regions(identity, controller, irqs);
    }

    /** What the client said it can do; defaults before it said so. */
    Capabilities client() {
        return client == null ? Capabilities.DEFAULT : client;
    }

    /** Whether versions were exchanged. */
    boolean negotiated() {
        return client != null;
    }

    /** A new client, or none: as after power on. */
    void end() {
        boolean known = client != null;
        client = null;
        irqs.close();
        try {
            if (known) {
                controller.reset(ResetKind.MACHINE);
            }
        } finally {
            irqs.reset();
            regions.reset();
            memory.clear();
        }
    }

    /** The reply, also to commands that want none. Takes the message's descriptors over. */
    Message handle(Message message) {
        try {
            if (client == null && message.command() != VfioUser.COMMAND_VERSION) {
                message.closeDescriptors();
                return message.failure(VfioUser.EINVAL);
            }
            return switch (message.command()) {
                case VfioUser.COMMAND_DMA_MAP -> dmaMap(message);
                case VfioUser.COMMAND_DEVICE_SET_IRQS -> setIrqs(message);
                default -> {
                    message.closeDescriptors();
                    yield message.descriptors().isEmpty()
                            ? plain(message)
                            : message.failure(VfioUser.EINVAL);
                }
            };
        } catch (MemoryFault fault) {
            return message.failure(VfioUser.EFAULT);
        }
    }

    private Message plain(Message m) {
        return switch (m.command()) {
            case VfioUser.COMMAND_VERSION -> version(m);
            case VfioUser.COMMAND_DMA_UNMAP -> dmaUnmap(m);
            case VfioUser.COMMAND_DEVICE_GET_INFO -> deviceInfo(m);
            case VfioUser.COMMAND_DEVICE_GET_REGION_INFO -> regionInfo(m);
            case VfioUser.COMMAND_DEVICE_GET_IRQ_INFO -> irqInfo(m);
            case VfioUser.COMMAND_REGION_READ -> read(m);
            case VfioUser.COMMAND_REGION_WRITE -> write(m);
            case VfioUser.COMMAND_REGION_WRITE_MULTI -> writeMany(m);
            case VfioUser.COMMAND_DEVICE_RESET -> reset(m);
            // A client's memory is the client's to ask for, and we hold no doorbell descriptors.
            case VfioUser.COMMAND_DMA_READ,
                    VfioUser.COMMAND_DMA_WRITE,
                    VfioUser.COMMAND_DEVICE_GET_REGION_IO_FDS ->
                    m.failure(VfioUser.ENOTSUP);
            default -> m.failure(VfioUser.EINVAL);
        };
    }

    private Message version(Message m) {
        Capabilities said = Capabilities.parse(m.body());
        if (said == null || client != null) {
            return m.failure(VfioUser.EINVAL);
        }
        if (LittleEndian.u16(m.body(), 0) != VfioUser.VERSION_MAJOR) {
            return m.failure(VfioUser.ENOTSUP);
        }
        client = said;
        return m.reply(Capabilities.OURS.body());
    }

    private Message dmaMap(Message m) {
        byte[] b = m.body();
        List<Descriptor> came = m.descriptors();
        if (b.length != DMA_MAP_BYTES
                || LittleEndian.u32(b, 0) < DMA_MAP_BYTES
                || came.size() > 1) {
            m.closeDescriptors();
            return m.failure(VfioUser.EINVAL);
        }
        int errno =
                memory.map(
                        LittleEndian.i64(b, 16),
                        LittleEndian.i64(b, 24),
                        LittleEndian.i32(b, 4),
                        came.isEmpty() ? null : came.get(0),
                        LittleEndian.i64(b, 8));
        return errno == 0 ? m.reply(new byte[0]) : m.failure(errno);
    }

    private Message dmaUnmap(Message m) {
        byte[] b = m.body();
        if (b.length != DMA_UNMAP_BYTES || LittleEndian.u32(b, 0) < DMA_UNMAP_BYTES) {
            return m.failure(VfioUser.EINVAL);
        }
        int flags = LittleEndian.i32(b, 4);
        long address = LittleEndian.i64(b, 8);
        long bytes = LittleEndian.i64(b, 16);
        if (flags == UNMAP_ALL && address == 0 && bytes == 0) {
            memory.clear();
            return m.reply(b);
        }
        if (flags != 0) {
            boolean unserved = flags == UNMAP_DIRTY_BITMAP;
            return m.failure(unserved ? VfioUser.ENOTSUP : VfioUser.EINVAL);
        }
        int errno = memory.unmap(address, bytes);
        return errno == 0 ? m.reply(b) : m.failure(errno);
    }

    private Message deviceInfo(Message m) {
        if (m.body().length != INFO_BYTES || LittleEndian.u32(m.body(), 0) < INFO_BYTES) {
            return m.failure(VfioUser.EINVAL);
        }
        byte[] b = new byte[INFO_BYTES];
        LittleEndian.put32(b, 0, INFO_BYTES);
        LittleEndian.put32(b, 4, DEVICE_FLAG_PCI | DEVICE_FLAG_RESET);
        LittleEndian.put32(b, 8, VfioUser.REGIONS);
        LittleEndian.put32(b, 12, VfioUser.IRQS);
        return m.reply(b);
    }

    private Message regionInfo(Message m) {
        byte[] asked = m.body();
        if (asked.length < REGION_INFO_BYTES || LittleEndian.u32(asked, 0) < REGION_INFO_BYTES) {
            return m.failure(VfioUser.EINVAL);
        }
        long index = LittleEndian.u32(asked, 8);
        if (index >= VfioUser.REGIONS) {
            return m.failure(VfioUser.EINVAL);
        }
        long bytes = regions.bytes((int) index);
        byte[] b = new byte[REGION_INFO_BYTES];
        LittleEndian.put32(b, 0, REGION_INFO_BYTES);
        LittleEndian.put32(
                b, 4, bytes == 0 ? 0 : VfioUser.REGION_READABLE | VfioUser.REGION_WRITABLE);
        LittleEndian.put32(b, 8, (int) index);
        LittleEndian.put64(b, 16, bytes);
        return m.reply(b);
    }

    private Message irqInfo(Message m) {
        byte[] asked = m.body();
        if (asked.length != INFO_BYTES || LittleEndian.u32(asked, 0) < INFO_BYTES) {
            return m.failure(VfioUser.EINVAL);
        }
        long index = LittleEndian.u32(asked, 8);
        int count = irqs.count(index);
        if (count < 0) {
            return m.failure(VfioUser.EINVAL);
        }
        byte[] b = new byte[INFO_BYTES];
        LittleEndian.put32(b, 0, INFO_BYTES);
        LittleEndian.put32(b, 4, IrqTable.infoFlags((int) index));
        LittleEndian.put32(b, 8, (int) index);
        LittleEndian.put32(b, 12, count);
        return m.reply(b);
    }

    private Message setIrqs(Message m) {
        byte[] b = m.body();
        if (b.length < SET_IRQS_BYTES || LittleEndian.u32(b, 0) < SET_IRQS_BYTES) {
            m.closeDescriptors();
            return m.failure(VfioUser.EINVAL);
        }
        byte[] data = new byte[b.length - SET_IRQS_BYTES];
        System.arraycopy(b, SET_IRQS_BYTES, data, 0, data.length);
        long[] range = {LittleEndian.u32(b, 12), LittleEndian.u32(b, 16)};
        int errno =
                irqs.set(
                        LittleEndian.i32(b, 4),
                        LittleEndian.u32(b, 8),
                        range,
                        data,
                        m.descriptors());
        if (errno != 0) {
            return m.failure(errno);
        }
        regions.interruptsChanged();
        return m.reply(new byte[0]);
    }

    private Message read(Message m) {
        byte[] b = m.body();
        if (b.length != ACCESS_BYTES) {
            return m.failure(VfioUser.EINVAL);
        }
        long offset = LittleEndian.i64(b, 0);
        long region = LittleEndian.u32(b, 8);
        long count = LittleEndian.u32(b, 12);
        if (!regions.covers(region, offset, count)) {
            return m.failure(VfioUser.EINVAL);
        }
        byte[] reply = new byte[ACCESS_BYTES + (int) count];
        System.arraycopy(b, 0, reply, 0, ACCESS_BYTES);
        regions.read((int) region, (int) offset, reply, ACCESS_BYTES, (int) count);
        return m.reply(reply);
    }

    private Message write(Message m) {
        byte[] b = m.body();
        if (b.length < ACCESS_BYTES) {
            return m.failure(VfioUser.EINVAL);
        }
        long offset = LittleEndian.i64(b, 0);
        long region = LittleEndian.u32(b, 8);
        long count = LittleEndian.u32(b, 12);
        if (!regions.covers(region, offset, count) || b.length != ACCESS_BYTES + count) {
            return m.failure(VfioUser.EINVAL);
        }
        regions.write((int) region, (int) offset, b, ACCESS_BYTES, (int) count);
        byte[] reply = new byte[ACCESS_BYTES];
        System.arraycopy(b, 0, reply, 0, ACCESS_BYTES);
        return m.reply(reply);
    }

    /** All or nothing: each write is checked before the first is done. */
    private Message writeMany(Message m) {
        byte[] b = m.body();
        long writes = b.length < Long.BYTES ? -1 : LittleEndian.i64(b, 0);
        boolean whole = writes >= 0 && writes <= MULTI_MAX;
        if (!whole || b.length != Long.BYTES + writes * MULTI_BYTES) {
            return m.failure(VfioUser.EINVAL);
        }
        for (int at = Long.BYTES; at < b.length; at += MULTI_BYTES) {
            long count = LittleEndian.u32(b, at + 12);
            long region = LittleEndian.u32(b, at + 8);
            boolean fits = count <= Long.BYTES;
            if (!fits || !regions.covers(region, LittleEndian.i64(b, at), count)) {
                return m.failure(VfioUser.EINVAL);
            }
        }
        for (int at = Long.BYTES; at < b.length; at += MULTI_BYTES) {
            int region = LittleEndian.i32(b, at + 8);
            int count = LittleEndian.i32(b, at + 12);
            regions.write(region, (int) LittleEndian.i64(b, at), b, at + ACCESS_BYTES, count);
        }
        byte[] reply = new byte[Long.BYTES];
        LittleEndian.put64(reply, 0, writes);
        return m.reply(reply);
    }

    private Message reset(Message m) {
        if (m.body().length != 0) {
            return m.failure(VfioUser.EINVAL);
        }
        regions.resetFunction(ResetKind.MACHINE);
        return m.reply(new byte[0]);
    }
}
