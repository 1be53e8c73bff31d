package io.nvmetap.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.trace.TraceReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A trace file in memory, and what the tests ask of it. */
final class Recorded {
    final List<CapturedEvent> events = new ArrayList<>();

    private Recorded() {}

    /** Reads a whole, undamaged file without gaps. */
    static Recorded of(Path file) throws IOException {
        Recorded recorded = new Recorded();
        CapturedEvent e = new CapturedEvent();
        try (TraceReader reader = TraceReader.open(file)) {
            while (reader.next(e)) {
                assertThat(e.seq).isEqualTo(recorded.events.size());
                recorded.events.add(e.copy());
            }
            assertThat(reader.damage()).isEmpty();
        }
        return recorded;
    }

    List<CapturedEvent> all(EventKind kind) {
        return events.stream().filter(e -> e.kind == kind).toList();
    }

    long count(EventKind kind) {
        return events.stream().filter(e -> e.kind == kind).count();
    }

    /** Raw entries by queue, in order. */
    Map<Integer, List<String>> entries(EventKind kind) {
        Map<Integer, List<String>> byQueue = new TreeMap<>();
        for (CapturedEvent e : all(kind)) {
            byQueue.computeIfAbsent(e.qid, q -> new ArrayList<>())
                    .add(HexFormat.of().formatHex(e.entry, 0, e.entryBytes));
        }
        return byQueue;
    }

    List<String> remarks() {
        return all(EventKind.ANNOTATION).stream().map(e -> e.text).toList();
    }
}
