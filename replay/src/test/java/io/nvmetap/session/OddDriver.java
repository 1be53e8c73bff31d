package io.nvmetap.session;

import io.nvmetap.device.Controller;
import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.InterruptSink;
import io.nvmetap.device.LiveTimeline;
import io.nvmetap.device.MemoryFault;
import io.nvmetap.device.SharedMemory;
import io.nvmetap.device.vfiouser.DeviceServer;
import io.nvmetap.device.vfiouser.Message;
import io.nvmetap.device.vfiouser.MessageChannel;
import io.nvmetap.device.vfiouser.RemoteController;
import io.nvmetap.device.vfiouser.VfioUser;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.target.MemoryRange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.newsclub.net.unix.AFUNIXServerSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/**
 * A driver as a process of its own that passes everything on, and goes wrong in one way once its
 * guest has rung a few doorbells. Arguments: way, socket of the guest, socket of the controller.
 */
final class OddDriver {
    private static final int GOOD_DOORBELLS = 3;
    private static final long SLOW_NS = 1_500_000_000L;
    private static final int WIDE_BYTES = 16;

    private final String way;
    private final RemoteController device;
    private final LiveTimeline timeline;
    private DeviceServer server;
    private GuestMemory guest;
    private int doorbells;
    private long adminQueue;

    private OddDriver(String way, Path connect) throws IOException {
        this.way = way;
        timeline = new LiveTimeline(Throwable::printStackTrace);
        device = new RemoteController(connect, timeline, System.out::println);
    }

    /** Serves until it is ended. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path listen = Path.of(args[1]);
        if (args[0].equals("deaf")) {
            rawServer(listen, false);
        } else if (args[0].equals("babbles")) {
            rawServer(listen, true);
        } else {
            OddDriver driver = new OddDriver(args[0], Path.of(args[2]));
            driver.serve(listen);
        }
        new CountDownLatch(1).await();
    }

    /** The command that runs it. */
    static String command(String way) {
        return ExternalReplayITCase.java(OddDriver.class, way + " {listen} {connect}");
    }

    /** Accepts and says nothing, or says what nobody asked for, without end. */
    private static void rawServer(Path listen, boolean babble) throws IOException {
        AFUNIXServerSocket socket = AFUNIXServerSocket.newInstance();
        socket.bind(AFUNIXSocketAddress.of(listen.toFile()));
        MessageChannel channel = new MessageChannel(socket.accept());
        byte[] body = new byte[16];
        for (int id = 0; babble; id++) {
            channel.send(Message.command(id & 0xFFFF, VfioUser.COMMAND_DMA_READ, body));
        }
    }

    private void serve(Path listen) throws IOException {
        server =
                new DeviceServer(
                        listen, device.identity(), new Odd(), timeline, System.out::println);
    }

    private void doorbell() {
        if (++doorbells <= (way.equals("floods-memory") ? 0 : GOOD_DOORBELLS)) {
            return;
        }
        switch (way) {
            case "spins" -> {
                while (doorbells > 0) {
                    Thread.onSpinWait();
                }
            }
            case "sleeps" -> sleep();
            case "hangs-up" -> new Thread(server::close).start();
            case "lets-go" -> device.close();
            case "crashes" -> Runtime.getRuntime().halt(42);
            case "stray" -> {
                // As if the guest had given it: what is not there is never asked for.
                int flags = VfioUser.DMA_READABLE | VfioUser.DMA_WRITABLE;
                server.memory().map(MemoryRange.BASE - 4096, 4096, flags, null, 0);
                store(MemoryRange.BASE - 4096);
            }
            case "stray-inside" -> store(MemoryRange.BASE + MemoryRange.BYTES / 2);
            case "floods-memory" -> flood();
            case "floods-output" -> babble();
            default -> {
                // Wrong elsewhere, or not at all.
            }
        }
    }

    private static void sleep() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void store(long address) {
        try {
            guest.writeLong(address, -1);
        } catch (MemoryFault refused) {
            System.out.println("refused: " + refused.getMessage());
        }
    }

