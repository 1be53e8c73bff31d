package io.nvmetap.server;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.timeline.CaptureIndex;
import io.nvmetap.trace.TraceReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * The captures that may be looked at. A request names one by its id and nothing else, so that no
 * path of a request is ever looked up on disk.
 */
final class CaptureStore {
    /** Bytes of all indexes together. */
    static final long INDEX_BYTES_MAX = 384L << 20;

    /** Longest wait for an index. */
    static final long INDEX_PATIENCE_MS = 60_000;

    /** Headers kept. */
    static final int HEADERS_MAX = 2_000;

    private final CaptureFolder folder;
    private final ServeMetrics metrics;
    private final Cache<CaptureIndex> indexes;
    private final Cache<CaptureStarted> headers;
    private volatile Map<String, Capture> captures = Map.of();
    private volatile int refused;
    private volatile boolean more;

    CaptureStore(CaptureFolder folder, Executor makers, ServeMetrics metrics) {
        this.folder = folder;
        this.metrics = metrics;
        indexes = new Cache<>(INDEX_BYTES_MAX, CaptureIndex::bytes, makers, INDEX_PATIENCE_MS);
        headers = new Cache<>(HEADERS_MAX, h -> 1, Runnable::run, INDEX_PATIENCE_MS);
    }

    /** Looks what is there now. */
    List<Capture> list() throws IOException {
        CaptureFolder.Listing listing = folder.list();
        Map<String, Capture> found = new LinkedHashMap<>();
        for (CaptureFolder.Found file : listing.files()) {
            String id = free(found, file.file().getFileName().toString());
            try {
                found.put(id, Capture.of(id, file));
            } catch (IOException gone) {
                continue;
            }
        }
        captures = found;
        refused = listing.refused();
        more = listing.more();
        return new ArrayList<>(found.values());
    }

    private static String free(Map<String, Capture> taken, String name) {
        String id = name.replaceFirst("\\.avro$", "").replaceAll("[^A-Za-z0-9._-]", "_");
        String free = id;
        for (int n = 2; taken.containsKey(free); n++) {
            free = id + "-" + n;
        }
        return free;
    }

    /** Files that led out of their folder when they were last listed. */
    int refused() {
        return refused;
    }

    /** There are more files than are listed. */
    boolean more() {
        return more;
    }

    /**
     * @throws HttpFailure 404 if there is none
     */
    Capture get(String id) throws IOException {
        Capture known = captures.get(id);
        if (known == null) {
            list();
            known = captures.get(id);
        }
        if (known == null || !known.found().holds()) {
            throw HttpFailure.notFound("there is no such capture here; see the list");
        }
        return Capture.of(known.id(), known.found());
    }

    /** Made when it is first asked for. */
    CaptureIndex index(Capture c) throws IOException {
        return indexes.get(c.version(), metrics.loading(() -> CaptureIndex.of(c.file())));
    }

    /** First event only. */
    CaptureStarted header(Capture c) throws IOException {
        return headers.get(c.version(), () -> readHeader(c.file()));
    }

    private static CaptureStarted readHeader(Path file) throws IOException {
        CapturedEvent e = new CapturedEvent();
        try (TraceReader reader = TraceReader.open(file)) {
            boolean first = reader.next(e) && e.kind == EventKind.CAPTURE_STARTED;
            return first ? e.header : CaptureStarted.unknown();
        }
    }
}
