package io.nvmetap.device.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ServerClientsITCase {
    private static final int READ = VfioUser.COMMAND_REGION_READ;
    private static final int MAP = VfioUser.COMMAND_DMA_MAP;
    private static final int PAGE = 4096;

    @TempDir Path folder;
    private long openBefore;
    private int numbersBefore;
    private ServerRig rig;

    @BeforeEach
    void start() throws IOException {
        Descriptors.warmUp(folder);
        openBefore = Descriptor.open();
        numbersBefore = Descriptors.ofProcess();
        rig = new ServerRig(folder);
    }

    @AfterEach
    void end() {
        rig.close();
        assertThat(Files.exists(rig.path())).as("the socket is removed").isFalse();
        assertThat(Descriptor.open()).as("descriptors left open").isEqualTo(openBefore);
        Descriptors.expectNumbers(numbersBefore);
    }

    @Test
    void shouldBeTheOwnersAlone() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(rig.path())))
                .isEqualTo("rw-------");
    }

    @Test
    void shouldLetASecondClientWaitAndServeItAfterTheFirstLeft() throws IOException {
        RawPeer first = RawPeer.negotiated(rig.path());
        try (RawPeer second = new RawPeer(rig.path())) {
            second.send(VfioUser.COMMAND_VERSION, Bodies.version());
            assertThat(first.ask(READ, Bodies.access(0, 4, 4)).error()).isZero();
            assertThat(second.isSilent(50)).isTrue();
            first.close();
            assertThat(second.receive().error()).isZero();
            assertThat(second.ask(READ, Bodies.access(0, 4, 4)).error()).isZero();
        }
    }

    @Test
    void shouldResetTheFunctionAndLetGoOfMemoryWhenAClientVanishes() throws Exception {
        for (int round = 0; round < 3; round++) {
            rig.controller.calls.clear();
            try (RawPeer peer = RawPeer.negotiated(rig.path());
                    Descriptor file = Descriptors.file(PAGE);
                    Descriptor event = Descriptors.event()) {
                assertThat(peer.ask(MAP, Bodies.map(0, PAGE, 3, 0), file).error()).isZero();
                byte[] irqs = Bodies.irqs(0x24, 2, 0, 1);
                assertThat(peer.ask(VfioUser.COMMAND_DEVICE_SET_IRQS, irqs, event).error())
                        .isZero();
                assertThat(rig.server.memory().contains(0, PAGE)).isTrue();
            }
            assertThat(rig.isFree()).isTrue();
            assertThat(Descriptors.eventually(() -> Descriptor.open() == openBefore + 1))
                    .as("only what wakes the server is open")
                    .isTrue();
            assertThat(rig.controller.calls).contains("reset MACHINE");
        }
        assertThat(rig.servesAClient()).isTrue();
        assertThat(rig.server.awaitClientGone(0)).isTrue();
        assertThat(rig.log).isEmpty();
    }

    @Test
    void shouldServeAfterClientsThatSayNothing() throws IOException {
        for (int i = 0; i < 20; i++) {
            new RawPeer(rig.path()).close();
        }
        assertThat(rig.servesAClient()).isTrue();
    }

    @Test
    void shouldAnswerABurstOfMapsInOrder() throws IOException {
        int count = 60;
        try (RawPeer peer = RawPeer.negotiated(rig.path());
                Descriptor file = Descriptors.file((long) count * PAGE)) {
            List<Integer> ids = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                long at = (long) i * PAGE;
                ids.add(peer.send(MAP, Bodies.map(at, PAGE, 3, at), file));
                if (i % 3 == 2) {
                    ids.add(peer.send(VfioUser.COMMAND_DMA_UNMAP, Bodies.unmap(at, PAGE, 0)));
                }
            }
            for (int id : ids) {
                Message reply = peer.receive();
                assertThat(reply.id()).isEqualTo(id);
                assertThat(reply.error()).isZero();
            }
            assertThat(rig.server.memory().size()).isEqualTo(40);
        }
    }

    @Test
    void shouldEndWhileAClientIsThere() throws IOException {
        try (RawPeer peer = RawPeer.negotiated(rig.path())) {
            rig.server.close();
            assertThat(peer.isHungUp()).isTrue();
        }
        assertThat(rig.log).isEmpty();
    }

    @Test
    void shouldEndAtOnceWhileClientsCome() throws IOException {
        for (int i = 0; i < 30; i++) {
            Path own = folder.resolve("own" + i);
            ServerRig other = new ServerRig(Files.createDirectory(own));
            RawPeer peer = new RawPeer(other.path());
            long start = System.nanoTime();
            other.close();
            assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(5));
            peer.close();
        }
    }

    @Test
    void shouldGoOnWhenTheControllerFails() throws IOException {
        rig.controller.onWrite =
                value -> {
                    if (value == 1) {
                        throw new IllegalStateException("a bug");
                    }
                    throw new InternalError("a page is gone");
                };
        try (RawPeer peer = RawPeer.negotiated(rig.path())) {
            for (int value = 1; value <= 2; value++) {
                byte[] body = Bodies.write32(0, 0, value);
                assertThat(peer.ask(VfioUser.COMMAND_REGION_WRITE, body).error())
                        .isEqualTo(VfioUser.EIO);
            }
            assertThat(peer.ask(READ, Bodies.access(0, 4, 4)).error()).isZero();
        }
        assertThat(rig.log).hasSize(2);
    }

    @Test
    void shouldGoOnWhenTheResetAfterAClientFails() throws IOException {
        rig.controller.onReset =
                () -> {
                    throw new InternalError("a page is gone");
                };
        assertThat(rig.servesAClient()).isTrue();
        assertThat(rig.servesAClient()).isTrue();
    }

    @Test
    void shouldSurviveAMemoryFileThatShrinks() throws IOException {
        rig.controller.onWrite =
                value -> {
                    for (int i = 0; i < 2000; i++) {
                        rig.controller.memory.write(value, new byte[256], 0, 256);
                        rig.controller.memory.readLong(value);
                    }
                };
        for (int round = 0; round < 3; round++) {
            try (RawPeer peer = RawPeer.negotiated(rig.path());
                    Descriptor file = Descriptors.file(4 * PAGE)) {
                peer.ask(MAP, Bodies.map(0, 4 * PAGE, 3, 0), file);
                TestLinux.truncate(file, PAGE);
                byte[] bad = Bodies.write32(0, 0, 2 * PAGE);
                assertThat(peer.ask(VfioUser.COMMAND_REGION_WRITE, bad).error())
                        .isEqualTo(VfioUser.EIO);
                byte[] good = Bodies.write32(0, 0, 0);
                assertThat(peer.ask(VfioUser.COMMAND_REGION_WRITE, good).error()).isZero();
            }
        }
        assertThat(rig.servesAClient()).isTrue();
    }

    @Test
    void shouldSurviveAClientThatReadsNoReplies() throws Exception {
        RawPeer deaf = RawPeer.negotiated(rig.path());
        CountDownLatch stuck = new CountDownLatch(1);
        Thread writer =
                new Thread(
                        () -> {
                            byte[] all = Bodies.access(0, 0, 16 << 10);
                            try {
                                while (true) {
                                    deaf.send(READ, all);
                                }
                            } catch (IOException closed) {
                                stuck.countDown();
                            }
                        });
        writer.setDaemon(true);
        writer.start();
        assertThat(stuck.await(30, TimeUnit.SECONDS)).as("the server gave up").isTrue();
        deaf.close();
        assertThat(rig.servesAClient()).isTrue();
    }

    @Test
    void shouldRefusePathsItCannotServe() {
        Path taken = rig.path();
        assertThatThrownBy(() -> serve(taken)).hasMessageContaining("exists");
        assertThatThrownBy(() -> serve(folder.resolve("x".repeat(120))))
                .hasMessageContaining("too long");
        assertThatThrownBy(() -> serve(folder.resolve("ü".repeat(50))))
                .hasMessageContaining("too long");
        assertThatThrownBy(() -> serve(folder.resolve("none").resolve("s")))
                .hasMessageContaining("cannot listen");
    }

    private void serve(Path path) throws IOException {
        new DeviceServer(
                        path,
                        SessionRig.IDENTITY,
                        new RecordingController(),
                        rig.timeline,
                        rig.log::add)
                .close();
    }
}
