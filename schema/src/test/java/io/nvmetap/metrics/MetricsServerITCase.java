package io.nvmetap.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nvmetap.cli.CliFailure;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The endpoint by bytes, as a peer that is not polite would ask. */
@Timeout(60)
class MetricsServerITCase {
    private final Meters meters = new Meters();
    private MetricsServer server;
    private int port;

    @BeforeEach
    void start() throws IOException {
        server = MetricsServer.start(meters, 0, "--metrics");
        port = URI.create(server.address()).getPort();
        meters.counts(Metric.CAPTURE_BYTES, () -> 5);
    }

    @AfterEach
    void stop() {
        server.close();
        meters.close();
    }

    private String ask(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String ask(String method, String path, String host) throws IOException {
        return ask(
                method
                        + " "
                        + path
                        + " HTTP/1.1\r\nHost: "
                        + host
                        + "\r\nConnection: close\r\n\r\n");
    }

    @Test
    void shouldTellFiguresToWhoAsksOnThisMachine() throws IOException {
        assertThat(ask("GET", "/metrics", "127.0.0.1:" + port))
                .startsWith("HTTP/1.1 200")
                .containsIgnoringCase("content-type: text/plain; version=0.0.4")
                .contains("nvmetap_capture_bytes_total 5.0\n");
    }

    @Test
    void shouldRefuseWhoNamesItOtherwise() throws IOException {
        assertThat(ask("GET", "/metrics", "rebound.example:" + port)).startsWith("HTTP/1.1 403");
    }

    @Test
    void shouldOnlyRead() throws IOException {
        assertThat(ask("DELETE", "/metrics", "localhost:" + port)).startsWith("HTTP/1.1 405");
        assertThat(ask("HEAD", "/metrics", "localhost:" + port)).startsWith("HTTP/1.1 405");
    }

    @Test
    void shouldHaveOneAddress() throws IOException {
        assertThat(ask("GET", "/", "localhost:" + port)).startsWith("HTTP/1.1 404");
        assertThat(ask("GET", "/metrics/../etc/passwd", "localhost:" + port))
                .startsWith("HTTP/1.1 404");
    }

    @Test
    void shouldNotBeHeardBeyondTheLoopbackInterface() throws IOException {
        Optional<InetAddress> outward =
                Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
                        .flatMap(i -> Collections.list(i.getInetAddresses()).stream())
                        .filter(a -> !a.isLoopbackAddress() && !a.isLinkLocalAddress())
                        .findFirst();
        assumeTrue(outward.isPresent(), "this machine has no other interface");
        assertThatThrownBy(() -> new Socket(outward.get(), port).close())
                .isInstanceOf(IOException.class);
    }

    @Test
    void shouldSayWhatToDoWhenThePortIsTaken() {
        assertThatThrownBy(() -> MetricsServer.start(meters, port, "--metrics"))
                .isInstanceOf(CliFailure.class)
                .hasMessage(
                        "port " + port + " is taken; name another with --metrics, or 0 for any");
    }

    @Test
    void shouldAnswerOthersWhilePeersHoldTheirRequestsBack() throws IOException {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 1; i < MetricsServer.HANDLERS; i++) {
                Socket peer = new Socket("127.0.0.1", port);
                slow.add(peer);
                peer.getOutputStream().write("GET /metr".getBytes(StandardCharsets.UTF_8));
            }
            assertThat(ask("GET", "/metrics", "localhost:" + port)).startsWith("HTTP/1.1 200");
        } finally {
            for (Socket peer : slow) {
                peer.close();
            }
        }
    }
}
