package io.nvmetap.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.LoopbackHttp;
import io.nvmetap.feed.LiveFeed;
import io.nvmetap.trace.TraceFormatException;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The dashboard, running. Threads: one of the server, {@link #HANDLERS} that answer, two that make
 * indexes, two that wait for commands, and for each page that follows live one that sends.
 */
final class Dashboard implements AutoCloseable {
    /** Requests answered at once. */
    static final int HANDLERS = 8;

    /** Requests that may wait for that; more are dropped. */
    static final int WAITING_MAX = 128;

    private final HttpServer server;
    private final ExecutorService handlers;
    private final ExecutorService indexers;
    private final ExecutorService commands;
    private final LiveFeed live;
    private final LivePages pages;
    private final Router router;
    private final ServeMetrics metrics = new ServeMetrics();

    private Dashboard(ServeSettings settings) throws IOException {
        CaptureFolder folder = new CaptureFolder(settings.captures());
        handlers = pool("nvmetap-serve", HANDLERS, WAITING_MAX);
        indexers = pool("nvmetap-index", 2, 64);
        commands = pool("nvmetap-command", 2, 64);
        CaptureStore captures = new CaptureStore(folder, indexers, metrics);
        ToolRunner tools = new ToolRunner();
        FindingStore findings = new FindingStore(tools, commands);
        router =
                new Router(
                        captures,
                        findings,
                        new ApiCompare(captures, tools, commands),
                        metrics,
                        settings);
        server = LoopbackHttp.bind(settings.port(), "--port");
        server.setExecutor(handlers);
        server.createContext("/", this::handle);
        live =
                settings.brokers().servers().isEmpty()
                        ? null
                        : LiveFeed.follow(settings.brokers(), System::currentTimeMillis);
        pages = new LivePages(live);
        metrics.pages(pages::following);
        if (live != null) {
            metrics.live(live);
        }
        server.start();
    }

    /**
     * Starts it; it answers when this returns.
     *
     * @throws CliFailure if the port is taken or a file is not there
     */
    static Dashboard start(ServeSettings settings) throws IOException {
        return new Dashboard(settings);
    }

    private static ExecutorService pool(String name, int threads, int waitingMax) {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(
                        threads,
                        threads,
                        10,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(waitingMax),
                        task -> {
                            Thread t = new Thread(task, name);
                            t.setDaemon(true);
                            return t;
                        });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Where it is. */
    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    private void handle(HttpExchange exchange) throws IOException {
        boolean keep = false;
        long beganNs = System.nanoTime();
        Query q = Query.NONE;
        try {
            Guard.decorate(exchange.getResponseHeaders());
            Guard.check(exchange);
            q = Query.of(exchange.getRequestURI());
            boolean events = q.part(0).equals("api") && q.part(1).equals("live");
            keep = events && pages.open(exchange);
            if (!keep) {
                Guard.send(exchange, router.answer(q));
            }
        } catch (HttpFailure refused) {
            Guard.send(exchange, Reply.failure(refused.status(), refused.getMessage()));
        } catch (TraceFormatException bad) {
            Guard.send(exchange, Reply.failure(422, bad.getMessage()));
        } catch (IOException | RuntimeException failed) {
            failed(exchange, failed);
        } finally {
            long tookNs = System.nanoTime() - beganNs;
            metrics.answered(q, exchange.getResponseCode(), tookNs);
            if (!keep) {
                exchange.close();
            }
        }
    }

    private static void failed(HttpExchange exchange, Exception failed) throws IOException {
        if (exchange.getResponseCode() < 0) {
            Guard.send(exchange, Reply.failure(500, String.valueOf(failed.getMessage())));
        }
    }

    @Override
    public void close() {
        pages.close();
        if (live != null) {
            live.close();
        }
        server.stop(0);
        handlers.shutdownNow();
        indexers.shutdownNow();
        commands.shutdownNow();
        metrics.close();
    }
}
