package io.nvmetap.show;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import java.io.IOException;
import java.io.StringWriter;
import java.util.HexFormat;

/** One event as a line of JSON: the envelope, the raw entry in hexadecimal, the decoded text. */
public final class EventJson {
    private static final JsonFactory JSON = new JsonFactory();

    private EventJson() {}

    /** One line, without its end. */
    public static String line(CapturedEvent e, EventText text) throws IOException {
        StringWriter line = new StringWriter();
        try (JsonGenerator g = JSON.createGenerator(line)) {
            g.writeStartObject();
            g.writeNumberField("seq", e.seq);
            g.writeNumberField("timeNs", e.timeNs);
            g.writeNumberField("controller", e.controller);
            g.writeNumberField("cpu", e.cpu);
            g.writeStringField("side", e.side.name());
            g.writeStringField("kind", e.kind.schemaName());
            if (hasEntry(e.kind)) {
                g.writeNumberField("queue", e.qid);
                g.writeNumberField("commandId", e.commandId);
                g.writeStringField("raw", HexFormat.of().formatHex(e.entry, 0, e.entryBytes));
            }
            g.writeStringField("text", text.body(e));
            g.writeEndObject();
        }
        return line.toString();
    }

    private static boolean hasEntry(EventKind kind) {
        return kind == EventKind.COMMAND_FETCHED
                || kind == EventKind.COMMAND_EMITTED
                || kind == EventKind.COMPLETION_SEEN
                || kind == EventKind.COMPLETION_COPIED;
    }
}
