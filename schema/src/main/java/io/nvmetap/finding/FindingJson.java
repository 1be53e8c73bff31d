package io.nvmetap.finding;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/** Findings as JSON, one object a line; the field names are stable. */
public final class FindingJson {
    private static final JsonFactory FACTORY = new JsonFactory();

    private FindingJson() {}

    private interface Body {
        void write(JsonGenerator g) throws IOException;
    }

    private static String object(Body body) {
        StringWriter text = new StringWriter();
        try (JsonGenerator g = FACTORY.createGenerator(text)) {
            g.writeStartObject();
            body.write(g);
            g.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** One finding, one line. */
    public static String line(Finding f) {
        return object(
                g -> {
                    g.writeStringField("rule", f.rule());
                    g.writeStringField("verdict", f.verdict().name());
                    g.writeStringField("severity", f.severity().name());
                    g.writeStringField("owner", f.owner().name());
                    g.writeNumberField("controller", f.controller());
                    g.writeNumberField("sqid", f.sqid());
                    g.writeNumberField("cqid", f.cqid());
                    g.writeNumberField("cid", f.cid());
                    g.writeNumberField("fromSeq", f.fromSeq());
                    g.writeNumberField("toSeq", f.toSeq());
                    g.writeNumberField("timeNs", f.timeNs());
                    g.writeStringField("title", f.title());
                    g.writeStringField("explanation", f.explanation());
                    g.writeArrayFieldStart("evidence");
                    for (long seq : f.evidence()) {
                        g.writeNumber(seq);
                    }
                    g.writeEndArray();
                    g.writeStringField("clause", f.clause());
                    g.writeStringField("remedy", f.remedy());
                    strings(g, "catalog", f.catalog());
                });
    }

    /** Last line: {@code {"summary":{...}}}. */
    public static String line(SessionSummary s) {
        return object(
                g -> {
                    g.writeObjectFieldStart("summary");
                    g.writeStringField("session", s.session());
                    g.writeNumberField("events", s.events());
                    g.writeNumberField("lost", s.lost());
                    g.writeNumberField("violated", s.violated());
                    g.writeNumberField("unknown", s.unknown());
                    g.writeNumberField("holds", s.holds());
                    strings(g, "story", s.story());
                    strings(g, "quirks", s.quirks());
                    g.writeEndObject();
                });
    }

    private static void strings(JsonGenerator g, String name, List<String> values)
            throws IOException {
        g.writeArrayFieldStart(name);
        for (String v : values) {
            g.writeString(v);
        }
        g.writeEndArray();
    }
}
