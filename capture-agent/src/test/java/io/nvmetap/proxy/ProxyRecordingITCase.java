package io.nvmetap.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.device.vfiouser.Message;
import io.nvmetap.device.vfiouser.VfioUser;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.Side;
import io.nvmetap.live.ControllerSpec;
import io.nvmetap.live.LiveMediation;
import io.nvmetap.live.LiveSpec;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Sqe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A modelled controller in this process, through the proxy and without it. */
class ProxyRecordingITCase {
    private static final long DISK_BYTES = 1 << 20;
    private static final int READS = 300;

    @TempDir Path folder;
    private final List<String> said = new CopyOnWriteArrayList<>();

    private LiveMediation server(String name) throws IOException {
        LiveSpec spec =
                new LiveSpec(
                        ControllerSpec.parse("generic"),
                        null,
                        DISK_BYTES,
                        null,
                        1,
                        null,
                        PayloadPolicy.ADMIN,
                        "test",
                        "",
                        1);
        return LiveMediation.start(spec, folder.resolve(name), said::add);
    }

    private Proxy proxy(Path server) throws IOException {
        ProxySpec spec =
                new ProxySpec(
                        folder.resolve("proxy.sock"),
                        server,
                        folder.resolve("out.avro"),
                        PayloadPolicy.ADMIN);
        return Proxy.start(spec, said::add);
    }

    @Test
    void everyReplyIsAsWithoutTheProxy() throws Exception {
        List<String> direct;
        try (LiveMediation server = server("direct.sock");
                RawClient client = new RawClient(server.socket())) {
            direct = replies(client);
        }
        List<String> through;
        try (LiveMediation server = server("behind.sock");
                Proxy proxy = proxy(server.socket());
                RawClient client = new RawClient(folder.resolve("proxy.sock"))) {
            through = replies(client);
        }
        assertThat(through).isEqualTo(direct).hasSizeGreaterThan(100);
        assertThat(said).isEmpty();
    }

    /** Everything a client may ask, and much that it may not. */
    private static List<String> replies(RawClient client) throws IOException {
        List<String> all = new ArrayList<>();
        all.add(text(client.version()));
        for (int index = 0; index < 10; index++) {
            byte[] region = new byte[32];
            region[0] = 32;
            region[8] = (byte) index;
            all.add(text(client.ask(VfioUser.COMMAND_DEVICE_GET_REGION_INFO, region)));
            byte[] irq = new byte[16];
            irq[0] = 16;
            irq[8] = (byte) index;
            all.add(text(client.ask(VfioUser.COMMAND_DEVICE_GET_IRQ_INFO, irq)));
        }
        for (int command = 0; command <= 17; command++) {
            for (int size : new int[] {0, 5, 16, 24, 33}) {
                if (command != VfioUser.COMMAND_DEVICE_RESET || size > 0) {
                    all.add(text(client.ask(command, new byte[size])));
                }
            }
        }
        for (int offset = 0; offset < 0x40; offset += 4) {
            all.add(read(client, VfioUser.REGION_BAR0, offset, 4));
            all.add(read(client, VfioUser.REGION_CONFIG, offset, 4));
        }
        all.add(read(client, VfioUser.REGION_CONFIG, 0, 256));
        all.add(text(client.ask(VfioUser.COMMAND_DMA_MAP, RawClient.map(0, 4096, 3, 0))));
        all.add(text(client.ask(VfioUser.COMMAND_DMA_MAP, RawClient.map(0, 8192, 3, 0))));
        all.add(text(client.ask(VfioUser.COMMAND_DMA_UNMAP, RawClient.unmap(0, 8192))));
        all.add(text(client.ask(VfioUser.COMMAND_DMA_UNMAP, RawClient.unmap(0, 4096))));
        all.add(text(client.ask(VfioUser.COMMAND_DEVICE_RESET, new byte[0])));
        return all;
    }

