package io.nvmetap.device.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.device.PagedMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.newsclub.net.unix.AFUNIXServerSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/** Requests, replies and commands of both directions on one socket. */
@Timeout(60)
class ConnectionITCase {
    private static final byte[] BODY = {1, 2, 3};

    @TempDir Path folder;
    private long openBefore;
    private RawPeer peer;
    private Connection connection;

    @BeforeEach
    void start() throws IOException {
        openBefore = Descriptor.open();
        Path path = folder.resolve("c");
        try (AFUNIXServerSocket server = AFUNIXServerSocket.newInstance()) {
            server.bind(AFUNIXSocketAddress.of(path));
            peer = new RawPeer(path);
            connection = new Connection(new MessageChannel(server.accept()));
        }
    }

    @AfterEach
    void end() throws IOException {
        peer.close();
        connection.close();
        assertThat(Descriptors.eventually(() -> Descriptor.open() == openBefore))
                .as("descriptors left open")
                .isTrue();
    }

    private Thread start(Step step, AtomicReference<Object> result) {
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                result.set(step.run());
                            } catch (IOException e) {
                                result.set(e);
                            }
                        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private interface Step {
        Object run() throws IOException;
    }

    @Test
    void shouldGiveEachOfManyThreadsItsOwnAnswer() throws Exception {
        int threads = 8;
        int each = 50;
        AtomicInteger right = new AtomicInteger();
        Thread[] askers = new Thread[threads];
        for (int t = 0; t < threads; t++) {
            byte mine = (byte) t;
            askers[t] =
                    start(
                            () -> {
                                for (int i = 0; i < each; i++) {
                                    byte[] body = {mine, (byte) i};
                                    byte[] back =
                                            connection.request(12, body, List.of(), 20_000).body();
                                    right.addAndGet(Arrays.equals(back, body) ? 1 : 0);
                                }
                                return null;
                            },
                            new AtomicReference<>());
        }
        for (int i = 0; i < threads * each; i++) {
            Message command = peer.receive();
            peer.answer(command, command.body());
        }
        for (Thread asker : askers) {
            asker.join();
        }
        assertThat(right.get()).isEqualTo(threads * each);
    }

    @Test
    void shouldKeepCommandsInOrderWhileAnAnswerIsAwaited() throws Exception {
        AtomicReference<Object> result = new AtomicReference<>();
        Thread asker = start(() -> connection.request(12, BODY, List.of(), 20_000), result);
        Message asked = peer.receive();
        for (int i = 0; i < 10; i++) {
            peer.post(100 + i, BODY);
        }
        peer.answer(asked, BODY);
        asker.join();
        assertThat(((Message) result.get()).body()).isEqualTo(BODY);
        for (int i = 0; i < 10; i++) {
            assertThat(connection.nextCommand().command()).isEqualTo(100 + i);
        }
    }

    @Test
    void shouldCloseDescriptorsOfCommandsNobodyTook() throws Exception {
        AtomicReference<Object> result = new AtomicReference<>();
        Thread asker = start(() -> connection.request(12, BODY, List.of(), 20_000), result);
        Message asked = peer.receive();
        try (Descriptor file = Descriptors.file(4096)) {
            peer.send(2, BODY, file, file);
        }
        peer.answer(asked, BODY);
        asker.join();
        assertThat(Descriptor.open()).isEqualTo(openBefore + 2);
        connection.close();
        assertThat(Descriptor.open()).isEqualTo(openBefore);
    }

