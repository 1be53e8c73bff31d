package io.nvmetap.device.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.device.MemoryFault;
import io.nvmetap.nvme.LittleEndian;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that must ask its client for memory which came without a descriptor. */
@Timeout(60)
class ServerDmaITCase {
    private static final int READ = VfioUser.COMMAND_REGION_READ;
    private static final int WRITE = VfioUser.COMMAND_REGION_WRITE;
    private static final int BYTES = 4096;

    @TempDir Path folder;
    private long openBefore;
    private int numbersBefore;
    private ServerRig rig;
    private RawPeer peer;
    private final byte[] clientMemory = new byte[BYTES];
    private final AtomicReference<Object> seen = new AtomicReference<>();

    @BeforeEach
    void start() throws IOException {
        Descriptors.warmUp(folder);
        openBefore = Descriptor.open();
        numbersBefore = Descriptors.ofProcess();
        rig = new ServerRig(folder);
        peer = RawPeer.negotiated(rig.path());
        peer.ask(VfioUser.COMMAND_DMA_MAP, Bodies.map(0, BYTES, 3, 0));
        rig.controller.onWrite = value -> seen.set(look(value));
    }

    @AfterEach
    void end() throws IOException {
        peer.close();
        rig.controller.onWrite = value -> {};
        assertThat(rig.servesAClient()).as("the next client is served").isTrue();
        rig.close();
        assertThat(Descriptor.open()).as("descriptors left open").isEqualTo(openBefore);
        Descriptors.expectNumbers(numbersBefore);
    }

    private Object look(long address) {
        try {
            return rig.controller.memory.readLong(address);
        } catch (MemoryFault fault) {
            return "fault";
        }
    }

    /** Answers one DMA command as a client does, with its bytes at {@code dataAt} of the body. */
    private void serveDma(Message command, int dataAt) throws IOException {
        byte[] b = command.body();
        int address = (int) LittleEndian.i64(b, 0);
        int count = LittleEndian.i32(b, 8);
        byte[] reply = Arrays.copyOf(b, 16);
        if (command.command() == VfioUser.COMMAND_DMA_READ) {
            assertThat(b).hasSize(16);
            reply = Arrays.copyOf(b, 16 + count);
            System.arraycopy(clientMemory, address, reply, dataAt, count);
        } else {
            assertThat(command.command()).isEqualTo(VfioUser.COMMAND_DMA_WRITE);
            assertThat(b).hasSize(16 + count);
            System.arraycopy(b, dataAt, clientMemory, address, count);
        }
        peer.answer(command, reply);
    }

    /** Serves DMA until the reply to one of our commands comes. */
    private Message replyTo(int id, int dataAt) throws IOException {
        Message message = peer.receive();
        while (!message.isReply()) {
            serveDma(message, dataAt);
            message = peer.receive();
        }
        assertThat(message.id()).isEqualTo(id);
        return message;
    }

    @Test
    void shouldAskInTheMiddleOfAWriteAndThenServeWhatWasPipelinedBehindIt() throws IOException {
        LittleEndian.put64(clientMemory, 64, 0x1122334455667788L);
        int write = peer.send(WRITE, Bodies.write32(0, 0, 64));
        int first = peer.send(READ, Bodies.access(0, 4, 4));
        int second = peer.send(READ, Bodies.access(0, 8, 4));
        assertThat(replyTo(write, 16).error()).isZero();
        assertThat(seen.get()).isEqualTo(0x1122334455667788L);
        assertThat(LittleEndian.i32(replyTo(first, 16).body(), 16)).isEqualTo(4);
        assertThat(LittleEndian.i32(replyTo(second, 16).body(), 16)).isEqualTo(8);
    }

