package io.nvmetap.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One request, byte for byte as a hostile client would send it. */
record RawHttp(int status, String headers, String body) {
    private static final int PATIENCE_MS = 20_000;

    /** Sends a request line and headers as they are; the connection is closed after the answer. */
    static RawHttp send(String address, String requestLine, String... headers) throws IOException {
        URI uri = URI.create(address);
        try (Socket s = new Socket(InetAddress.getByName("127.0.0.1"), uri.getPort())) {
            s.setSoTimeout(PATIENCE_MS);
            StringBuilder request = new StringBuilder(requestLine).append("\r\n");
            for (String h : headers) {
                request.append(h).append("\r\n");
            }
            request.append("Connection: close\r\n\r\n");
            s.getOutputStream().write(request.toString().getBytes(StandardCharsets.ISO_8859_1));
            s.getOutputStream().flush();
            return parse(new String(s.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** A well-behaved GET. */
    static RawHttp get(String address, String path) throws IOException {
        return send(address, "GET " + path + " HTTP/1.1", host(address));
    }

    static String host(String address) {
        return "Host: " + URI.create(address).getAuthority();
    }

    private static RawHttp parse(String answer) {
        int end = answer.indexOf("\r\n\r\n");
        String head = end < 0 ? answer : answer.substring(0, end);
        int status = head.startsWith("HTTP/1.1 ") ? Integer.parseInt(head.substring(9, 12)) : -1;
        return new RawHttp(
                status, head.toLowerCase(Locale.ROOT), end < 0 ? "" : answer.substring(end + 4));
    }
}
