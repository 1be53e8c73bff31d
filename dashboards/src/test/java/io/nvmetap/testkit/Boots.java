package io.nvmetap.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.importer.QemuLogImporter;
import io.nvmetap.trace.TraceReader;
import io.nvmetap.trace.TraceWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Recordings of real boots, where capture-agent keeps them for its tests. */
public final class Boots {
    private static final Path FOLDER = Path.of("../capture-agent/src/test/recordings");

    private Boots() {}

    /** A trace recorded on both sides of the reference driver. */
    public static Path recorded(String name) {
        return FOLDER.resolve("boots").resolve(name + ".avro");
    }

    /** A QEMU log, imported: the device side only. */
    public static Path imported(String name, Path trace) throws IOException {
        try (TraceWriter writer = TraceWriter.open(trace)) {
            QemuLogImporter.run(FOLDER.resolve(name + ".log.gz"), "", e -> append(writer, e));
        }
        return trace;
    }

    private static void append(TraceWriter writer, CapturedEvent e) {
        try {
            writer.append(e);
        } catch (IOException io) {
            throw new UncheckedIOException(io);
        }
    }

    /** All events of a whole trace. */
    public static List<CapturedEvent> events(Path trace) throws IOException {
        List<CapturedEvent> events = new ArrayList<>();
        try (TraceReader reader = TraceReader.open(trace)) {
            CapturedEvent e = new CapturedEvent();
            while (reader.next(e)) {
                events.add(e.copy());
            }
            assertThat(reader.damage()).isEmpty();
        }
        return events;
    }
}
