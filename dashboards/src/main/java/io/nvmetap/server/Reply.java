package io.nvmetap.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * An answer.
 *
 * @param status HTTP status
 * @param type media type
 * @param body its bytes
 */
record Reply(int status, String type, byte[] body) {
    private static final JsonFactory JSON = new JsonFactory();

    /** Writes the fields of one JSON object. */
    interface Fields {
        void write(JsonGenerator g) throws IOException;
    }

    static Reply json(Fields fields) throws IOException {
        return json(200, fields);
    }

    static Reply json(int status, Fields fields) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(4096);
        try (JsonGenerator g = JSON.createGenerator(out)) {
            g.writeStartObject();
            fields.write(g);
            g.writeEndObject();
        }
        return new Reply(status, "application/json", out.toByteArray());
    }

    static Reply binary(byte[] body) {
        return new Reply(200, "application/octet-stream", body);
    }

    static Reply text(String text) {
        return new Reply(200, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    static Reply failure(int status, String message) throws IOException {
        return json(status, g -> g.writeStringField("error", message));
    }
}