    private static String read(RawClient client, int region, long offset, int count)
            throws IOException {
        byte[] body = RawClient.access(region, offset, count);
        return text(client.ask(VfioUser.COMMAND_REGION_READ, body));
    }

    private static String text(Message m) {
        return m.id()
                + " "
                + m.command()
                + " "
                + m.flags()
                + " "
                + m.error()
                + " "
                + HexFormat.of().formatHex(m.body());
    }

    @Test
    void everyCommandIsRecordedOnceAndInOrder() throws Exception {
        int done;
        long commands;
        try (LiveMediation server = server("behind.sock");
                Proxy proxy = proxy(server.socket());
                RawDriver driver = new RawDriver(new RawClient(folder.resolve("proxy.sock")))) {
            driver.start();
            driver.identify();
            for (int i = 0; i < READS; i++) {
                driver.read(i);
            }
            driver.stop();
            driver.client.ask(VfioUser.COMMAND_DEVICE_RESET, new byte[0]);
            done = driver.done;
            driver.close();
            assertThat(proxy.awaitClientGone(10_000)).isTrue();
            proxy.close();
            commands = proxy.commands();
            assertThat(proxy.completions()).isEqualTo(commands);
            assertThat(proxy.lost()).isZero();
        }
        assertThat(commands).isEqualTo(done).isEqualTo(READS + 3);
        Recorded recorded = Recorded.of(folder.resolve("out.avro"));
        assertThat(recorded.count(EventKind.COMMAND_EMITTED)).isEqualTo(commands);
        assertThat(recorded.count(EventKind.COMPLETION_SEEN)).isEqualTo(commands);
        assertThat(recorded.count(EventKind.INTERRUPT_RAISED)).isEqualTo(commands);
        assertThat(recorded.count(EventKind.DOORBELL_RUNG)).isEqualTo(2 * commands);
        assertThat(recorded.count(EventKind.PAYLOAD)).isOne();
        assertThat(recorded.all(EventKind.CONTROLLER_RESET))
                .extracting(e -> e.reset)
                .containsExactly(
                        ResetKind.CC_EN, ResetKind.CC_EN, ResetKind.MACHINE, ResetKind.MACHINE);
        assertThat(recorded.remarks()).containsExactly("client 1 connected", "client 1 left");
        assertOrder(recorded);
    }

    /** Tail, command, completion, interrupt or acknowledgement; and all of one side. */
    private static void assertOrder(Recorded recorded) {
        int cid = 0;
        long open = -1;
        for (CapturedEvent e : recorded.events) {
            assertThat(e.side).isIn(Side.DEVICE, Side.NONE);
            if (e.kind == EventKind.COMMAND_EMITTED) {
                assertThat(open).isEqualTo(-1);
                assertThat(Sqe.cid(e.entry, 0)).isEqualTo(++cid);
                open = e.commandId;
            } else if (e.kind == EventKind.COMPLETION_SEEN) {
                assertThat(e.commandId).isEqualTo(open);
                assertThat(Cqe.cid(e.entry, 0)).isEqualTo(cid);
                open = -1;
            }
        }
    }

    @Test
    void aDriverThatVanishesWithCommandsInFlightIsFollowedByAnother() throws Exception {
        try (LiveMediation server = server("behind.sock");
                Proxy proxy = proxy(server.socket())) {
            for (int i = 0; i < 3; i++) {
                try (RawDriver driver =
                        new RawDriver(new RawClient(folder.resolve("proxy.sock")))) {
                    driver.start();
                    driver.read(i);
                }
            }
            assertThat(said).isEmpty();
        }
        Recorded recorded = Recorded.of(folder.resolve("out.avro"));
        assertThat(recorded.count(EventKind.COMMAND_EMITTED)).isEqualTo(9);
        assertThat(recorded.count(EventKind.COMPLETION_SEEN)).isEqualTo(9);
        assertThat(recorded.all(EventKind.COMMAND_EMITTED))
                .extracting(e -> e.commandId)
                .doesNotHaveDuplicates();
    }
}
