package io.nvmetap.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.device.vfiouser.Descriptor;
import io.nvmetap.device.vfiouser.MemoryFile;
import io.nvmetap.device.vfiouser.Message;
import io.nvmetap.device.vfiouser.VfioUser;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.nvme.LittleEndian;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client and a server of other makes, message by message. */
class ProxyPassingITCase {
    private static final int REGION_INFO = VfioUser.COMMAND_DEVICE_GET_REGION_INFO;
    private static final int SET_IRQS = VfioUser.COMMAND_DEVICE_SET_IRQS;
    private static final int UNKNOWN = 4711;

    @TempDir Path folder;
    private final List<String> said = new CopyOnWriteArrayList<>();
    private long openBefore;
    private List<String> filesBefore;
    private Path out;
    private FakeServer server;
    private Proxy proxy;
    private RawClient client;
    private MemoryFile file;

    /** What a library opens on its first use stays open: it is used once before anything counts. */
    @BeforeAll
    static void useOnce(@TempDir Path folder) throws Exception {
        ProxyPassingITCase first = new ProxyPassingITCase();
        first.folder = folder;
        first.start();
        first.malformedMessagesPassToo();
        first.stop();
    }

    @BeforeEach
    void connect() throws Exception {
        openBefore = Descriptor.open();
        filesBefore = open();
        start();
    }

    private void start() throws Exception {
        out = folder.resolve("out.avro");
        file = new MemoryFile("nvmetap-test", 1 << 16);
        server = new FakeServer(folder.resolve("server.sock"));
        Path listen = folder.resolve("proxy.sock");
        ProxySpec spec =
                new ProxySpec(listen, folder.resolve("server.sock"), out, PayloadPolicy.ADMIN);
        proxy = Proxy.start(spec, said::add);
        client = new RawClient(listen);
        server.accept();
    }

    @AfterEach
    void leaveNothingBehind() throws Exception {
        stop();
        assertThat(Descriptor.open()).isEqualTo(openBefore);
        until(() -> open().size() <= filesBefore.size());
        assertThat(open()).hasSizeLessThanOrEqualTo(filesBefore.size());
        Recorded recorded = Recorded.of(out);
        assertThat(recorded.count(EventKind.CAPTURE_ENDED)).isOne();
    }

    private void stop() throws Exception {
        client.close();
        proxy.close();
        server.close();
        file.close();
    }