    @Test
    void shouldTellEveryWaitingThreadThatThePeerLeft() throws Exception {
        AtomicReference<Object> command = new AtomicReference<>("waiting");
        AtomicReference<Object> answer = new AtomicReference<>();
        Thread taker = start(connection::nextCommand, command);
        Thread asker = start(() -> connection.request(12, BODY, List.of(), 20_000), answer);
        peer.receive();
        peer.close();
        taker.join();
        asker.join();
        assertThat(command.get()).as("an orderly end").isNull();
        assertThat(answer.get()).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> connection.request(12, BODY, List.of(), 1000))
                .isInstanceOf(IOException.class);
    }

    @Test
    void shouldWakeWhoeverWaitsWhenItIsClosed() throws Exception {
        AtomicReference<Object> command = new AtomicReference<>("waiting");
        AtomicReference<Object> answer = new AtomicReference<>();
        Thread taker = start(connection::nextCommand, command);
        Thread asker = start(() -> connection.request(12, BODY, List.of(), 20_000), answer);
        peer.receive();
        connection.close();
        taker.join();
        asker.join();
        assertThat(command.get()).isNull();
        assertThat(answer.get()).isInstanceOf(IOException.class);
        assertThat(peer.isHungUp()).isTrue();
    }

    @Test
    void shouldRefuseMoreRequestsThanItsBound() throws Exception {
        AtomicInteger refused = new AtomicInteger();
        Thread[] askers = new Thread[Connection.REQUESTS_MAX + 4];
        for (int i = 0; i < askers.length; i++) {
            askers[i] =
                    start(
                            () -> {
                                try {
                                    return connection.request(12, BODY, List.of(), 20_000);
                                } catch (IOException e) {
                                    refused.addAndGet(e.getMessage().contains("256") ? 1 : 0);
                                    return e;
                                }
                            },
                            new AtomicReference<>());
        }
        assertThat(Descriptors.eventually(() -> refused.get() == 4)).isTrue();
        for (int i = 0; i < Connection.REQUESTS_MAX; i++) {
            Message command = peer.receive();
            peer.answer(command, BODY);
        }
        for (Thread asker : askers) {
            asker.join();
        }
        assertThat(refused.get()).isEqualTo(4);
    }

    @Test
    void shouldCloseDescriptorsOfAnAnswerThatComesToNobody() throws Exception {
        AtomicReference<Object> answer = new AtomicReference<>();
        Thread asker = start(() -> connection.request(12, BODY, List.of(), 20_000), answer);
        Message asked = peer.receive();
        asker.interrupt();
        try (Descriptor file = Descriptors.file(4096)) {
            byte[] reply = RawPeer.message(asked.id() + 1, 12, VfioUser.FLAG_REPLY, 0, BODY);
            peer.raw(reply, file);
        }
        asker.join();
        assertThat(answer.get()).isInstanceOf(IOException.class);
        assertThat(Descriptor.open()).isEqualTo(openBefore);
    }

    @Test
    void shouldAnswerDmaCommandsGoodAndBad() {
        PagedMemory memory = new PagedMemory(0, 1 << 20);
        byte[] write = Bodies.words(0x100, 0, 4, 0, 77);
        assertThat(DmaService.answer(memory, Message.command(1, 12, write)).error()).isZero();
        assertThat(memory.readInt(0x100)).isEqualTo(77);
        byte[] read = Bodies.words(0x100, 0, 4, 0);
        Message reply = DmaService.answer(memory, Message.command(1, 11, read));
        assertThat(reply.body()).isEqualTo(write);
        byte[][] bad = {
            Bodies.NONE,
            new byte[15],
            Bodies.words(0x100, 0, 4, 0, 1, 2),
            Bodies.words(0x100, 0, 4, 1),
            Bodies.words(0x100, 0, -1, -1),
            Bodies.words(0x100, 0, VfioUser.DATA_BYTES_MAX + 1, 0),
        };
        for (byte[] body : bad) {
            for (int command = 11; command <= 12; command++) {
                assertThat(DmaService.answer(memory, Message.command(1, command, body)).error())
                        .isEqualTo(VfioUser.EINVAL);
            }
        }
        byte[] away = Bodies.words(1 << 20, 0, 4, 0);
        assertThat(DmaService.answer(memory, Message.command(1, 11, away)).error())
                .isEqualTo(VfioUser.EFAULT);
        byte[] negative = Bodies.words(-4, -1, 4, 0);
        assertThat(DmaService.answer(memory, Message.command(1, 11, negative)).error())
                .isEqualTo(VfioUser.EFAULT);
        assertThat(DmaService.answer(memory, Message.command(1, 9, away)).error())
                .isEqualTo(VfioUser.ENOTSUP);
    }
}
