package io.nvmetap.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.cli.Brokers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pages that follow, without a broker. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LivePagesITCase {
    static Socket follow(String address) throws IOException {
        Socket s = new Socket(InetAddress.getByName("127.0.0.1"), URI.create(address).getPort());
        s.setSoTimeout(20_000);
        String request = "GET /api/live HTTP/1.1\r\n" + RawHttp.host(address) + "\r\n\r\n";
        s.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return s;
    }

    static String await(Socket s, String wanted) throws IOException {
        BufferedReader in =
                new BufferedReader(
                        new InputStreamReader(s.getInputStream(), StandardCharsets.UTF_8));
        String line = in.readLine();
        while (line != null && !line.contains(wanted)) {
            line = in.readLine();
        }
        return line;
    }

    @Test
    void shouldSayThatNoBrokerAnswersAndFollowNoMorePagesThanItsBound() throws IOException {
        List<Socket> pages = new ArrayList<>();
        try (Dashboard d =
                Dashboard.start(new ServeSettings(List.of(), 0, Brokers.plain("127.0.0.1:1")))) {
            for (int i = 0; i < LivePages.PAGES_MAX; i++) {
                pages.add(follow(d.address()));
                assertThat(await(pages.get(i), "200 OK")).isNotNull();
            }
            assertThat(RawHttp.get(d.address(), "/api/live").status()).isEqualTo(503);
            assertThat(RawHttp.get(d.address(), "/api/captures").status()).isEqualTo(200);
            assertThat(await(pages.get(0), "no broker answers")).contains("\"connected\":false");
        } finally {
            for (Socket s : pages) {
                s.close();
            }
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("nvmetap-live");
    }
}
