package io.nvmetap.trace;

import io.nvmetap.event.EventCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Event schemas that are read: the one that is written, and those before it, of which it is a
 * continuation (branches and fields added at the end), so that one decoder reads them all once it
 * knows which one it has before it. The texts are resources; a test holds the last equal to {@code
 * events.avdl} and the fingerprints equal to Avro's CRC-64-AVRO of the parsing canonical forms.
 */
public final class EventSchema {
    /** Version that is written. */
    public static final int VERSION = EventCodec.VERSION;

    /** CRC-64-AVRO of the version that is written. */
    public static final long FINGERPRINT = 0xa338e749d8186baaL;

    /** CRC-64-AVRO of versions 1 and up. */
    private static final long[] FINGERPRINTS = {
        0xc39d7fce01aa46e2L, 0xec04c27cc51703a1L, FINGERPRINT
    };

    private EventSchema() {}

    /**
     * @return the schema that is written, JSON
     */
    public static String json() {
        return json(VERSION);
    }

    /**
     * @return version of the schema with this text, 0 if it is not known here
     */
    public static int version(String schema) {
        int version = VERSION;
        while (version > 0 && !json(version).equals(schema)) {
            version--;
        }
        return version;
    }

    /**
     * @return version of the schema with this fingerprint, 0 if it is not known here
     */
    public static int version(long fingerprint) {
        int version = VERSION;
        while (version > 0 && FINGERPRINTS[version - 1] != fingerprint) {
            version--;
        }
        return version;
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
