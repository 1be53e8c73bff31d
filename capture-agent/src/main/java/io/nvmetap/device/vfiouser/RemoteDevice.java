package io.nvmetap.device.vfiouser;

import io.nvmetap.device.SharedMemory;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.nvme.LittleEndian;
import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/** A vfio-user server's PCI device in its client's hands: one method for each thing asked of it. */
final class RemoteDevice implements AutoCloseable {
    /** Longest wait for an answer, unless told otherwise. */
    static final long TIMEOUT_MS = 10_000;

    private static final int ACCESS_BYTES = 16;
    private static final int CAPABILITIES_MAX = 48;
    private static final int MSI_ID = 0x05;
    private static final int MSIX_ID = 0x11;
    private static final int COMMAND_ON = 0x0406;

    private final Path socket;
    private final Connection connection;
    private final UnaryOperator<Message> onCommand;
    private final long timeoutMs;
    private final Capabilities server;
    private final int[] interrupts = new int[VfioUser.IRQS];
    private PciIdentity identity;
    private int msiAt;
    private int msixAt;
    private int tableRegion;
    private long tableOffset;

    /**
     * @param onCommand answers the server's commands, on a thread of this object's
     * @param timeoutMs longest wait for an answer
     * @throws ConnectException if nobody listens there
     * @throws ProtocolException if who does is no vfio-user server
     */
    RemoteDevice(Path socket, UnaryOperator<Message> onCommand, long timeoutMs) throws IOException {
        this.socket = socket;
        this.onCommand = onCommand;
        this.timeoutMs = timeoutMs;
        AFUNIXSocket connected;
        try {
            connected =
                    AFUNIXSocket.connectTo(
                            AFUNIXSocketAddress.of(new File(socket.toAbsolutePath().toString())));
        } catch (IOException e) {
            throw new ConnectException(
                    "nobody serves vfio-user on " + socket + " (" + e.getMessage() + ")");
        }
        connection = new Connection(new MessageChannel(connected));
        try {
            server = version();
            look();
        } catch (IOException e) {
            connection.close();
            throw new ProtocolException(ProtocolException.kind(e), socket + ": " + e.getMessage());
        }
    }

    private Capabilities version() throws IOException {
        Message reply = ask(VfioUser.COMMAND_VERSION, Capabilities.OURS.body(), List.of());
        Capabilities said = Capabilities.parse(reply.body());
        if (said == null || LittleEndian.u16(reply.body(), 0) != VfioUser.VERSION_MAJOR) {
            throw new ProtocolException("it does not speak vfio-user 0.x");
        }
        return said;
    }

    private void look() throws IOException {
        byte[] info = new byte[16];
        LittleEndian.put32(info, 0, info.length);
        ask(VfioUser.COMMAND_DEVICE_GET_INFO, info, List.of());
        long bar0 = regionBytes(VfioUser.REGION_BAR0);
        long config = regionBytes(VfioUser.REGION_CONFIG);
        if (bar0 < PciIdentity.BAR0_BYTES_MIN || bar0 > 1 << 30 || config < ConfigSpace.BYTES) {
            throw new ProtocolException("it serves no PCI function with NVMe registers in BAR0");
        }
        for (int i = 0; i < VfioUser.IRQ_ERROR; i++) {
            interrupts[i] = irqCount(i);
        }
        byte[] c = readBytes(VfioUser.REGION_CONFIG, 0, ConfigSpace.BYTES);
        capabilities(c);
        int vectors = msixAt == 0 ? 1 : (LittleEndian.u16(c, msixAt + 2) & 0x7FF) + 1;
        identity =
                new PciIdentity(
                        LittleEndian.u16(c, 0),
                        LittleEndian.u16(c, 2),
                        LittleEndian.u16(c, 0x2C),
                        LittleEndian.u16(c, 0x2E),
                        c[8] & 0xFF,
                        LittleEndian.i32(c, 8) >>> 8,
                        vectors,
                        Integer.highestOneBit((int) bar0));
    }

