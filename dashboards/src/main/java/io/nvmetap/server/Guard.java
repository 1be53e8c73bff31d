package io.nvmetap.server;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import io.nvmetap.cli.LoopbackHttp;
import java.io.IOException;

/**
 * What every request must pass, and what every answer carries. The server listens on the loopback
 * interface only; this keeps a page from elsewhere, open in the same browser, from reading it.
 */
final class Guard {
    /** Nothing but our own files; no inline script or style, no frame, no form, no plug-in. */
    static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src"
                    + " 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private Guard() {}

    static void check(HttpExchange exchange) {
        String method = exchange.getRequestMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            throw new HttpFailure(405, "the dashboard only reads: use GET or HEAD");
        }
        Headers headers = exchange.getRequestHeaders();
        LoopbackHttp.stranger(headers, exchange.getLocalAddress().getPort())
                .ifPresent(
                        why -> {
                            throw new HttpFailure(403, why);
                        });
        String site = headers.getFirst("Sec-Fetch-Site");
        String mode = headers.getFirst("Sec-Fetch-Mode");
        if ("cross-site".equals(site) && !"navigate".equals(mode)) {
            throw new HttpFailure(403, "another site may not read the dashboard");
        }
        if (headers.containsKey("Transfer-Encoding") || bodyBytes(headers) != 0) {
            throw new HttpFailure(413, "a request has no body here");
        }
    }

    private static long bodyBytes(Headers headers) {
        String length = headers.getFirst("Content-Length");
        try {
            return length == null ? 0 : Long.parseLong(length.strip());
        } catch (NumberFormatException bad) {
            return -1;
        }
    }

    static void decorate(Headers headers) {
        headers.set("Content-Security-Policy", CONTENT_SECURITY_POLICY);
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cross-Origin-Opener-Policy", "same-origin");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        headers.set("X-Frame-Options", "DENY");
        headers.set("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
        headers.set("Cache-Control", "no-store");
    }

    /** Sends an answer; of HEAD only its headers. */
    static void send(HttpExchange exchange, Reply reply) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", reply.type());
        if (exchange.getRequestMethod().equals("HEAD")) {
            headers.set("Content-Length", Integer.toString(reply.body().length));
            exchange.sendResponseHeaders(reply.status(), -1);
        } else {
            exchange.sendResponseHeaders(
                    reply.status(), reply.body().length == 0 ? -1 : reply.body().length);
            exchange.getResponseBody().write(reply.body());
        }
    }
}
