package io.nvmetap.trace;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Event schemas that are read: the one that is written, and those before it, of which it is a
 * continuation (branches added at the end), so that one decoder reads them all. The texts are
 * resources; a test holds the last equal to {@code events.avdl} and the fingerprints equal to
 * Avro's CRC-64-AVRO of the parsing canonical forms.
 */
public final class EventSchema {
    /** Version that is written. */
    public static final int VERSION = 2;

    /** CRC-64-AVRO of the version that is written. */
    public static final long FINGERPRINT = 0xec04c27cc51703a1L;

    /** CRC-64-AVRO of versions 1 and up. */
    private static final long[] FINGERPRINTS = {0xc39d7fce01aa46e2L, FINGERPRINT};

    private EventSchema() {}

    /**
     * @return the schema that is written, JSON
     */
    public static String json() {
        return json(VERSION);
    }

    /**
     * @return whether events of a schema with this text can be read
     */
    public static boolean reads(String schema) {
        for (int version = VERSION; version >= 1; version--) {
            if (json(version).equals(schema)) {
                return true;
            }
        }
        return false;
    }

    /**
     * @return whether events of a schema with this fingerprint can be read
     */
    public static boolean reads(long fingerprint) {
        for (long known : FINGERPRINTS) {
            if (known == fingerprint) {
                return true;
            }
        }
        return false;
    }

    /**
     * @param version 1 to {@link #VERSION}
     * @return that schema, JSON
     */
    static String json(int version) {
        String resource = "/io/nvmetap/event/event-" + version + ".avsc";
        try (InputStream in = EventSchema.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("build is incomplete: " + resource + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
