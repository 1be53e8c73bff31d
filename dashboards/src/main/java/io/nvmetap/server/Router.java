package io.nvmetap.server;

import java.io.IOException;
import java.util.List;

/** Which answer belongs to which address. */
final class Router {
    private final ApiCaptures list;
    private final ApiTimeline timeline;
    private final ApiEvents events;
    private final ApiCommand commands;
    private final ApiLatency latency;
    private final ApiCompare compare;
    private final CaptureStore captures;
    private final ServeMetrics metrics;
    private final ServeSettings settings;

    Router(
            CaptureStore captures,
            FindingStore findings,
            ApiCompare compare,
            ServeMetrics metrics,
            ServeSettings settings) {
        this.captures = captures;
        this.compare = compare;
        this.metrics = metrics;
        this.settings = settings;
        list = new ApiCaptures(captures, findings);
        timeline = new ApiTimeline(captures);
        events = new ApiEvents(captures);
        commands = new ApiCommand(captures);
        latency = new ApiLatency(captures);
    }

    Reply answer(Query q) throws IOException {
        if (q.path().equals(List.of("metrics"))) {
            return metrics.exposition();
        }
        if (!q.part(0).equals("api")) {
            return StaticFiles.of(q.path());
        }
        return switch (q.part(1)) {
            case "about" -> about();
            case "captures" -> q.part(2).isEmpty() ? list.list() : capture(q);
            case "rules" -> list.rule(q.part(2));
            case "compare" -> compare.compare(q);
            default -> throw HttpFailure.notFound("there is no such address");
        };
    }

    private Reply about() throws IOException {
        return Reply.json(
                g -> {
                    g.writeBooleanField("live", !settings.brokers().servers().isEmpty());
                    g.writeStringField("bootstrapServers", settings.brokers().servers());
                });
    }

    private Reply capture(Query q) throws IOException {
        Capture c = captures.get(q.part(2));
        return switch (q.part(3)) {
            case "" -> list.summary(c);
            case "findings" -> list.findings(c);
            case "timeline" -> timeline.meta(c);
            case "tiles" -> timeline.tile(c, q);
            case "events" -> events.events(c, q);
            case "moment" -> events.moment(c, q);
            case "find" -> commands.find(c, q);
            case "commands" -> commands.command(c, q.part(4));
            case "latency" -> latency.latency(c, q);
            default -> throw HttpFailure.notFound("there is no such address");
        };
    }
}
