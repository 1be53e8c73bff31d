package io.nvmetap.server;

import io.nvmetap.feed.LiveFeed;
import io.nvmetap.feed.LiveView;
import io.nvmetap.metrics.Meters;
import io.nvmetap.metrics.Metric;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.IntSupplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** Figures of the dashboard: how it answers, and what it sees of the topics. Any thread. */
final class ServeMetrics implements AutoCloseable {
    private static final Set<String> QUESTIONS =
            Set.of(
                    "about",
                    "captures",
                    "compare",
                    "findings",
                    "latency",
                    "live",
                    "rules",
                    "timeline",
                    "tiles",
                    "events",
                    "moment",
                    "find",
                    "commands");

    private final Meters meters = new Meters();

    ServeMetrics() {
        meters.bindJvm();
        meters.timer(Metric.DASHBOARD_LOAD);
    }

    /** Looks at the pages that follow live. */
    void pages(IntSupplier following) {
        meters.measures(Metric.DASHBOARD_LIVE_PAGES, following::getAsInt);
    }

    /** Looks at what the dashboard sees of the topics. */
    void live(LiveFeed feed) {
        measures(feed, Metric.LIVE_CONNECTED, v -> v.connected() ? 1 : 0);
        measures(feed, Metric.LIVE_LAG, LiveView::lag);
        measures(feed, Metric.LIVE_OPEN_COMMANDS, LiveView::open);
        measures(
                feed,
                Metric.LIVE_OPEN_STALLS,
                v -> v.stalls().stream().filter(s -> s.endedMs() == 0).count());
        counts(feed, Metric.LIVE_EVENTS, LiveView::events);
        measures(feed, Metric.LIVE_LOST_EVENTS, LiveView::lost);
        counts(feed, Metric.LIVE_MALFORMED, LiveView::malformed);
    }

    private void measures(LiveFeed feed, Metric metric, ToDoubleFunction<LiveView> what) {
        meters.measures(metric, () -> what.applyAsDouble(feed.state().view(feed.nowMs())));
    }

    private void counts(LiveFeed feed, Metric metric, ToLongFunction<LiveView> what) {
        meters.counts(metric, () -> what.applyAsLong(feed.state().view(feed.nowMs())));
    }

    /**
     * A request was answered.
     *
     * @param status HTTP status, -1 if it never got that far
     */
    void answered(Query q, int status, long tookNs) {
        String kind = status < 0 ? "none" : status / 100 + "xx";
        meters.timer(Metric.DASHBOARD_REQUEST, question(q), kind).record(Duration.ofNanos(tookNs));
    }

    /** One of few words: what a request names itself is no label. */
    private static String question(Query q) {
        if (!q.part(0).equals("api")) {
            return q.part(0).equals("metrics") ? "metrics" : "page";
        }
        String part = q.part(1).equals("captures") && !q.part(3).isEmpty() ? q.part(3) : q.part(1);
        return QUESTIONS.contains(part) ? part : "other";
    }

    /** Takes the time that reading a capture takes. */
    <T> Callable<T> loading(Callable<T> load) {
        return () -> meters.timer(Metric.DASHBOARD_LOAD).recordCallable(load);
    }

    Reply exposition() throws IOException {
        return new Reply(200, Meters.CONTENT_TYPE, meters.exposition());
    }

    @Override
    public void close() {
        meters.close();
    }
}
