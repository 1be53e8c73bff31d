package io.nvmetap.testkit;

import io.nvmetap.agent.AgentCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

/** {@code nvmetap agent} in a process of its own, heard on a UNIX socket. */
public final class AgentProcess implements AutoCloseable {
    private static final int FRAME_BYTES = 48;
    private static final byte[] SYNC = {0x4E, 0x56, 0x54, (byte) 0xA5};
    private static final int HEARTBEAT = 25;

    private final Process process;
    private final Path socket;
    private final String target;
    private final List<SocketChannel> peers = new ArrayList<>();

    private AgentProcess(Process process, Path socket, String target) {
        this.process = process;
        this.socket = socket;
        this.target = target;
    }

    /** Starts it; it listens when this returns. */
    public static AgentProcess start(Path folder, String brokers) throws IOException {
        Files.createDirectories(folder);
        Path socket = folder.resolve("tap.sock");
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-Xmx256m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                AgentCommand.class.getName(),
                                "--listen",
                                "unix:" + socket,
                                "--bootstrap-servers",
                                brokers,
                                "--metrics",
                                "0")
                        .redirectError(Redirect.to(folder.resolve("agent.err").toFile()))
                        .start();
        BufferedReader said =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String target = "";
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            if (line.contains("metrics on ")) {
                target = URI.create(line.substring(line.indexOf("http"))).getAuthority();
            } else if (line.contains("listens on ")) {
                return new AgentProcess(process, socket, target);
            }
        }
        throw new IOException(Files.readString(folder.resolve("agent.err")));
    }

    /** Where its figures are, HOST:PORT. */
    public String target() {
        return target;
    }

    /** So many taps more that stay connected; what they say first. */
    public void connect(int taps, byte[] words) throws IOException {
        for (int i = 0; i < taps; i++) {
            SocketChannel peer = SocketChannel.open(StandardProtocolFamily.UNIX);
            peers.add(peer);
            peer.connect(UnixDomainSocketAddress.of(socket));
            peer.write(ByteBuffer.wrap(words));
        }
    }

    /** A whole heartbeat, as nvmetap.h writes it (docs/tap-wire-format.md). */
    public static byte[] heartbeat(long ticket) {
        ByteBuffer frame = ByteBuffer.allocate(FRAME_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        frame.put(SYNC).putInt(0).put((byte) 1).put((byte) HEARTBEAT).putShort((short) 0);
        frame.putShort((short) -1).putShort((short) -1).putInt(0).putInt(0);
        frame.putLong(ticket).putLong(ticket);
        frame.putInt(0);
        CRC32C crc = new CRC32C();
        crc.update(frame.array(), SYNC.length, 40);
        return frame.putInt((int) crc.getValue()).array();
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel peer : peers) {
            peer.close();
        }
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