    @Test
    void shouldAskFromTheTimelinesOwnThreadWhileTheClientGoesOn() throws IOException {
        LittleEndian.put64(clientMemory, 8, 42);
        rig.controller.onWrite = value -> rig.timeline.after(100_000, () -> seen.set(look(value)));
        for (int round = 0; round < 20; round++) {
            seen.set(null);
            int write = peer.send(WRITE, Bodies.write32(0, 0, 8));
            replyTo(write, 16);
            while (seen.get() == null) {
                int read = peer.send(READ, Bodies.access(0, 4, 4));
                replyTo(read, 16);
            }
            assertThat(seen.get()).isEqualTo(42L);
        }
    }

    @Test
    void shouldAskFromTheTimelinesOwnThreadWhileNothingElseComes() throws IOException {
        // Both words tell the layout, so one question is enough.
        LittleEndian.put64(clientMemory, 8, 0x1_0000_002BL);
        rig.controller.onWrite = value -> rig.timeline.after(100_000, () -> seen.set(look(value)));
        peer.send(WRITE, Bodies.write32(0, 0, 8));
        for (int i = 0; i < 2; i++) {
            // The reply and the question may come in either order.
            Message message = peer.receive();
            if (!message.isReply()) {
                serveDma(message, 16);
            }
        }
        assertThat(Descriptors.eventually(() -> seen.get() != null)).isTrue();
        assertThat(seen.get()).isEqualTo(0x1_0000_002BL);
    }

    @Test
    void shouldFaultWhenTheClientRefuses() throws IOException {
        for (byte[] body : new byte[][] {Bodies.NONE, new byte[17], new byte[24]}) {
            seen.set(null);
            int write = peer.send(WRITE, Bodies.write32(0, 0, 64));
            peer.refuse(peer.receive(), VfioUser.EFAULT, body);
            assertThat(replyTo(write, 16).error()).isZero();
            assertThat(seen.get()).isEqualTo("fault");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 15, 16, 23, 25, 4096})
    void shouldFaultWhenTheAnswerHasAnotherSize(int bytes) throws IOException {
        int write = peer.send(WRITE, Bodies.write32(0, 0, 64));
        peer.answer(peer.receive(), new byte[bytes]);
        assertThat(replyTo(write, 16).error()).isZero();
        assertThat(seen.get()).isEqualTo("fault");
    }

    @Test
    void shouldCloseDescriptorsThatComeWithAnAnswer() throws IOException {
        int write = peer.send(WRITE, Bodies.write32(0, 0, 64));
        Message asked = peer.receive();
        int flags = VfioUser.FLAG_REPLY;
        try (Descriptor file = Descriptors.file(BYTES)) {
            peer.raw(
                    RawPeer.message(asked.id(), asked.command(), flags, 0, new byte[24]),
                    file,
                    file);
        }
        assertThat(replyTo(write, 16).error()).isZero();
        assertThat(Descriptor.open()).as("the server's wake").isEqualTo(openBefore + 1);
    }

    @Test
    void shouldEndTheConnectionOfAClientThatNeverAnswers() throws IOException {
        peer.send(WRITE, Bodies.write32(0, 0, 64));
        assertThat(peer.receive().command()).isEqualTo(VfioUser.COMMAND_DMA_READ);
        peer.send(READ, Bodies.access(0, 4, 4));
        assertThat(peer.isHungUp()).isTrue();
        assertThat(Descriptors.eventually(() -> "fault".equals(seen.get()))).isTrue();
        assertThat(Descriptors.eventually(() -> !rig.log.isEmpty())).isTrue();
        assertThat(rig.log.get(0)).contains("did not answer");
    }

    @Test
    void shouldEndTheConnectionOfAClientThatSendsCommandsInsteadOfAnAnswer() throws IOException {
        peer.send(WRITE, Bodies.write32(0, 0, 64));
        peer.receive();
        for (int i = 0; i <= Connection.DEFERRED_MAX; i++) {
            peer.post(READ, Bodies.access(0, 4, 4));
        }
        assertThat(peer.isHungUp()).isTrue();
        assertThat(Descriptors.eventually(() -> "fault".equals(seen.get()))).isTrue();
    }

