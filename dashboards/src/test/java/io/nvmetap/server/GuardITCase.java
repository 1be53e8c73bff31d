package io.nvmetap.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.cli.Brokers;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.testkit.BigTrace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a hostile page, client or file may try. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GuardITCase {
    @TempDir private Path folder;
    @TempDir private Path elsewhere;
    private Dashboard dashboard;
    private String address;

    @BeforeEach
    void start() throws IOException {
        BigTrace.write(folder.resolve("one.avro"), 300, 1, "m");
        BigTrace.write(elsewhere.resolve("secret.avro"), 300, 2, "m");
        Files.writeString(elsewhere.resolve("secret.txt"), "TOP-SECRET");
        dashboard = Dashboard.start(new ServeSettings(List.of(folder), 0, Brokers.NONE));
        address = dashboard.address();
    }

    @AfterEach
    void stop() {
        dashboard.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "FOO"})
    void shouldRefuseWhatIsNotReading(String method) throws IOException {
        RawHttp r =
                RawHttp.send(address, method + " /api/captures HTTP/1.1", RawHttp.host(address));
        assertThat(r.status()).isEqualTo(405);
        assertThat(r.headers()).contains("allow: get, head");
    }

    @Test
    void shouldAnswerHeadWithoutABody() throws IOException {
        RawHttp r = RawHttp.send(address, "HEAD / HTTP/1.1", RawHttp.host(address));
        assertThat(r.status()).isEqualTo(200);
        assertThat(r.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: evil.example",
                "Host: evil.example:%d",
                "Host: 127.0.0.1.evil.example:%d",
                "Host: localhost:1",
                "Host: 192.168.1.1:%d",
                "X-Host: none"
            })
    void shouldRefuseAnotherNameOfThisMachine(String header) throws IOException {
        int port = URI.create(address).getPort();
        RawHttp r =
                RawHttp.send(address, "GET /api/captures HTTP/1.1", String.format(header, port));
        assertThat(r.status()).isIn(400, 403);
        assertThat(r.body()).doesNotContain("one.avro");
    }

    @Test
    void shouldTakeTheNamesOfTheLoopback() throws IOException {
        int port = URI.create(address).getPort();
        for (String name : List.of("localhost", "127.0.0.1", "[::1]", "LOCALHOST")) {
            RawHttp r =
                    RawHttp.send(
                            address, "GET /api/captures HTTP/1.1", "Host: " + name + ":" + port);
            assertThat(r.status()).as(name).isEqualTo(200);
        }
    }

    @Test
    void shouldRefuseTwoHosts() throws IOException {
        RawHttp r =
                RawHttp.send(
                        address, "GET / HTTP/1.1", RawHttp.host(address), "Host: evil.example");
        assertThat(r.status()).isIn(400, 403);
    }

    @Test
    void shouldRefuseAnotherSite() throws IOException {
        RawHttp r =
                RawHttp.send(
                        address,
                        "GET /api/captures HTTP/1.1",
                        RawHttp.host(address),
                        "Sec-Fetch-Site: cross-site",
                        "Sec-Fetch-Mode: no-cors");
        assertThat(r.status()).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../secret.txt",
                "/..%2fsecret.txt",
                "/%2e%2e/secret.txt",
                "/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
                "/%252e%252e%252fetc%252fpasswd",
                "/..%5c..%5csecret.txt",
                "/....//....//etc/passwd",
                "/%c0%ae%c0%ae/etc/passwd",
                "/views/../../server/Guard.class",
                "/views/%00.js",
                "/lib/../app.js",
                "/style.css%00.js",
                "//etc/passwd",
                "/.",
                "/app.js/",
                "/META-INF/MANIFEST.MF",
                "/io/nvmetap/web/app.js",
                "/api/captures/..%2f..%2fsecret",
                "/api/captures/%2e%2e/timeline",
                "/api/captures/..%2fsecret.avro/events",
                "/api/captures/%2fetc%2fpasswd",
                "/api/captures/one.avro%00",
                "/api/captures/secret/timeline",
                "/api/rules/..%2fREADME",
                "/api/rules/%2e%2e%2fevents",
                "/api/rules/README",
                "/api/compare?a=one&b=..%2fsecret",
                "/api/compare?a=one&b=replay%3Aexec%3Aid",
                "/api/nothing"
            })
    void shouldFindNothingOutsideItsOwn(String path) throws IOException {
        RawHttp r = RawHttp.get(address, path);
        assertThat(r.status()).as(path).isIn(400, 403, 404);
        assertThat(r.body()).doesNotContain("TOP-SECRET", "root:", "package io.nvmetap");
    }

    @Test
    void shouldNotFollowALinkOutOfItsFolder() throws IOException {
        Files.createSymbolicLink(folder.resolve("link.avro"), elsewhere.resolve("secret.avro"));
        Files.createSymbolicLink(folder.resolve("sub"), elsewhere);
        RawHttp list = RawHttp.get(address, "/api/captures");
        assertThat(list.body()).contains("one.avro", "\"refused\":1").doesNotContain("secret");
        assertThat(RawHttp.get(address, "/api/captures/link").status()).isEqualTo(404);
    }

    @Test
    void shouldNotServeWhatBecameALinkAfterItWasListed() throws IOException {
        BigTrace.write(folder.resolve("two.avro"), 300, 3, "m");
        assertThat(RawHttp.get(address, "/api/captures/two").status()).isEqualTo(200);
        Files.delete(folder.resolve("two.avro"));
        Files.createSymbolicLink(folder.resolve("two.avro"), elsewhere.resolve("secret.avro"));
        assertThat(RawHttp.get(address, "/api/captures/two").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/app.js", "/api/captures", "/api/nothing", "/nothing.js"})
    void shouldGuardEveryAnswer(String path) throws IOException {
        RawHttp r = RawHttp.get(address, path);
        assertThat(r.headers())
                .contains(
                        "content-security-policy: default-src 'none'; script-src 'self';",
                        "x-content-type-options: nosniff",
                        "referrer-policy: no-referrer",
                        "cross-origin-resource-policy: same-origin")
                .doesNotContain("unsafe", "access-control-allow");
    }

    @Test
    void shouldRefuseWhatIsTooLongOrHasABody() throws IOException {
        String path = "/api/captures?x=" + "y".repeat(Query.TARGET_CHARS_MAX);
        assertThat(RawHttp.get(address, path).status()).isEqualTo(414);
        RawHttp body =
                RawHttp.send(
                        address,
                        "GET /api/captures HTTP/1.1",
                        RawHttp.host(address),
                        "Content-Length: 5");
        assertThat(body.status()).isEqualTo(413);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/captures/one/tiles/99/0",
                "/api/captures/one/tiles/-1/0",
                "/api/captures/one/tiles/0/9223372036854775807",
                "/api/captures/one/tiles/x/0",
                "/api/captures/one/events?count=501",
                "/api/captures/one/events?from=-1",
                "/api/captures/one/events?seqs=1,x",
                "/api/captures/one/commands/-3",
                "/api/captures/one/latency?sqid=70000",
                "/api/captures/one/moment?seq=1e9"
            })
    void shouldSayWhatIsWrongWithANumber(String path) throws IOException {
        RawHttp r = RawHttp.get(address, path);
        assertThat(r.status()).as(path).isEqualTo(400);
        assertThat(r.body()).contains("\"error\"");
    }

    @Test
    void shouldListenOnTheLoopbackOnly() throws IOException {
        int port = URI.create(address).getPort();
        for (NetworkInterface n : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            for (InetAddress a : Collections.list(n.getInetAddresses())) {
                if (!a.isLoopbackAddress() && !a.isLinkLocalAddress()) {
                    assertThatThrownBy(() -> new Socket(a, port).close())
                            .as(a.toString())
                            .isInstanceOf(IOException.class);
                }
            }
        }
    }

    @Test
    void shouldSayThatAPortIsTaken() {
        int port = URI.create(address).getPort();
        assertThatThrownBy(
                        () ->
                                Dashboard.start(
                                        new ServeSettings(List.of(folder), port, Brokers.NONE)))
                .isInstanceOf(CliFailure.class)
                .hasMessageContaining("port " + port + " is taken");
    }

    @Test
    void shouldSayThatAFileIsDamagedOrNoTrace() throws IOException {
        Files.writeString(folder.resolve("text.avro"), "no trace");
        RawHttp r = RawHttp.get(address, "/api/captures/text/timeline");
        assertThat(r.status()).isEqualTo(422);
        assertThat(r.body()).contains("not a trace file");
        byte[] whole = Files.readAllBytes(folder.resolve("one.avro"));
        Files.write(folder.resolve("cut.avro"), java.util.Arrays.copyOf(whole, whole.length - 40));
        assertThat(RawHttp.get(address, "/api/captures/cut/timeline").body()).contains("cut off");
    }

    @Test
    void shouldRefuseALiveViewWithoutABroker() throws IOException {
        RawHttp r = RawHttp.get(address, "/api/live");
        assertThat(r.status()).isEqualTo(404);
        assertThat(r.body()).contains("--bootstrap-servers");
    }
}
