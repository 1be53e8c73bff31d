package io.nvmetap.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.sun.net.httpserver.HttpExchange;
import io.nvmetap.feed.LiveFeed;
import io.nvmetap.feed.LiveState;
import io.nvmetap.feed.LiveView;
import io.nvmetap.feed.OpenCommand;
import io.nvmetap.feed.Stall;
import io.nvmetap.finding.FindingJson;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Pages that follow live, as server-sent events (HTML Living Standard, 9.2): a {@code state} four
 * times a second, each {@code finding} as it comes. One thread a page.
 */
final class LivePages implements AutoCloseable {
    /** Pages that follow at once. */
    static final int PAGES_MAX = 8;

    private static final long EVERY_MS = 250;

    private final LiveFeed feed;
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * @param feed what is followed, null nothing
     */
    LivePages(LiveFeed feed) {
        this.feed = feed;
    }

    /**
     * Takes a request over.
     *
     * @return the exchange is now this one's to close
     * @throws HttpFailure if nothing is followed or too many pages follow
     */
    synchronized boolean open(HttpExchange exchange) throws IOException {
        if (feed == null) {
            throw HttpFailure.notFound("start the dashboard with --bootstrap-servers to see live");
        }
        if (threads.size() >= PAGES_MAX) {
            throw new HttpFailure(503, PAGES_MAX + " pages follow already; close one");
        }
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(200, -1);
            return false;
        }
        exchange.sendResponseHeaders(200, 0);
        Thread t = new Thread(() -> send(exchange), "nvmetap-live-page");
        t.setDaemon(true);
        threads.add(t);
        t.start();
        return true;
    }

    /** Pages that follow now. */
    int following() {
        return threads.size();
    }

    private void send(HttpExchange exchange) {
        try (OutputStream out = exchange.getResponseBody()) {
            long told = 0;
            while (!closed) {
                for (LiveState.Told t : feed.state().findingsAfter(told)) {
                    told = t.number();
                    event(out, "finding", finding(t));
                }
                event(out, "state", state(feed.state().view(feed.nowMs())));
                out.flush();
                waitABit();
            }
        } catch (IOException left) {
            // The page was closed; that is how it ends.
        } finally {
            exchange.close();
            threads.remove(Thread.currentThread());
        }
    }

    private synchronized void waitABit() {
        try {
            if (!closed) {
                wait(EVERY_MS);
            }
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    private static void event(OutputStream out, String name, String data) throws IOException {
        out.write(("event: " + name + "\ndata: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
    }

    private static String finding(LiveState.Told t) throws IOException {
        return object(
                g -> {
                    g.writeNumberField("number", t.number());
                    g.writeNumberField("atMs", t.atMs());
                    g.writeStringField("session", t.finding().session());
                    g.writeFieldName("finding");
                    g.writeRawValue(FindingJson.line(t.finding()));
                });
    }

    private static String object(Reply.Fields fields) throws IOException {
        StringWriter out = new StringWriter();
        try (JsonGenerator g = new JsonFactory().createGenerator(out)) {
            g.writeStartObject();
            fields.write(g);
            g.writeEndObject();
        }
        return out.toString();
    }

    private static String state(LiveView v) throws IOException {
        return object(
                g -> {
                    g.writeNumberField("nowMs", v.nowMs());
                    g.writeBooleanField("connected", v.connected());
                    g.writeStringField("problem", v.problem());
                    g.writeNumberField("perSecond", v.perSecond());
                    g.writeNumberField("events", v.events());
                    g.writeNumberField("lag", v.lag());
                    g.writeNumberField("lost", v.lost());
                    g.writeNumberField("malformed", v.malformed());
                    g.writeNumberField("open", v.open());
                    long[] history = v.history().stream().mapToLong(Long::longValue).toArray();
                    g.writeFieldName("history");
                    g.writeArray(history, 0, history.length);
                    g.writeArrayFieldStart("sessions");
                    for (String s : v.sessions()) {
                        g.writeString(s);
                    }
                    g.writeEndArray();
                    oldest(g, v);
                    stalls(g, v);
                });
    }

    private static void oldest(JsonGenerator g, LiveView v) throws IOException {
        g.writeArrayFieldStart("oldest");
        for (OpenCommand c : v.oldest()) {
            g.writeStartObject();
            g.writeStringField("session", c.session());
            g.writeNumberField("controller", c.controller());
            g.writeNumberField("sqid", c.sqid());
            g.writeNumberField("cid", c.cid());
            g.writeStringField("name", ApiTimeline.opcode(c.sqid() == 0, c.opcode()));
            g.writeNumberField("seq", c.seq());
            g.writeNumberField("sinceMs", c.sinceMs());
            g.writeEndObject();
        }
        g.writeEndArray();
    }

    private static void stalls(JsonGenerator g, LiveView v) throws IOException {
        g.writeArrayFieldStart("stalls");
        for (Stall s : v.stalls()) {
            g.writeStartObject();
            g.writeNumberField("sinceMs", s.sinceMs());
            g.writeNumberField("endedMs", s.endedMs());
            g.writeStringField("session", s.finding().session());
            g.writeFieldName("finding");
            g.writeRawValue(FindingJson.line(s.finding()));
            g.writeEndObject();
        }
        g.writeEndArray();
    }

    @Override
    public void close() {
        closed = true;
        synchronized (this) {
            notifyAll();
        }
    }
}
