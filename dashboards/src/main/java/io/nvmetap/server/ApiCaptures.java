package io.nvmetap.server;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.ControllerInfo;
import io.nvmetap.event.Unseen;
import io.nvmetap.timeline.CaptureIndex;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The list of captures, what one of them is, what the rules say of it, and the rules' pages. */
final class ApiCaptures {
    private static final Pattern RULE = Pattern.compile("[a-z0-9-]{1,80}");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final CaptureStore captures;
    private final FindingStore findings;

    ApiCaptures(CaptureStore captures, FindingStore findings) {
        this.captures = captures;
        this.findings = findings;
    }

    Reply list() throws IOException {
        List<Capture> all = captures.list();
        return Reply.json(
                g -> {
                    g.writeNumberField("refused", captures.refused());
                    g.writeBooleanField("more", captures.more());
                    g.writeArrayFieldStart("captures");
                    for (Capture c : all) {
                        g.writeStartObject();
                        entry(g, c);
                        g.writeEndObject();
                    }
                    g.writeEndArray();
                });
    }

    private void entry(JsonGenerator g, Capture c) throws IOException {
        g.writeStringField("id", c.id());
        g.writeStringField("file", c.file().getFileName().toString());
        g.writeStringField("path", c.file().toString());
        g.writeNumberField("bytes", c.bytes());
        g.writeNumberField("modifiedMs", c.modifiedMs());
        try {
            header(g, captures.header(c));
        } catch (IOException bad) {
            g.writeStringField("error", String.valueOf(bad.getMessage()));
        }
    }

    static void header(JsonGenerator g, CaptureStarted h) throws IOException {
        g.writeNumberField("wallClockMs", h.wallClockMs());
        g.writeStringField("machine", h.machine());
        g.writeStringField("firmware", h.firmware());
        g.writeStringField("os", h.os());
        g.writeStringField("mediator", h.mediatorName());
        g.writeStringField("mediatorVersion", h.mediatorVersion());
        g.writeStringField("mediatorBuild", h.mediatorBuild());
        g.writeStringField("source", h.source());
        g.writeStringField("mixed", h.mixedControllers());
        g.writeStringField("payload", h.payloadPolicy().name());
        Set<String> unseen = new TreeSet<>();
        for (Unseen u : h.unseen()) {
            unseen.add(u.name());
        }
        g.writeFieldName("unseen");
        g.writeStartArray();
        for (String u : unseen) {
            g.writeString(u);
        }
        g.writeEndArray();
        g.writeArrayFieldStart("controllers");
        for (ControllerInfo c : h.controllers()) {
            g.writeStartObject();
            g.writeNumberField("vendorId", c.vendorId());
            g.writeNumberField("deviceId", c.deviceId());
            g.writeStringField("model", c.model());
            g.writeStringField("firmwareRevision", c.firmwareRevision());
            g.writeStringField("profile", c.profile());
            g.writeEndObject();
        }
        g.writeEndArray();
    }

    /** What it is and how much: needs the index, so it may take a second. */
    Reply summary(Capture c) throws IOException {
        CaptureIndex index = captures.index(c);
        return Reply.json(
                g -> {
                    entry(g, c);
                    span(g, index);
                    g.writeNumberField("commands", index.commands().size());
                    g.writeNumberField("resets", index.resets().size());
                    g.writeBooleanField("judged", findings.has(c));
                });
    }

    static void span(JsonGenerator g, CaptureIndex index) throws IOException {
        g.writeNumberField("fromNs", index.span().fromNs());
        g.writeNumberField("toNs", index.span().toNs());
        g.writeNumberField("events", index.span().events());
        g.writeNumberField("lost", index.span().lost());
        g.writeBooleanField("ended", index.span().ended());
        g.writeBooleanField("trimmed", index.limits().trimmed());
        g.writeBooleanField("otherSessions", index.limits().otherSessions());
        g.writeStringField("damage", index.limits().damage());
    }

    /** May take as long as the rules do. */
    Reply findings(Capture c) throws IOException {
        FindingStore.Findings f = findings.of(c);
        return Reply.json(
                g -> {
                    g.writeStringField("from", f.from());
                    g.writeStringField("problem", f.problem());
                    g.writeFieldName("summary");
                    write(g, f.summary().isMissingNode() ? JSON.createObjectNode() : f.summary());
                    g.writeArrayFieldStart("findings");
                    for (JsonNode n : f.list()) {
                        write(g, n);
                    }
                    g.writeEndArray();
                });
    }

    static void write(JsonGenerator g, JsonNode node) throws IOException {
        g.writeRawValue(JSON.writeValueAsString(node));
    }

    /** A page of {@code docs/rules}, as it is. */
    Reply rule(String id) throws IOException {
        if (!RULE.matcher(id).matches()) {
            throw HttpFailure.notFound("there is no such rule");
        }
        try (InputStream in =
                ApiCaptures.class.getResourceAsStream("/io/nvmetap/rules/" + id + ".md")) {
            if (in == null) {
                throw HttpFailure.notFound("there is no page of rule " + id);
            }
            return Reply.text(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}
