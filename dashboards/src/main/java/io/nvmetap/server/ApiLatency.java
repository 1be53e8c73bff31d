package io.nvmetap.server;

import com.fasterxml.jackson.core.JsonGenerator;
import io.nvmetap.event.Unseen;
import io.nvmetap.timeline.CaptureIndex;
import io.nvmetap.timeline.Latencies;
import io.nvmetap.timeline.Party;
import java.io.IOException;
import java.util.Map;

/** How long commands took. */
final class ApiLatency {
    private final CaptureStore captures;

    ApiLatency(CaptureStore captures) {
        this.captures = captures;
    }

    /** {@code ?controller=N&sqid=N&opcode=N}; -1 all. */
    Reply latency(Capture c, Query q) throws IOException {
        Latencies.Filter filter =
                new Latencies.Filter(
                        (int) q.number("controller", 0, 0, 255),
                        (int) q.number("sqid", -1, -1, 65_535),
                        (int) q.number("opcode", -1, -1, 255));
        CaptureIndex index = captures.index(c);
        Latencies l = Latencies.of(index, filter);
        return Reply.json(
                g -> {
                    ApiCaptures.span(g, index);
                    g.writeBooleanField("realTime", index.header().sees(Unseen.REAL_TIME));
                    g.writeBooleanField("mediated", index.header().mediated());
                    g.writeNumberField("controllers", index.header().controllers().size());
                    g.writeNumberField("commands", l.commands());
                    g.writeNumberField("heatFromNs", l.heatFromNs());
                    rows(g, l);
                    heat(g, l);
                    drift(g, l);
                });
    }

    private static void rows(JsonGenerator g, Latencies l) throws IOException {
        g.writeArrayFieldStart("rows");
        for (Latencies.Row r : l.rows()) {
            g.writeStartObject();
            g.writeNumberField("controller", r.controller());
            g.writeNumberField("sqid", r.sqid());
            g.writeNumberField("opcode", r.opcode());
            g.writeStringField("name", ApiTimeline.opcode(r.sqid() == 0, r.opcode()));
            stats(g, "whole", r.whole());
            parties(g, r.parties());
            g.writeEndObject();
        }
        g.writeEndArray();
    }

    private static void parties(JsonGenerator g, Map<Party, Latencies.Stats> parties)
            throws IOException {
        g.writeObjectFieldStart("parties");
        for (Map.Entry<Party, Latencies.Stats> p : parties.entrySet()) {
            stats(g, p.getKey().name(), p.getValue());
        }
        g.writeEndObject();
    }

    private static void stats(JsonGenerator g, String name, Latencies.Stats s) throws IOException {
        g.writeObjectFieldStart(name);
        g.writeNumberField("count", s.count());
        g.writeNumberField("p50", s.p50());
        g.writeNumberField("p90", s.p90());
        g.writeNumberField("p99", s.p99());
        g.writeNumberField("p999", s.p999());
        g.writeNumberField("max", s.max());
        g.writeNumberField("mean", s.mean());
        g.writeEndObject();
    }

    private static void heat(JsonGenerator g, Latencies l) throws IOException {
        g.writeArrayFieldStart("heat");
        for (int[] column : l.heat()) {
            g.writeArray(column, 0, column.length);
        }
        g.writeEndArray();
    }

    private static void drift(JsonGenerator g, Latencies l) throws IOException {
        g.writeArrayFieldStart("drift");
        for (Latencies.Drift d : l.drift()) {
            g.writeStartObject();
            g.writeNumberField("fromNs", d.fromNs());
            stats(g, "whole", d.whole());
            parties(g, d.parties());
            g.writeEndObject();
        }
        g.writeEndArray();
    }
}
