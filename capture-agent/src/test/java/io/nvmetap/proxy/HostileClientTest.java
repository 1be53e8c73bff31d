package io.nvmetap.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.device.vfiouser.Descriptor;
import io.nvmetap.device.vfiouser.DmaMap;
import io.nvmetap.device.vfiouser.MemoryFile;
import io.nvmetap.device.vfiouser.Message;
import io.nvmetap.device.vfiouser.VfioUser;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.Registers;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Messages that make no sense: they pass, and what is recorded can be read. */
class HostileClientTest {
    private static final int ROUNDS = 20_000;
    private static final int ENABLE_EVERY = 50;
    private static final int MEMORY = 1 << 20;
    private static final long[] OFFSETS = {
        0,
        4,
        8,
        0x14,
        0x1C,
        0x20,
        0x24,
        0x28,
        0x2C,
        0x30,
        0x34,
        0x38,
        0x78,
        0x1000,
        0x1004,
        0x1008,
        0x100C,
        0xFFF,
        0x8_0FFC,
        0x8_1000,
        0x7FFF_FFFF,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        -8
    };

    private final Random random = new Random(7);

    @Test
    void shouldPassEverythingAndRecordOnlyWhatCanBeRead() throws Exception {
        long open = Descriptor.open();
        // The list's copies are encoded and decoded: an event nobody could read fails in there.
        ListTap tap = new ListTap();
        ProxyTap words = new ProxyTap(tap);
        DmaMap memory = new DmaMap(DmaMap.Remote.NONE);
        ControllerView view = new ControllerView(memory, words, PayloadPolicy.ALL);
        MemoryFile file = new MemoryFile("nvmetap-test", MEMORY);
        fill(file);
        try (file;
                memory;
                Observer observer = new Observer(view, words);
                InterruptRelay interrupts =
                        new InterruptRelay(
                                (kind, vector) -> observer.observe(v -> v.interrupt(kind, vector)),
                                failure -> {});
                Traffic traffic = new Traffic(memory, observer, interrupts, () -> {})) {
            // It takes the descriptor over; the file's own close comes to nothing.
            map(traffic, file);
            for (int i = 0; i < ROUNDS; i++) {
                if (i % ENABLE_EVERY == 0) {
                    enable(traffic);
                }
                Message m = message();
                Traffic.Passing up = traffic.fromClient(m);
                assertThat(up.message().body()).isSameAs(m.body());
                up.sent().run();
                Traffic.Passing down = traffic.fromServer(reply(m));
                down.sent().run();
            }
        }
        assertThat(Descriptor.open()).isEqualTo(open);
        assertThat(tap.all(EventKind.COMMAND_EMITTED)).isNotEmpty();
        assertThat(tap.all(EventKind.ANNOTATION))
                .extracting(e -> e.text)
                .noneMatch(t -> t.contains("was not understood"))
                .noneMatch(t -> t.contains("could not be recorded"));
    }

    private void fill(MemoryFile file) {
        byte[] bytes = new byte[MEMORY];
        random.nextBytes(bytes);
        file.buffer().bytes().put(0, bytes);
    }

    private static void map(Traffic traffic, MemoryFile file) throws Exception {
        byte[] body = RawClient.map(0, MEMORY, 3, 0);
        Message m =
                new Message(1, VfioUser.COMMAND_DMA_MAP, 0, 0, body, List.of(file.descriptor()));
        traffic.fromClient(m).sent().run();
        traffic.fromServer(m.reply(new byte[0])).sent().run();
    }

    /** Queues of any size anywhere, which hold anything. */
    private void enable(Traffic traffic) {
        store(traffic, Registers.CC, 0);
        store(traffic, Registers.AQA, random.nextInt());
        store(traffic, Registers.ASQ, random.nextInt(2 * MEMORY));
        store(traffic, Registers.ASQ_HIGH, 0);
        store(traffic, Registers.ACQ, random.nextInt(2 * MEMORY));
        store(traffic, Registers.ACQ_HIGH, 0);
        store(traffic, Registers.CC, random.nextInt() | 1);
        for (int i = 0; i < 8; i++) {
            store(traffic, 0x1000 + 4 * random.nextInt(4), random.nextInt(64));
        }
    }

    private static void store(Traffic traffic, long offset, int value) {
        byte[] body = RawClient.store(VfioUser.REGION_BAR0, offset, 4, value);
        traffic.fromClient(Message.command(1, VfioUser.COMMAND_REGION_WRITE, body)).sent().run();
    }

    private Message message() {
        int command = random.nextInt(17);
        byte[] body = new byte[random.nextInt(4) == 0 ? random.nextInt(64) : 16 + length()];
        random.nextBytes(body);
        if (body.length >= 16 && random.nextInt(8) > 0) {
            LittleEndian.put64(body, 0, OFFSETS[random.nextInt(OFFSETS.length)]);
            LittleEndian.put32(body, 8, random.nextBoolean() ? 0 : 7);
            LittleEndian.put32(body, 12, random.nextInt(5) == 0 ? random.nextInt() : length());
        }
        if (body.length > 16) {
            // Small values are more often meant.
            body[body.length - 1] &= (byte) (random.nextBoolean() ? 0 : -1);
        }
        int flags = random.nextInt(4) == 0 ? VfioUser.FLAG_NO_REPLY : 0;
        return new Message(random.nextInt(64), command, flags, 0, body, List.of());
    }

    private int length() {
        return 1 << random.nextInt(4);
    }

    private Message reply(Message to) {
        byte[] body = new byte[random.nextInt(64)];
        random.nextBytes(body);
        boolean error = random.nextInt(5) == 0;
        int flags = VfioUser.FLAG_REPLY | (error ? VfioUser.FLAG_ERROR : 0);
        return new Message(to.id(), to.command(), flags, error ? 22 : 0, body, List.of());
    }
}