    @Test
    void shouldEndTheConnectionOfAClientThatAnswersAnotherCommand() throws IOException {
        peer.send(WRITE, Bodies.write32(0, 0, 64));
        Message asked = peer.receive();
        int flags = VfioUser.FLAG_REPLY;
        peer.raw(RawPeer.message(asked.id(), VfioUser.COMMAND_DMA_WRITE, flags, 0, new byte[24]));
        assertThat(peer.isHungUp()).isTrue();
        assertThat(Descriptors.eventually(() -> "fault".equals(seen.get()))).isTrue();
    }

    @Test
    void shouldFaultWhenTheClientLeavesInsteadOfAnswering() throws IOException {
        peer.send(WRITE, Bodies.write32(0, 0, 64));
        peer.receive();
        peer.close();
        assertThat(Descriptors.eventually(() -> "fault".equals(seen.get()))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"16, 1", "16, 0", "12, 1", "12, 0"})
    void shouldReadInEitherLayoutWhateverTheBytesAre(int dataAt, int nonZeroFirst)
            throws IOException {
        // Zeros first and last: the hardest bytes to tell the layouts by.
        for (long value : new long[] {0, 0x5566_7788_0000_0000L, 0x5566_7788L, 0x77L << 16}) {
            LittleEndian.put64(clientMemory, 64, nonZeroFirst == 1 ? ~value : value);
            replyTo(peer.send(WRITE, Bodies.write32(0, 0, 64)), dataAt);
            assertThat(seen.get()).isEqualTo(nonZeroFirst == 1 ? ~value : value);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "16, 0, 1",
        "12, 0, 1",
        "16, 0, 6",
        "12, 0, 6",
        "16, 9, 6",
        "12, 9, 6",
        "16, 9, 3",
        "12, 9, 3"
    })
    void shouldWriteInEitherLayoutOverWhateverWasThere(int dataAt, int before, int count)
            throws IOException {
        rig.controller.onWrite =
                value -> {
                    byte[] bytes = new byte[count];
                    Arrays.fill(bytes, (byte) value);
                    rig.controller.memory.write(64, bytes, 0, count);
                    bytes[0] = 0;
                    rig.controller.memory.write(80, bytes, 0, count);
                };
        Arrays.fill(clientMemory, (byte) before);
        replyTo(peer.send(WRITE, Bodies.write32(0, 0, 7)), dataAt);
        byte[] expected = new byte[BYTES];
        Arrays.fill(expected, (byte) before);
        Arrays.fill(expected, 64, 64 + count, (byte) 7);
        Arrays.fill(expected, 80, 80 + count, (byte) 7);
        expected[80] = 0;
        assertThat(clientMemory).isEqualTo(expected);
    }

    @Test
    void shouldNotAskForMoreAtATimeThanTheClientTakes() throws IOException {
        peer.close();
        peer = new RawPeer(rig.path());
        byte[] modest = Bodies.version(0, 0, "{\"capabilities\":{\"max_data_xfer_size\":100}}");
        peer.ask(VfioUser.COMMAND_VERSION, modest);
        peer.ask(VfioUser.COMMAND_DMA_MAP, Bodies.map(0, BYTES, 3, 0));
        Arrays.fill(clientMemory, (byte) 5);
        byte[] read = new byte[250];
        rig.controller.onWrite = value -> rig.controller.memory.read(value, read, 0, 250);
        int write = peer.send(WRITE, Bodies.write32(0, 0, 64));
        for (int part : new int[] {100, 100, 50}) {
            Message asked = peer.receive();
            assertThat(LittleEndian.i64(asked.body(), 8)).isEqualTo(part);
            serveDma(asked, 16);
        }
        replyTo(write, 16);
        assertThat(read).containsOnly(5);
    }
}