    private void capabilities(byte[] c) {
        int at = c[0x34] & 0xFC;
        for (int i = 0; at >= 0x40 && at <= ConfigSpace.BYTES - 12 && i < CAPABILITIES_MAX; i++) {
            int id = c[at] & 0xFF;
            if (id == MSIX_ID && msixAt == 0) {
                msixAt = at;
                long table = LittleEndian.u32(c, at + 4);
                tableRegion = (int) (table & 7);
                tableOffset = table & ~7L;
            } else if (id == MSI_ID && msiAt == 0) {
                msiAt = at;
            }
            at = c[at + 1] & 0xFC;
        }
    }

    private long regionBytes(int index) throws IOException {
        byte[] b = new byte[32];
        LittleEndian.put32(b, 0, b.length);
        LittleEndian.put32(b, 8, index);
        Message reply = ask(VfioUser.COMMAND_DEVICE_GET_REGION_INFO, b, List.of());
        return LittleEndian.i64(body(reply, b.length), 16);
    }

    private int irqCount(int index) throws IOException {
        byte[] b = new byte[16];
        LittleEndian.put32(b, 0, b.length);
        LittleEndian.put32(b, 8, index);
        Message reply = ask(VfioUser.COMMAND_DEVICE_GET_IRQ_INFO, b, List.of());
        long count = LittleEndian.u32(body(reply, b.length), 12);
        return (int) Math.min(count, 2048);
    }

    PciIdentity identity() {
        return identity;
    }

    /** Interrupts the server has of an index. */
    int interrupts(int index) {
        return interrupts[index];
    }

    int tableRegion() {
        return tableRegion;
    }

    long tableOffset() {
        return tableOffset;
    }

