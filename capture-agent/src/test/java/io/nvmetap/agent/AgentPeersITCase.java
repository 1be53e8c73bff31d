package io.nvmetap.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nvmetap.agent.CPrograms.Compiler;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Peers that are not what they should be. */
class AgentPeersITCase {
    private static final int NOBODY = 65_534;

    @TempDir Path folder;

    @Test
    void shouldEndTheSessionAndHearOthersWhenATapIsKilled() throws Exception {
        byte[] tap = tap();
        Path trace = folder.resolve("t.avro");
        try (AgentRun agent =
                AgentRun.start("--listen", "tcp:127.0.0.1:0", "--out", trace.toString())) {
            for (int cut : new int[] {tap.length - 20, 700, tap.length}) {
                String before = agent.text();
                send(agent.port(), tap, cut);
                agent.await(
                        "the session ends",
                        () ->
                                agent.text().lines().filter(l -> l.contains(" lost ")).count()
                                        > before.lines().filter(l -> l.contains(" lost ")).count());
            }
        }
        CapturedEvent last = last(trace);
        assertThat(last.kind).isEqualTo(EventKind.CAPTURE_ENDED);
        assertThat(last.label).isEqualTo("the tap's connection ended without its last word");
        assertThat(last(folder.resolve("t-3.avro")).label).isEqualTo("all drawn");
    }

    @Test
    void shouldStayWhenPeersSendNoise() throws Exception {
        Path trace = folder.resolve("t.avro");
        byte[] noise = new byte[300_000];
        new Random(4711).nextBytes(noise);
        try (AgentRun agent =
                AgentRun.start("--listen", "tcp:127.0.0.1:0", "--out", trace.toString())) {
            for (int i = 0; i < 5; i++) {
                send(agent.port(), noise, noise.length);
            }
            agent.await("noise is told of", () -> agent.text().contains("300,000 bytes were no"));
            send(agent.port(), tap(), tap().length);
            agent.await("a tap is heard", () -> agent.text().contains("all drawn"));
        }
        assertThat(last(trace).label).isEqualTo("all drawn");
    }

    @Test
    void shouldTurnAwayTheTapThatIsOneTooMany() throws Exception {
        Path trace = folder.resolve("t.avro");
        List<Socket> open = new ArrayList<>();
        try (AgentRun agent =
                AgentRun.start("--listen", "tcp:127.0.0.1:0", "--out", trace.toString())) {
            int port = Integer.parseInt(agent.port());
            for (int i = 0; i <= TapServer.TAPS_MAX; i++) {
                open.add(new Socket(InetAddress.getLoopbackAddress(), port));
            }
            agent.await("one is refused", () -> agent.text().contains("refused   16 taps"));
            assertThat(open.get(TapServer.TAPS_MAX).getInputStream().read()).isEqualTo(-1);
        } finally {
            for (Socket s : open) {
                s.close();
            }
        }
    }

    @Test
    void shouldEndWithOneLineWhenTheTapSpeaksAnotherVersion() throws Exception {
        byte[] tap = tap();
        // The first frame's version byte, and a checksum that is right for it.
        byte[] later = tap.clone();
        later[8] = 9;
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(later, 4, 40);
        ByteBuffer.wrap(later).order(ByteOrder.LITTLE_ENDIAN).putInt(44, (int) crc.getValue());
        try (AgentRun agent =
                AgentRun.start(
                        "--listen",
                        "tcp:127.0.0.1:0",
                        "--out",
                        folder.resolve("t.avro").toString(),
                        "--once")) {
            send(agent.port(), later, later.length);
            assertThat(agent.status()).isEqualTo(ExitStatus.FAILURE);
            assertThat(agent.error()).contains("version 9").hasLineCount(1);
        }
    }

