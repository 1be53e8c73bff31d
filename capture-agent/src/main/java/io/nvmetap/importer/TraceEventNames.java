package io.nvmetap.importer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/** Names of all NVMe trace events of QEMU 7.2 and 11.1. */
final class TraceEventNames {
    private static final String RESOURCE = "qemu-trace-events.txt";

    private final Set<String> names = new HashSet<>();

    TraceEventNames() {
        try (InputStream in = TraceEventNames.class.getResourceAsStream(RESOURCE)) {
            new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))
                    .lines()
                    .forEach(names::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean knows(String event) {
        return names.contains(event);
    }
}