    /** Stores into the first command's buffer as fast as it can, and does nothing else. */
    private void flood() {
        long buffer = guest.readLong(adminQueue + Sqe.PRP1_OFFSET);
        byte[] much = new byte[2048];
        while (doorbells > 0) {
            guest.write(buffer, much, 0, much.length);
        }
    }

    private void babble() {
        String line = "again and again ".repeat(256);
        while (doorbells > 0) {
            System.out.println(line);
        }
    }

    /** What the guest drives. */
    private final class Odd implements Controller {
        @Override
        public void connect(GuestMemory memory, InterruptSink interrupts) {
            guest = memory;
            Set<String> lenses = Set.of("stores-wide");
            device.connect(
                    lenses.contains(way) ? new Wide((SharedMemory) memory) : memory, interrupts);
        }

        @Override
        public long readRegister(long offset, int widthBytes, int cpu) {
            return device.readRegister(offset, widthBytes, cpu);
        }

        @Override
        public void writeRegister(long offset, int widthBytes, long value, int cpu) {
            if (offset == Registers.ASQ) {
                adminQueue = value;
            }
            if (way.equals("slow")) {
                LockSupport.parkNanos(SLOW_NS);
            }
            boolean bell = Registers.isDoorbell(offset);
            if (bell) {
                doorbell();
            }
            if (bell && way.equals("late") && doorbells > GOOD_DOORBELLS) {
                timeline.after(
                        3_000_000_000L, () -> device.writeRegister(offset, widthBytes, value, cpu));
                return;
            }
            device.writeRegister(offset, widthBytes, value, cpu);
        }

        @Override
        public long readMsix(long offset, int widthBytes, int cpu) {
            return device.readMsix(offset, widthBytes, cpu);
        }

        @Override
        public void writeMsix(long offset, int widthBytes, long value, int cpu) {
            device.writeMsix(offset, widthBytes, value, cpu);
        }

        @Override
        public void interruptMode(io.nvmetap.event.InterruptKind mode) {
            device.interruptMode(mode);
        }

        @Override
        public void reset(io.nvmetap.event.ResetKind kind) {
            device.reset(kind);
        }
    }

    /** Memory in which each half of a completion waits for the other: sixteen bytes, one store. */
    private static final class Wide implements SharedMemory {
        private final SharedMemory next;
        private final byte[] entry = new byte[WIDE_BYTES];
        private long half = -1;

        Wide(SharedMemory next) {
            this.next = next;
        }

        @Override
        public void watch(Watcher watcher) {
            next.watch(watcher);
        }

        @Override
        public boolean contains(long address, long count) {
            return next.contains(address, count);
        }

        @Override
        public void read(long address, byte[] target, int at, int count) {
            next.read(address, target, at, count);
        }

        @Override
        public void write(long address, byte[] source, int from, int count) {
            byte[] piece = Arrays.copyOfRange(source, from, from + count);
            if (count == Long.BYTES && address % WIDE_BYTES == 0) {
                half = address;
                System.arraycopy(piece, 0, entry, 0, count);
            } else if (count == Long.BYTES && address == half + count) {
                System.arraycopy(piece, 0, entry, count, count);
                next.write(half, entry, 0, WIDE_BYTES);
            } else {
                next.write(address, piece, 0, count);
            }
        }

        @Override
        public int readInt(long address) {
            return next.readInt(address);
        }

        @Override
        public void writeInt(long address, int value) {
            next.writeInt(address, value);
        }

        @Override
        public long readLong(long address) {
            return next.readLong(address);
        }

        @Override
        public void writeLong(long address, long value) {
            byte[] eight = new byte[Long.BYTES];
            LittleEndian.put64(eight, 0, value);
            write(address, eight, 0, Long.BYTES);
        }

        @Override
        public void storeFence() {
            next.storeFence();
        }

        @Override
        public void loadFence() {
            next.loadFence();
        }
    }
}