    @Test
    void shouldEndWithOneLineWhenNothingCanBeWritten() throws Exception {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "no /dev/full on this machine");
        try (AgentRun agent =
                AgentRun.start("--listen", "tcp:127.0.0.1:0", "--out", "/dev/full", "--once")) {
            send(agent.port(), tap(), tap().length);
            assertThat(agent.status()).isEqualTo(ExitStatus.FAILURE);
            assertThat(agent.error()).contains("/dev/full").hasLineCount(1);
        }
    }

    @Test
    void shouldRefuseAProcessOfAnotherUser() throws Exception {
        Path path = folder.resolve("s");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            try (SocketChannel peer = SocketChannel.open(UnixDomainSocketAddress.of(path));
                    SocketChannel accepted = server.accept()) {
                assertThat(PeerCheck.of(path, List.of()).refuse(accepted)).isEmpty();
                var users = FileSystems.getDefault().getUserPrincipalLookupService();
                var other = users.lookupPrincipalByName("64321");
                assertThat(new PeerCheck(Set.of(other)).refuse(accepted)).isPresent();
            }
        }
    }

    @Test
    void shouldHearAnotherUserOnlyWhereAllowed() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root can be another user");
        Path open = Files.createTempDirectory(Path.of("/tmp"), "nvmetap-uid");
        try {
            Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
            String sample =
                    CPrograms.with(Compiler.GCC, open)
                            .build("sample", List.of("-O2"), "mediator")
                            .toString();
            assertThat(speak(open, sample, "--allow-uid", "64321")).contains("refused");
            assertThat(speak(open, sample, "--allow-uid", "" + NOBODY)).contains("shut down");
        } finally {
            try (var files = Files.list(open)) {
                for (Path f : files.toList()) {
                    Files.delete(f);
                }
            }
            Files.delete(open);
        }
    }

    private static String speak(Path open, String sample, String... more) throws Exception {
        Path socket = open.resolve("s");
        List<String> arguments = new ArrayList<>(List.of(more));
        arguments.addAll(List.of("--listen", "unix:" + socket));
        arguments.addAll(List.of("--out", open.resolve("t.avro").toString()));
        try (AgentRun agent = AgentRun.start(arguments.toArray(String[]::new))) {
            CPrograms.run(
                    List.of(
                            "setpriv",
                            "--reuid=" + NOBODY,
                            "--clear-groups",
                            sample,
                            "unix:" + socket,
                            "0",
                            "1"));
            agent.await(
                    "it is judged",
                    () -> agent.text().contains("refused") || agent.text().contains("shut down"));
            return agent.text();
        }
    }

    @Test
    void shouldTakeASocketThatAKilledAgentLeftAndNoOther() throws Exception {
        Path path = folder.resolve("s");
        ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        dead.bind(UnixDomainSocketAddress.of(path));
        dead.close();
        String out = folder.resolve("t.avro").toString();
        try (AgentRun first = AgentRun.start("--listen", "unix:" + path, "--out", out)) {
            assertThat(first.text()).contains("listens on unix:");
            try (AgentRun second = AgentRun.start("--listen", "unix:" + path, "--out", out)) {
                assertThat(second.status()).isEqualTo(ExitStatus.FAILURE);
                assertThat(second.error()).contains("somebody listens on it").hasLineCount(1);
            }
        }
        assertThat(path).doesNotExist();
        Files.writeString(path, "mine");
        try (AgentRun third = AgentRun.start("--listen", "unix:" + path, "--out", out)) {
            assertThat(third.status()).isEqualTo(ExitStatus.FAILURE);
        }
        assertThat(path).hasContent("mine");
    }

    @Test
    void shouldSayWhatIsWrongWhenTheMemoryIsNoTaps() throws Exception {
        String out = folder.resolve("t.avro").toString();
        Path memory = folder.resolve("m");
        try (AgentRun absent = AgentRun.start("--listen", "shm:" + memory, "--out", out)) {
            assertThat(absent.status()).isEqualTo(ExitStatus.FAILURE);
            assertThat(absent.error()).contains("start the mediator first").hasLineCount(1);
        }
        Files.write(memory, new byte[8192]);
        try (AgentRun empty = AgentRun.start("--listen", "shm:" + memory, "--out", out)) {
            assertThat(empty.status()).isEqualTo(ExitStatus.FAILURE);
            assertThat(empty.error()).contains("nvmetap_init").hasLineCount(1);
        }
    }

    @Test
    void shouldRefuseMemoryThatIsTooLarge() throws Exception {
        Path memory = folder.resolve("m");
        try (RandomAccessFile file = new RandomAccessFile(memory.toFile(), "rw")) {
            file.setLength(MemorySource.BYTES_MAX + 1);
        }
        String out = folder.resolve("t.avro").toString();
        try (AgentRun agent = AgentRun.start("--listen", "shm:" + memory, "--out", out)) {
            assertThat(agent.status()).isEqualTo(ExitStatus.FAILURE);
            assertThat(agent.error()).contains("over 1073741824 bytes").hasLineCount(1);
        }
    }

    @Test
    void shouldEndWithOneLineWhenTheMemoryIsCutOffWhileItReads() throws Exception {
        Path memory = memory();
        String out = folder.resolve("t.avro").toString();
        try (AgentRun agent = AgentRun.start("--listen", "shm:" + memory, "--out", out)) {
            assertThat(agent.text()).contains("reads");
            try (RandomAccessFile file = new RandomAccessFile(memory.toFile(), "rw")) {
                file.setLength(0);
            }
            assertThat(agent.status()).isEqualTo(ExitStatus.FAILURE);
            assertThat(agent.error()).contains("became shorter").hasLineCount(1);
        }
    }

    /** One ring, empty. */
    private Path memory() throws Exception {
        ByteBuffer b = ByteBuffer.allocate(1024 + 256 + 4096).order(ByteOrder.LITTLE_ENDIAN);
        b.put(0, "NVMETAP1".getBytes(StandardCharsets.US_ASCII));
        b.putInt(8, 1).putInt(12, 1024).putInt(16, 1).putInt(20, 4096);
        return Files.write(folder.resolve("m"), b.array());
    }

    @Test
    void shouldLetOneAgentReadAMemory() throws Exception {
        Path memory = memory();
        String out = folder.resolve("t.avro").toString();
        try (AgentRun first = AgentRun.start("--listen", "shm:" + memory, "--out", out)) {
            assertThat(first.text()).contains("reads");
            try (AgentRun second = AgentRun.start("--listen", "shm:" + memory, "--out", out)) {
                assertThat(second.status()).isEqualTo(ExitStatus.FAILURE);
                assertThat(second.error()).contains("reads it already").hasLineCount(1);
            }
        }
        try (AgentRun third = AgentRun.start("--listen", "shm:" + memory, "--out", out)) {
            assertThat(third.text()).contains("reads");
        }
    }

    private static void send(String port, byte[] bytes, int count) throws Exception {
        try (Socket s = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(port));
                OutputStream out = s.getOutputStream()) {
            out.write(bytes, 0, count);
        } catch (java.net.SocketException closedOnUs) {
            // The agent may let go before all is sent.
            return;
        }
    }

    private static byte[] tap() throws Exception {
        try (var in =
                new GZIPInputStream(
                        AgentPeersITCase.class.getResourceAsStream(
                                "/io/nvmetap/wire/every-kind.tap.gz"))) {
            return in.readAllBytes();
        }
    }

    private static CapturedEvent last(Path trace) throws Exception {
        List<CapturedEvent> events = AgentRun.events(trace);
        return events.get(events.size() - 1);
    }
}