    /** Starts the thread that answers the server's commands. */
    void startCommands() {
        Thread thread = new Thread(this::run, "nvmetap-vfio-user-client");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            Message command = connection.nextCommand();
            while (command != null) {
                Message reply = answer(command);
                if (command.wantsReply()) {
                    connection.send(reply);
                }
                command = connection.nextCommand();
            }
        } catch (IOException gone) {
            // The next request says so, to somebody who can do something about it.
            connection.close();
        }
    }

    private Message answer(Message command) {
        try {
            return onCommand.apply(command);
        } catch (RuntimeException | InternalError failure) {
            // InternalError: a mapped page of our memory file is gone. The server must not wait.
            return command.failure(VfioUser.EIO);
        }
    }

    /** Memory and bus master on, interrupts by message or line on. */
    void enable() throws IOException {
        write(VfioUser.REGION_CONFIG, ConfigSpace.COMMAND, 2, COMMAND_ON & ~0x400);
    }

    void map(SharedMemory.Range range) throws IOException {
        byte[] b = new byte[32];
        LittleEndian.put32(b, 0, b.length);
        int flags = VfioUser.DMA_READABLE | (range.writable() ? VfioUser.DMA_WRITABLE : 0);
        LittleEndian.put32(b, 4, flags);
        LittleEndian.put64(b, 8, range.fileOffset());
        LittleEndian.put64(b, 16, range.address());
        LittleEndian.put64(b, 24, range.bytes());
        List<Descriptor> with =
                range.descriptor() == null
                        ? List.of()
                        : List.of(Descriptor.borrowed(range.descriptor()));
        ask(VfioUser.COMMAND_DMA_MAP, b, with);
    }

    void unmap(SharedMemory.Range range) throws IOException {
        byte[] b = new byte[24];
        LittleEndian.put32(b, 0, b.length);
        LittleEndian.put64(b, 8, range.address());
        LittleEndian.put64(b, 16, range.bytes());
        ask(VfioUser.COMMAND_DMA_UNMAP, b, List.of());
    }

    long read(int region, long offset, int width) throws IOException {
        byte[] b = readBytes(region, offset, width);
        long value = 0;
        for (int i = width - 1; i >= 0; i--) {
            value = value << 8 | b[i] & 0xFF;
        }
        return value;
    }

    private byte[] readBytes(int region, long offset, int count) throws IOException {
        Message reply =
                ask(VfioUser.COMMAND_REGION_READ, access(region, offset, count, 0), List.of());
        byte[] body = body(reply, ACCESS_BYTES + count);
        byte[] data = new byte[count];
        System.arraycopy(body, ACCESS_BYTES, data, 0, count);
        return data;
    }

    void write(int region, long offset, int width, long value) throws IOException {
        byte[] b = access(region, offset, width, width);
        for (int i = 0; i < width; i++) {
            b[ACCESS_BYTES + i] = (byte) (value >>> 8 * i);
        }
        ask(VfioUser.COMMAND_REGION_WRITE, b, List.of());
    }

    private static byte[] access(int region, long offset, int count, int dataBytes) {
        byte[] b = new byte[ACCESS_BYTES + dataBytes];
        LittleEndian.put64(b, 0, offset);
        LittleEndian.put32(b, 8, region);
        LittleEndian.put32(b, 12, count);
        return b;
    }

    /**
     * Gives the server descriptors for vectors from {@code first}, as many a message as it takes.
     */
    void attach(int index, int first, List<Descriptor> descriptors) throws IOException {
        int most = Math.max(1, Math.min(server.maxMsgFds(), VfioUser.DESCRIPTORS_MAX));
        for (int done = 0; done < descriptors.size(); done += most) {
            int part = Math.min(most, descriptors.size() - done);
            int flags = VfioUser.IRQ_DATA_EVENTFD | VfioUser.IRQ_ACTION_TRIGGER;
            byte[] b = irqs(flags, index, first + done, part);
            ask(VfioUser.COMMAND_DEVICE_SET_IRQS, b, descriptors.subList(done, done + part));
        }
    }

    void disableInterrupts(int index) throws IOException {
        int flags = VfioUser.IRQ_DATA_NONE | VfioUser.IRQ_ACTION_TRIGGER;
        ask(VfioUser.COMMAND_DEVICE_SET_IRQS, irqs(flags, index, 0, 0), List.of());
    }

    void unmaskLine() throws IOException {
        int flags = VfioUser.IRQ_DATA_NONE | VfioUser.IRQ_ACTION_UNMASK;
        ask(VfioUser.COMMAND_DEVICE_SET_IRQS, irqs(flags, VfioUser.IRQ_INTX, 0, 1), List.of());
    }

    private static byte[] irqs(int flags, int index, int start, int count) {
        byte[] b = new byte[20];
        LittleEndian.put32(b, 0, b.length);
        LittleEndian.put32(b, 4, flags);
        LittleEndian.put32(b, 8, index);
        LittleEndian.put32(b, 12, start);
        LittleEndian.put32(b, 16, count);
        return b;
    }

    /** The enable bit of the MSI or MSI-X capability. */
    void interruptControl(InterruptKind kind, boolean on) throws IOException {
        int at = kind == InterruptKind.MSIX ? msixAt : kind == InterruptKind.MSI ? msiAt : 0;
        if (at == 0) {
            return;
        }
        int bit = kind == InterruptKind.MSIX ? 1 << 15 : 1;
        int control = (int) read(VfioUser.REGION_CONFIG, at + 2, 2);
        write(VfioUser.REGION_CONFIG, at + 2, 2, on ? control | bit : control & ~bit);
    }

    void reset() throws IOException {
        ask(VfioUser.COMMAND_DEVICE_RESET, new byte[0], List.of());
    }

    /** Why nothing more will come; null while the connection is good. */
    IOException over() {
        return connection.over();
    }

    private Message ask(int command, byte[] body, List<Descriptor> with) throws IOException {
        Message reply = connection.request(command, body, with, timeoutMs);
        // A region's descriptor for mapping it is not used: every access crosses the socket.
        reply.closeDescriptors();
        if (reply.isError()) {
            throw new ProtocolException(
                    ProtocolException.Kind.REFUSED,
                    socket + " answered command " + command + " with error " + reply.error());
        }
        return reply;
    }

    private byte[] body(Message reply, int bytesMin) throws IOException {
        if (reply.body().length < bytesMin) {
            throw new ProtocolException(
                    socket + " answered command " + reply.command() + " with too few bytes");
        }
        return reply.body();
    }

    @Override
    public void close() {
        connection.close();
    }
}
