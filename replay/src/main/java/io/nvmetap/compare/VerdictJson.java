package io.nvmetap.compare;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.Writer;
import java.util.Map;

/** A verdict as one JSON object on one line. */
public final class VerdictJson {
    private VerdictJson() {}

    /** Writes the object and a newline; the writer stays open. */
    public static void write(Verdict verdict, Writer out) throws IOException {
        JsonGenerator json = new JsonFactory().createGenerator(out);
        json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        json.writeStartObject();
        json.writeStringField("verdict", verdict.outcome().name());
        json.writeStringField("driver", verdict.driver());
        json.writeNumberField("commandsCompared", verdict.commandsCompared());
        if (verdict.divergence().isPresent()) {
            json.writeNumberField("divergedSeq", verdict.divergence().get().seq());
            json.writeStringField("divergence", verdict.divergence().get().sentence());
        }
        json.writeStringField("reason", verdict.reason());
        json.writeArrayFieldStart("uncompared");
        for (Map.Entry<Uncompared, Long> each : sorted(verdict.uncompared())) {
            counted(json, each.getKey().name(), each.getKey().text(), each.getValue());
        }
        json.writeEndArray();
        json.writeArrayFieldStart("adapted");
        for (var each : sorted(verdict.adaptations())) {
            counted(json, each.getKey().name(), each.getKey().text(), each.getValue());
        }
        json.writeEndArray();
        rules(verdict.rules(), json);
        if (verdict.seeds().isPresent()) {
            Seeds seeds = verdict.seeds().get();
            json.writeObjectFieldStart("perturb");
            json.writeNumberField("seed", seeds.seed());
            json.writeNumberField("first", seeds.first());
            json.writeNumberField("last", seeds.last());
            json.writeEndObject();
        }
        differences(json, verdict.differences());
        json.writeEndObject();
        json.writeRaw('\n');
        json.flush();
    }

    /** Only where a device stood in for the recorded one. */
    private static void differences(JsonGenerator json, Differences differences)
            throws IOException {
        if (differences.counts().isEmpty()) {
            return;
        }
        json.writeArrayFieldStart("differs");
        for (Differences.Difference d : differences.listed()) {
            json.writeStartObject();
            json.writeStringField("id", d.kind().name());
            json.writeNumberField("seq", d.where().seq());
            json.writeStringField("text", d.where().sentence());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("differing");
        for (Map.Entry<Differing, Long> each : sorted(differences.counts())) {
            counted(json, each.getKey().name(), each.getKey().text(), each.getValue());
        }
        json.writeEndArray();
    }

    private static void rules(RuleCheck rules, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("rules");
        json.writeBooleanField("ran", rules.ran());
        json.writeStringField("why", rules.why());
        json.writeArrayFieldStart("violated");
        for (Violation v : rules.violations()) {
            json.writeStartObject();
            json.writeStringField("rule", v.rule());
            json.writeStringField("severity", v.severity().name());
            json.writeNumberField("seq", v.seq());
            json.writeNumberField("replayFromSeq", v.ownFromSeq());
            json.writeNumberField("replayToSeq", v.ownToSeq());
            json.writeBooleanField("recorded", v.recorded());
            json.writeStringField("explanation", v.sentence());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("others");
        for (String other : rules.others()) {
            json.writeString(other);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static <K extends Enum<K>> Iterable<Map.Entry<K, Long>> sorted(Map<K, Long> counts) {
        return counts.entrySet().stream().sorted(Map.Entry.comparingByKey()).toList();
    }

    private static void counted(JsonGenerator json, String id, String text, long count)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("id", id);
        json.writeStringField("text", text);
        json.writeNumberField("count", count);
        json.writeEndObject();
    }
}
