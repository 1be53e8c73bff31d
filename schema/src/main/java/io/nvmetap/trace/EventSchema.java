package io.nvmetap.trace;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Released event schemas. The text is a resource that a test holds equal to {@code events.avdl};
 * the fingerprint is Avro's CRC-64-AVRO of the parsing canonical form, held equal by the same test.
 */
public final class EventSchema {
    /** Resource of schema version 1. */
    public static final String RESOURCE = "/io/nvmetap/event/event-1.avsc";

    /** CRC-64-AVRO of version 1. */
    public static final long FINGERPRINT = 0xec04c27cc51703a1L;

    private EventSchema() {}

    /**
     * @return schema of version 1, JSON
     */
    public static String json() {
        try (InputStream in = EventSchema.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("build is incomplete: " + RESOURCE + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