    /** What is open, but for the system's random numbers, which stay open once used. */
    private static List<String> open() throws IOException {
        List<String> open = new ArrayList<>();
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            for (Path one : all.toList()) {
                try {
                    open.add(Files.readSymbolicLink(one).toString());
                } catch (NoSuchFileException gone) {
                    // The listing's own.
                    continue;
                }
            }
        }
        open.removeIf(target -> target.startsWith("/dev/") || target.endsWith(".jar"));
        return open;
    }

    /** Waits for what another thread does soon. */
    private static void until(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (!condition.call() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
    }

    private static void same(Message got, Message sent) {
        assertThat(got.id()).isEqualTo(sent.id());
        assertThat(got.command()).isEqualTo(sent.command());
        assertThat(got.flags()).isEqualTo(sent.flags());
        assertThat(got.error()).isEqualTo(sent.error());
        assertThat(got.body()).isEqualTo(sent.body());
        assertThat(got.descriptors()).hasSameSizeAs(sent.descriptors());
    }

    private static Object inode(Descriptor descriptor) throws IOException {
        return Files.getAttribute(Path.of("/proc/self/fd/" + descriptor.number()), "unix:ino");
    }

    @Test
    void whatNobodyKnowsPassesAsItCame() throws Exception {
        List<Descriptor> two = List.of(file.descriptor(), file.descriptor());
        for (int size : new int[] {0, 1, 7, 33, 70_000}) {
            byte[] body = new byte[size];
            java.util.Arrays.fill(body, (byte) size);
            Message up = new Message(0xFFFF - size & 0xFFFF, UNKNOWN, 0xC0, 9, body, two);
            client.channel.send(up);
            Message there = server.next();
            same(there, up);
            assertThat(inode(there.descriptors().get(1))).isEqualTo(inode(file.descriptor()));
            there.closeDescriptors();
            Message down = new Message(5, UNKNOWN, VfioUser.FLAG_REPLY, 0, body, two);
            server.send(down);
            Message back = client.channel.receive(RawClient.PATIENCE_MS);
            same(back, down);
            back.closeDescriptors();
        }
    }

    @Test
    void malformedMessagesPassToo() throws Exception {
        for (int command = 1; command <= 16; command++) {
            for (int size : new int[] {0, 3, 12, 19, 40}) {
                byte[] body = new byte[size];
                java.util.Arrays.fill(body, (byte) -1);
                Message up = new Message(command, command, 0, 0, body, List.of());
                client.channel.send(up);
                same(server.next(), up);
                boolean fails = size % 2 == 0;
                int flags = VfioUser.FLAG_REPLY | (fails ? VfioUser.FLAG_ERROR : 0);
                int errno = fails ? VfioUser.EINVAL : 0;
                Message down = new Message(command, command, flags, errno, body, List.of());
                server.send(down);
                same(client.channel.receive(RawClient.PATIENCE_MS), down);
            }
        }
    }

    @Test
    void manyCommandsMayBeUnderWay() throws Exception {
        List<Message> got = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            int flags = i % 3 == 0 ? VfioUser.FLAG_NO_REPLY : 0;
            byte[] body = RawClient.store(0, 0x1000, 4, i);
            client.channel.send(
                    new Message(i, VfioUser.COMMAND_REGION_WRITE, flags, 0, body, List.of()));
        }
        for (int i = 0; i < 64; i++) {
            got.add(server.next());
            assertThat(got.get(i).id()).isEqualTo(i);
            assertThat(got.get(i).body()[16]).isEqualTo((byte) i);
        }
        // Answered in another order than asked.
        for (int i = 63; i >= 0; i--) {
            if (got.get(i).wantsReply()) {
                server.reply(got.get(i), RawClient.access(0, 0x1000, 4));
                Message reply = client.channel.receive(RawClient.PATIENCE_MS);
                assertThat(reply.id()).isEqualTo(i);
            }
        }
        client.close();
        assertThat(proxy.awaitClientGone(10_000)).isTrue();
        proxy.close();
        assertThat(Recorded.of(out).count(EventKind.DOORBELL_RUNG)).isEqualTo(64);
    }

    @Test
    void theServerMayAskTheClient() throws Exception {
        byte[] ask = RawClient.access(0, 0x1234, 8);
        // The same id in both directions at once is no clash.
        Message read = new Message(101, VfioUser.COMMAND_DMA_READ, 0, 0, ask, List.of());
        client.channel.send(new Message(101, VfioUser.COMMAND_REGION_READ, 0, 0, ask, List.of()));
        Message asked = server.next();
        server.send(read);
        same(client.channel.receive(RawClient.PATIENCE_MS), read);
        Message answer = new Message(101, VfioUser.COMMAND_DMA_READ, 1, 0, new byte[24], List.of());
        client.channel.send(answer);
        same(server.next(), answer);
        server.reply(asked, new byte[24]);
        assertThat(client.channel.receive(RawClient.PATIENCE_MS).command())
                .isEqualTo(VfioUser.COMMAND_REGION_READ);
    }

    @Test
    void doorbellsCannotGoPastTheSocket() throws Exception {
        byte[] info = new byte[64];
        LittleEndian.put32(info, 0, 64);
        LittleEndian.put32(info, 4, 0xF);
        LittleEndian.put32(info, 12, 32);
        LittleEndian.put64(info, 16, 0x4000);
        LittleEndian.put16(info, 32, 1);
        for (int i = 0; i < 3; i++) {
            client.channel.send(new Message(i, REGION_INFO, 0, 0, new byte[32], List.of()));
            server.reply(server.next(), info, file.descriptor());
            Message shown = client.channel.receive(RawClient.PATIENCE_MS);
            assertThat(shown.descriptors()).isEmpty();
            assertThat(shown.body()).hasSize(32);
            assertThat(LittleEndian.i32(shown.body(), 4)).isEqualTo(3);
        }
        // Another region may be mapped.
        LittleEndian.put32(info, 8, 4);
        client.channel.send(new Message(9, REGION_INFO, 0, 0, new byte[32], List.of()));
        server.reply(server.next(), info, file.descriptor());
        Message other = client.channel.receive(RawClient.PATIENCE_MS);
        assertThat(other.descriptors()).hasSize(1);
        assertThat(other.body()).isEqualTo(info);
        other.closeDescriptors();
        assertThat(said)
                .containsExactly("BAR0 is not mapped through: every doorbell crosses the proxy");
    }

    @Test
    void refusedMemoryAndInterruptsLeaveNothingOpen() throws Exception {
        int attach = VfioUser.IRQ_DATA_EVENTFD | VfioUser.IRQ_ACTION_TRIGGER;
        byte[] map = RawClient.map(0, 1 << 16, 3, 0);
        byte[] irqs = RawClient.irqs(attach, VfioUser.IRQ_MSIX, 0, 1);
        for (byte[] body : new byte[][] {new byte[0], new byte[17], new byte[20]}) {
            client.channel.send(message(VfioUser.COMMAND_DMA_MAP, map));
            Message asked = server.next();
            assertThat(asked.descriptors()).hasSize(1);
            asked.closeDescriptors();
            server.fail(asked, VfioUser.EINVAL, body);
            same(client.channel.receive(RawClient.PATIENCE_MS), error(asked, body));
            client.channel.send(message(SET_IRQS, irqs));
            asked = server.next();
            assertThat(asked.descriptors()).hasSize(1);
            asked.closeDescriptors();
            server.fail(asked, VfioUser.EINVAL, body);
            same(client.channel.receive(RawClient.PATIENCE_MS), error(asked, body));
        }
        // Asked and never answered, mapped and never unmapped.
        client.channel.send(message(SET_IRQS, irqs));
        server.next().closeDescriptors();
        client.channel.send(message(VfioUser.COMMAND_DMA_MAP, map));
        Message asked = server.next();
        asked.closeDescriptors();
        server.reply(asked, new byte[0]);
        client.channel.receive(RawClient.PATIENCE_MS);
        client.channel.send(message(VfioUser.COMMAND_DMA_MAP, map));
        server.next().closeDescriptors();
    }

    private Message message(int command, byte[] body) {
        return new Message(command, command, 0, 0, body, List.of(file.descriptor()));
    }

    private static Message error(Message asked, byte[] body) {
        int flags = VfioUser.FLAG_REPLY | VfioUser.FLAG_ERROR;
        return new Message(asked.id(), asked.command(), flags, VfioUser.EINVAL, body, List.of());
    }

    @Test
    void aServerThatLeavesTakesTheClientAlong() throws Exception {
        client.channel.send(new Message(1, UNKNOWN, 0, 0, new byte[0], List.of()));
        server.next();
        server.hangUp();
        assertThat(client.channel.receive(RawClient.PATIENCE_MS)).isNull();
        assertThat(proxy.awaitClientGone(10_000)).isTrue();
        assertThat(said).hasSize(1);
        assertThat(said.get(0)).contains("server.sock is gone").doesNotContain("\n");
    }

    @Test
    void aClientThatLeavesIsFollowedByTheNext() throws Exception {
        client.close();
        assertThat(server.next()).isNull();
        assertThat(proxy.awaitClientGone(10_000)).isTrue();
        client = new RawClient(folder.resolve("proxy.sock"));
        server.accept();
        client.channel.send(new Message(1, UNKNOWN, 0, 0, new byte[0], List.of()));
        assertThat(server.next().command()).isEqualTo(UNKNOWN);
        assertThat(said).isEmpty();
    }

    @Test
    void aServerThatIsNotThereIsSaidAndTheClientLetGo() throws Exception {
        client.close();
        assertThat(server.next()).isNull();
        server.close();
        client = new RawClient(folder.resolve("proxy.sock"));
        assertThat(client.channel.receive(RawClient.PATIENCE_MS)).isNull();
        until(() -> !said.isEmpty());
        assertThat(said).hasSize(1);
        assertThat(said.get(0)).startsWith("nobody serves vfio-user on").doesNotContain("\n");
    }
}
