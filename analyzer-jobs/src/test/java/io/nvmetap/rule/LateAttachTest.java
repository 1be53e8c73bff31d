package io.nvmetap.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.Verdict;
import io.nvmetap.history.History;
import io.nvmetap.trace.TraceReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who joins a session in the middle, as a job does when the topic's beginning has expired. */
class LateAttachTest {
    private static final Path BOOTS = Path.of("../capture-agent/src/test/recordings/boots");
    private static final int CUTS = 8;

    static Stream<Path> boots() throws IOException {
        try (Stream<Path> files = Files.list(BOOTS)) {
            return files.filter(f -> f.toString().endsWith(".avro")).sorted().toList().stream();
        }
    }

    private static List<CapturedEvent> events(Path trace) throws IOException {
        List<CapturedEvent> events = new ArrayList<>();
        CapturedEvent e = new CapturedEvent();
        try (TraceReader reader = TraceReader.open(trace)) {
            while (reader.next(e)) {
                events.add(e.copy());
            }
        }
        return events;
    }

    private static Set<String> accused(List<CapturedEvent> events) {
        Set<String> accused = new TreeSet<>();
        Analyzer analyzer = new Analyzer(RuleSet.all(), RuleSettings.DEFAULTS);
        for (CapturedEvent e : events) {
            analyzer.accept(e, f -> accused.addAll(named(f)), s -> {});
        }
        return accused;
    }

    private static List<String> named(Finding f) {
        return f.verdict() == Verdict.VIOLATED ? List.of(f.rule() + " " + f.owner()) : List.of();
    }

    @ParameterizedTest
    @MethodSource("boots")
    void shouldAccuseNobodyWhomTheWholeSessionDoesNot(Path boot) throws IOException {
        List<CapturedEvent> events = events(boot);
        Set<String> whole = accused(events);
        for (int cut = 1; cut < CUTS; cut++) {
            List<CapturedEvent> late = events.subList(events.size() * cut / CUTS, events.size());
            assertThat(whole).as("from event %d", late.get(0).seq).containsAll(accused(late));
        }
    }

    @Test
    void shouldKnowTheQueuesFromASnapshotOn() throws IOException {
        List<CapturedEvent> events = events(BOOTS.resolve("chain.avro"));
        CapturedEvent snapshot = null;
        for (CapturedEvent e : events) {
            boolean tells = e.kind == EventKind.STATE_SNAPSHOT && !e.state.queues().isEmpty();
            snapshot = tells ? e : snapshot;
        }
        History whole = new History();
        History late = new History();
        for (CapturedEvent e : events) {
            whole.apply(e);
            if (e.seq >= snapshot.seq) {
                late.apply(e);
            }
            if (e.seq == snapshot.seq) {
                assertThat(late.side(e.side).sqs.keySet())
                        .isNotEmpty()
                        .isEqualTo(whole.side(e.side).sqs.keySet());
            }
        }
        // What began after the snapshot was followed to its end.
        assertThat(late.guest.known).isEqualTo(whole.guest.known);
        assertThat(late.guest.sqs.keySet()).isEqualTo(whole.guest.sqs.keySet());
    }
}
