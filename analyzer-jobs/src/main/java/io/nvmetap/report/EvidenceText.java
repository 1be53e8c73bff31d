package io.nvmetap.report;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.finding.Finding;
import io.nvmetap.nvme.VendorCatalog;
import io.nvmetap.show.EventText;
import io.nvmetap.trace.TraceReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The events that prove findings, and those beside them, read from the recording again. */
final class EvidenceText {
    /** Events of all findings together; those that come later in the report have fewer. */
    static final int EVENTS_MAX = 4_000;

    /** Events of one finding. */
    static final int OF_ONE_MAX = 64;

    /** Neighbours shown of the first and of the last event. */
    private static final int BESIDE = 2;

    /**
     * One event.
     *
     * @param seq its number
     * @param text its line
     * @param proof the finding names it
     */
    record Line(long seq, String text, boolean proof) {}

    /** By session, then number; the text comes with the second reading. */
    private final Map<String, TreeMap<Long, String>> wanted = new HashMap<>();

    private final Map<String, Set<Long>> ofFinding = new HashMap<>();
    private int count;

    /** Wants the events of a finding, as far as there is room. */
    void want(Finding f) {
        TreeSet<Long> seqs = new TreeSet<>();
        for (long d = -BESIDE; d <= BESIDE; d++) {
            seqs.add(f.fromSeq() + d);
            seqs.add(f.toSeq() + d);
        }
        for (long seq : f.evidence()) {
            if (seqs.size() < OF_ONE_MAX) {
                seqs.add(seq);
            }
        }
        seqs.removeIf(seq -> seq < 0);
        TreeMap<Long, String> all = wanted.computeIfAbsent(f.session(), s -> new TreeMap<>());
        Set<Long> taken = new HashSet<>();
        for (long seq : seqs) {
            if (all.containsKey(seq) || count < EVENTS_MAX) {
                count += all.putIfAbsent(seq, "") == null ? 1 : 0;
                taken.add(seq);
            }
        }
        ofFinding.put(f.id(), taken);
    }

    /**
     * Reads what is wanted.
     *
     * @throws IOException if the recording cannot be read any more
     */
    void read(Path trace) throws IOException {
        EventText text = new EventText(VendorCatalog.bundled());
        CapturedEvent e = new CapturedEvent();
        long last = wanted.values().stream().mapToLong(TreeMap::lastKey).max().orElse(-1);
        boolean one = wanted.size() == 1;
        try (TraceReader reader = TraceReader.open(trace)) {
            while (!wanted.isEmpty() && reader.next(e)) {
                if (e.seq <= last) {
                    TreeMap<Long, String> all = wanted.get(e.sessionHex());
                    if (all != null) {
                        all.computeIfPresent(e.seq, (seq, none) -> text.line(e));
                    }
                } else if (one) {
                    return;
                }
            }
        }
    }

    /**
     * @return the events of a finding that were found in the recording, in order
     */
    List<Line> of(Finding f) {
        List<Line> lines = new ArrayList<>();
        Set<Long> taken = ofFinding.getOrDefault(f.id(), Set.of());
        Map<Long, String> all = wanted.getOrDefault(f.session(), new TreeMap<>());
        for (long seq : new TreeSet<>(taken)) {
            String line = all.getOrDefault(seq, "");
            if (!line.isEmpty()) {
                lines.add(new Line(seq, line, f.evidence().contains(seq)));
            }
        }
        return lines;
    }
}
