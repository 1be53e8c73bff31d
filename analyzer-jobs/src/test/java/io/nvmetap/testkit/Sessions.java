package io.nvmetap.testkit;

import io.nvmetap.capture.KafkaEventSink;
import io.nvmetap.corpus.PlantedFault;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.SessionSummary;
import io.nvmetap.guest.Simulation;
import io.nvmetap.rule.AnalyzerHub;
import io.nvmetap.rule.RuleSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Sessions that are recorded at the same time: their events take turns. */
public final class Sessions {
    private static final int CHUNK = 64;

    private final List<List<CapturedEvent>> all = new ArrayList<>();
    private final long sessionHigh;

    /**
     * @param sessionHigh first half of their ids, unlike that of any others in the topic
     */
    public Sessions(long sessionHigh) {
        this.sessionHigh = sessionHigh;
    }

    /** One more. */
    public Sessions with(List<CapturedEvent> events) {
        for (CapturedEvent e : events) {
            e.sessionHigh = sessionHigh;
            e.sessionLow = all.size();
        }
        all.add(events);
        return this;
    }

    /** One more: the simulation in which the fault strikes. */
    public Sessions with(PlantedFault fault) {
        return with(Simulation.run(fault.faulted()));
    }

    /** Their ids begin so, and no others do. */
    public String prefix() {
        return String.format("%016x", sessionHigh);
    }

    /** How many. */
    public int count() {
        return all.size();
    }

    /** Events of all of them. */
    public long events() {
        return all.stream().mapToLong(List::size).sum();
    }

    /** What the rules say of them in process. */
    public Set<Finding> judged(List<SessionSummary> summaries) {
        Set<Finding> findings = new HashSet<>();
        AnalyzerHub hub =
                new AnalyzerHub(List.of(), RuleSettings.DEFAULTS, findings::add, summaries::add);
        part(0, 1).forEach(e -> hub.accept(e.copy()));
        hub.end();
        return findings;
    }

    /** Sends a part of each to the topic: from and to as shares of 1. */
    public void publish(String brokers, double from, double to) throws IOException {
        try (KafkaEventSink sink = new KafkaEventSink(brokers, 60_000)) {
            for (CapturedEvent e : part(from, to)) {
                sink.accept(e);
            }
            sink.flush();
        }
    }

    private List<CapturedEvent> part(double from, double to) {
        List<CapturedEvent> out = new ArrayList<>();
        boolean more = true;
        for (int round = 0; more; round++) {
            more = false;
            for (List<CapturedEvent> session : all) {
                int first = (int) (session.size() * from) + round * CHUNK;
                int end = (int) (session.size() * to);
                if (first < end) {
                    out.addAll(session.subList(first, Math.min(end, first + CHUNK)));
                    more = true;
                }
            }
        }
        return out;
    }
}
