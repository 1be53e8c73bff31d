package io.nvmetap.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.LoopbackHttp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Answers {@code GET /metrics} on the loopback interface, and nothing else. Threads: one accepts,
 * {@link #HANDLERS} read requests and answer; what they do never waits for the capture. A peer that
 * holds its request back holds one of them for ten seconds at most.
 */
public final class MetricsServer implements AutoCloseable {
    /** Requests read and answered at once. */
    static final int HANDLERS = 4;

    /** Requests that may wait for that; more are dropped. */
    static final int WAITING_MAX = 16;

    private final Meters meters;
    private final HttpServer server;
    private final ThreadPoolExecutor handlers;

    private MetricsServer(Meters meters, int port, String option) throws IOException {
        this.meters = meters;
        server = LoopbackHttp.bind(port, option);
        handlers =
                new ThreadPoolExecutor(
                        HANDLERS,
                        HANDLERS,
                        10,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(WAITING_MAX),
                        task -> {
                            Thread t = new Thread(task, "nvmetap-metrics");
                            t.setDaemon(true);
                            return t;
                        });
        handlers.allowCoreThreadTimeOut(true);
        server.setExecutor(handlers);
        server.createContext("/", this::handle);
        server.start();
    }

    /**
     * Starts it; it answers when this returns.
     *
     * @param port 0 for any that is free
     * @param option that names the port, for people
     * @throws CliFailure if the port is none, or taken
     */
    public static MetricsServer start(Meters meters, int port, String option) throws IOException {
        return new MetricsServer(meters, port, option);
    }

    /** Where it answers. */
    public String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/metrics";
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            int port = exchange.getLocalAddress().getPort();
            Optional<String> stranger = LoopbackHttp.stranger(exchange.getRequestHeaders(), port);
            if (stranger.isPresent()) {
                refuse(exchange, 403, stranger.get());
            } else if (!exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET");
                refuse(exchange, 405, "metrics are only read: use GET");
            } else if (!exchange.getRequestURI().getPath().equals("/metrics")) {
                refuse(exchange, 404, "there is only /metrics here");
            } else {
                send(exchange, 200, Meters.CONTENT_TYPE, meters.exposition());
            }
        }
    }

    private static void refuse(HttpExchange exchange, int status, String why) throws IOException {
        send(
                exchange,
                status,
                "text/plain; charset=utf-8",
                (why + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body)
            throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
        handlers.shutdownNow();
    }
}
