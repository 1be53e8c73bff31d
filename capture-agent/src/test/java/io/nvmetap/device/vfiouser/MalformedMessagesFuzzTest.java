package io.nvmetap.device.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.device.LiveTimeline;
import io.nvmetap.device.Timeline;
import io.nvmetap.device.VirtualTimeline;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.device.model.MemoryNamespace;
import io.nvmetap.device.model.ModelController;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A hundred thousand messages each way, most of them wrong, from a seed that a failure prints. */
@Timeout(120)
class MalformedMessagesFuzzTest {
    private static final long SEED = Long.getLong("nvmetap.fuzz.seed", 0x5EED);
    private static final int DIRECT = 100_000;
    private static final int BY_SOCKET = 100_000;
    private static final int PER_CLIENT_MAX = 400;

    @TempDir Path folder;
    private final Map<Mutator.Kind, Descriptor> sources = new EnumMap<>(Mutator.Kind.class);
    private long openBefore;

    @BeforeEach
    void open() throws IOException {
        openBefore = Descriptor.open();
        Descriptor[] pipe = TestLinux.pipe();
        pipe[1].close();
        sources.put(Mutator.Kind.PIPE, pipe[0]);
        sources.put(Mutator.Kind.EVENT, Descriptors.event());
        sources.put(Mutator.Kind.MEMORY, Descriptors.file(0x10000));
    }

    @AfterEach
    void closeAll() {
        sources.values().forEach(Descriptor::close);
        assertThat(Descriptor.open()).as("descriptors left open").isEqualTo(openBefore);
    }

    private static ModelController controller(Timeline timeline) {
        return new ModelController(
                ControllerProfile.byName("generic"),
                List.of(new MemoryNamespace(1 << 20, 512)),
                timeline,
                SEED,
                Set.of());
    }

    private static PciIdentity identity(ModelController controller) {
        int bar0 = PciIdentity.BAR0_BYTES_MIN;
        while (bar0 < controller.registerBytes()) {
            bar0 <<= 1;
        }
        int vectors = controller.profile().vectors();
        return new PciIdentity(1, 2, 3, 4, 5, PciIdentity.CLASS_NVME, vectors, bar0);
    }

    @Test
    void shouldAnswerAnyMessageAndStayAsItWas() {
        SplittableRandom random = new SplittableRandom(SEED);
        VirtualTimeline time = new VirtualTimeline();
        ModelController model = controller(time);
        PciIdentity identity = identity(model);
        DmaMap memory = new DmaMap(DmaMap.Remote.NONE);
        IrqTable irqs = new IrqTable(ConfigSpace.msiVectors(identity), identity.vectors());
        ServerSession session = new ServerSession(identity, model, memory, irqs);
        model.connect(memory, irqs);
        for (int i = 0; i < DIRECT; i++) {
            if (random.nextInt(500) == 0) {
                session.end();
                assertThat(Descriptor.open()).isEqualTo(openBefore + sources.size());
            }
            if (!session.negotiated() && random.nextInt(4) == 0) {
                session.handle(Message.command(0, VfioUser.COMMAND_VERSION, Bodies.version()));
            }
            Mutator.Bad bad = Mutator.next(random);
            List<Descriptor> given = bad.with().stream().map(sources::get).toList();
            List<Descriptor> copies = given.stream().map(Descriptors::again).toList();
            Message message =
                    new Message(bad.id(), bad.command(), bad.flags(), 0, bad.body(), copies);
            Message reply = answer(session, message, i);
            assertThat(reply.isReply() && reply.id() == bad.id()).as(where(i)).isTrue();
            assertThat(reply.isError()).as(where(i)).isEqualTo(reply.error() != 0);
            assertThat(reply.body().length).as(where(i)).isLessThan(VfioUser.MESSAGE_BYTES_MAX);
            time.advance(10_000);
            assertThat(time.pending()).as(where(i)).isLessThan(10_000);
        }
        session.end();
        assertThat(memory.size()).isZero();
    }

    private static Message answer(ServerSession session, Message message, int step) {
        try {
            return session.handle(message);
        } catch (RuntimeException failure) {
            throw new AssertionError(where(step) + ": " + message, failure);
        }
    }

    private static String where(int step) {
        return "-Dnvmetap.fuzz.seed=" + SEED + " message " + step;
    }

    @Test
    void shouldServeAGoodClientAfterAnyBadOnes() throws Exception {
        List<String> log = Collections.synchronizedList(new ArrayList<>());
        Descriptors.warmUp(folder);
        int numbersBefore = Descriptors.ofProcess();
        LiveTimeline timeline = new LiveTimeline(failure -> log.add("failed: " + failure));
        ModelController model = controller(timeline);
        Path path = folder.resolve("s");
        DeviceServer server = new DeviceServer(path, identity(model), model, timeline, log::add);
        SplittableRandom random = new SplittableRandom(SEED);
        int sent = 0;
        while (sent < BY_SOCKET) {
            sent += badClient(path, random, Math.min(BY_SOCKET - sent, PER_CLIENT_MAX));
        }
        try (RawPeer good = RawPeer.negotiated(path)) {
            Message vs = good.ask(VfioUser.COMMAND_REGION_READ, Bodies.access(0, 8, 4));
            assertThat(vs.error()).isZero();
            assertThat(vs.body()[18]).as("VS of the model").isNotZero();
            assertThat(server.memory().size()).isZero();
        }
        server.close();
        timeline.close();
        assertThat(log).as(where(sent)).noneMatch(line -> line.contains("failed: "));
        Descriptors.expectNumbers(numbersBefore);
    }

    /** One client's life; how many messages it sent. */
    private int badClient(Path path, SplittableRandom random, int most) throws Exception {
        int count = 1 + random.nextInt(most);
        try (RawPeer peer = new RawPeer(path)) {
            Thread reader = new Thread(() -> drain(peer), "drain");
            reader.setDaemon(true);
            reader.start();
            if (random.nextInt(10) != 0) {
                peer.send(VfioUser.COMMAND_VERSION, Bodies.version());
            }
            for (int i = 0; i < count; i++) {
                Mutator.Bad bad = Mutator.nextFramed(random);
                Descriptor[] with =
                        bad.with().stream().map(sources::get).toArray(Descriptor[]::new);
                try {
                    peer.raw(bad.bytes(), with);
                } catch (IOException serverGaveUp) {
                    return i + 1;
                }
            }
        }
        return count;
    }

    /** Reads on, and refuses what the server asks. */
    private static void drain(RawPeer peer) {
        try {
            Message message = peer.receive();
            while (message != null) {
                if (!message.isReply()) {
                    peer.refuse(message, VfioUser.EFAULT, Bodies.NONE);
                }
                message = peer.receive();
            }
        } catch (IOException | RuntimeException ended) {
            // The client is over.
            return;
        }
    }
}
