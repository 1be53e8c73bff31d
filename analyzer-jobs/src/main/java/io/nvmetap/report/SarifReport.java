package io.nvmetap.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.Severity;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.RuleSet;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * SARIF 2.1.0: a run a session. A violated rule is a result; one that could not be decided is a
 * notification of the run, so that nobody takes it for a defect. Events are no lines of a file:
 * their numbers are properties, and queues and commands are logical locations.
 */
final class SarifReport extends DocumentReport {
    private static final String SCHEMA =
            "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

    private final OutputStream out;
    private final String recording;
    private final Map<String, Integer> indices = new HashMap<>();

    /**
     * @param recording what was analyzed, as a relative reference
     */
    SarifReport(OutputStream out, String recording) {
        this.out = out;
        this.recording = recording;
    }

    /**
     * @return a file name as a relative reference (RFC 3986)
     */
    static String reference(String name) {
        try {
            return "./" + new URI(null, null, "/" + name, null).getRawPath().substring(1);
        } catch (URISyntaxException e) {
            return "./recording";
        }
    }

    @Override
    void write(List<Judgement> all, int left) throws IOException {
        JsonFactory factory = new JsonFactory();
        factory.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        try (JsonGenerator g = factory.createGenerator(out)) {
            g.useDefaultPrettyPrinter();
            g.writeStartObject();
            g.writeStringField("$schema", SCHEMA);
            g.writeStringField("version", "2.1.0");
            g.writeArrayFieldStart("runs");
            for (Judgement j : all) {
                run(g, j);
            }
            g.writeEndArray();
            g.writeEndObject();
        }
    }

    private void run(JsonGenerator g, Judgement j) throws IOException {
        g.writeStartObject();
        g.writeObjectFieldStart("tool");
        g.writeObjectFieldStart("driver");
        g.writeStringField("name", "nvmetap");
        g.writeArrayFieldStart("rules");
        indices.clear();
        for (Rule rule : RuleSet.all()) {
            indices.put(rule.info().id(), indices.size());
            rule(g, rule.info());
        }
        g.writeEndArray();
        g.writeEndObject();
        g.writeEndObject();
        g.writeObjectFieldStart("automationDetails");
        g.writeStringField("id", "nvmetap/" + j.summary().session());
        g.writeEndObject();
        invocation(g, j);
        g.writeArrayFieldStart("results");
        for (Finding f : j.violated()) {
            result(g, f);
        }
        g.writeEndArray();
        g.writeObjectFieldStart("properties");
        g.writeNumberField("events", j.summary().events());
        g.writeNumberField("lost", j.summary().lost());
        g.writeNumberField("resultsNotListed", j.more());
        strings(g, "story", j.summary().story());
        strings(g, "needs", j.summary().quirks());
        g.writeEndObject();
        g.writeEndObject();
    }

    private static void rule(JsonGenerator g, RuleInfo info) throws IOException {
        g.writeStartObject();
        g.writeStringField("id", info.id());
        text(g, "shortDescription", info.title());
        text(g, "fullDescription", info.title() + ". " + info.clause() + ".");
        text(g, "help", info.remedy());
        g.writeObjectFieldStart("defaultConfiguration");
        g.writeStringField("level", level(info.severity()));
        g.writeEndObject();
        g.writeObjectFieldStart("properties");
        strings(g, "tags", info.catalog());
        g.writeEndObject();
        g.writeEndObject();
    }

    private void invocation(JsonGenerator g, Judgement j) throws IOException {
        g.writeArrayFieldStart("invocations");
        g.writeStartObject();
        g.writeBooleanField("executionSuccessful", true);
        g.writeArrayFieldStart("toolExecutionNotifications");
        for (Map.Entry<String, String> u : j.unknown().entrySet()) {
            g.writeStartObject();
            g.writeStringField("level", "note");
            text(g, "message", "Not decided: " + u.getValue());
            g.writeObjectFieldStart("associatedRule");
            g.writeStringField("id", u.getKey());
            g.writeNumberField("index", indices.get(u.getKey()));
            g.writeEndObject();
            g.writeEndObject();
        }
        g.writeEndArray();
        g.writeEndObject();
        g.writeEndArray();
    }

    private void result(JsonGenerator g, Finding f) throws IOException {
        g.writeStartObject();
        g.writeStringField("ruleId", f.rule());
        g.writeNumberField("ruleIndex", indices.get(f.rule()));
        g.writeStringField("level", level(f.severity()));
        text(g, "message", FindingText.party(f) + ": " + f.explanation());
        g.writeArrayFieldStart("locations");
        g.writeStartObject();
        g.writeObjectFieldStart("physicalLocation");
        g.writeObjectFieldStart("artifactLocation");
        g.writeStringField("uri", recording);
        g.writeEndObject();
        g.writeEndObject();
        g.writeArrayFieldStart("logicalLocations");
        g.writeStartObject();
        String where = FindingText.where(f);
        g.writeStringField(
                "fullyQualifiedName",
                "controller " + f.controller() + (where.isEmpty() ? "" : ", " + where));
        g.writeEndObject();
        g.writeEndArray();
        g.writeEndObject();
        g.writeEndArray();
        g.writeObjectFieldStart("partialFingerprints");
        g.writeStringField("nvmetapFindingId/v1", f.id());
        g.writeEndObject();
        g.writeObjectFieldStart("properties");
        g.writeStringField("owner", f.owner().name());
        g.writeNumberField("fromSeq", f.fromSeq());
        g.writeNumberField("toSeq", f.toSeq());
        g.writeNumberField("timeNs", f.timeNs());
        g.writeArrayFieldStart("evidence");
        for (long seq : f.evidence()) {
            g.writeNumber(seq);
        }
        g.writeEndArray();
        g.writeEndObject();
        g.writeEndObject();
    }

    private static String level(Severity severity) {
        return switch (severity) {
            case ERROR -> "error";
            case WARNING -> "warning";
            case INFO -> "note";
        };
    }

    private static void text(JsonGenerator g, String name, String value) throws IOException {
        g.writeObjectFieldStart(name);
        g.writeStringField("text", value);
        g.writeEndObject();
    }

    private static void strings(JsonGenerator g, String name, List<String> values)
            throws IOException {
        g.writeArrayFieldStart(name);
        for (String value : values) {
            g.writeString(value);
        }
        g.writeEndArray();
    }
}
