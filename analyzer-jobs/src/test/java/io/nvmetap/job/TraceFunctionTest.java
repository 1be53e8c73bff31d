package io.nvmetap.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.finding.FindingCodec;
import io.nvmetap.finding.SessionSummary;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.Simulation;
import io.nvmetap.guest.SimulationSpec;
import io.nvmetap.rule.AnalyzerHub;
import io.nvmetap.rule.RuleSettings;
import io.nvmetap.trace.TraceReader;
import io.nvmetap.trace.TraceWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A trace's blocks through the operator of {@code analyze FILE --flink}. */
class TraceFunctionTest {
    private static final int EVENTS_A_BLOCK = 50;

    /** A session, and a number that does not end. */
    private static final byte[] NO_EVENT = new byte[16 + 11];

    private KeyedOneInputStreamOperatorTestHarness<String, byte[], byte[]> harness;

    static {
        Arrays.fill(NO_EVENT, (byte) 0xFF);
    }

    @BeforeEach
    void open() throws Exception {
        TraceFunction function = new TraceFunction(List.of(), RuleSettings.DEFAULTS);
        harness =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        new TraceOperator(function), b -> "trace", Types.STRING);
        harness.open();
    }

    @AfterEach
    void close() throws Exception {
        harness.close();
    }

    /** Blocks of a trace file; {@code null} stands for bytes that are no event. */
    private static List<byte[]> blocks(List<CapturedEvent> events) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (TraceWriter writer = new TraceWriter(file, new byte[16])) {
            for (CapturedEvent e : events) {
                if (e == null) {
                    writer.appendEncoded(NO_EVENT, 0, NO_EVENT.length);
                } else {
                    writer.append(e);
                }
                if (writer.written() % EVENTS_A_BLOCK == 0) {
                    writer.flush();
                }
            }
        }
        List<byte[]> blocks = new ArrayList<>();
        ByteArrayInputStream in = new ByteArrayInputStream(file.toByteArray());
        try (TraceReader reader = TraceReader.open(in, "trace")) {
            for (Optional<byte[]> b = reader.nextBlock(); b.isPresent(); b = reader.nextBlock()) {
                blocks.add(b.get());
            }
        }
        return blocks;
    }

    private List<Object> said(List<CapturedEvent> events) throws Exception {
        for (byte[] block : blocks(events)) {
            harness.processElement(block, 0);
        }
        return harness.extractOutputValues().stream()
                .map(FindingCodec::decode)
                .map(Object.class::cast)
                .toList();
    }

    private static List<Object> inProcess(List<CapturedEvent> events) {
        List<Object> said = new ArrayList<>();
        hub(events, said);
        return said;
    }

    /** What was cut off is judged too. */
    private static List<Object> inProcessToTheEnd(List<CapturedEvent> events) {
        List<Object> said = new ArrayList<>();
        hub(events, said).end();
        return said;
    }

    private static AnalyzerHub hub(List<CapturedEvent> events, List<Object> said) {
        AnalyzerHub hub = new AnalyzerHub(List.of(), RuleSettings.DEFAULTS, said::add, said::add);
        events.forEach(hub::accept);
        return hub;
    }

    /** Sessions of the same events, one event of each in turn. */
    private static List<CapturedEvent> sessions(int count) {
        List<CapturedEvent> events = new ArrayList<>();
        for (CapturedEvent e : Simulation.run(SimulationSpec.of(GuestKind.EDK2, 7, 1))) {
            for (int session = 0; session < count; session++) {
                CapturedEvent other = e.copy();
                other.sessionLow = session;
                events.add(other);
            }
        }
        return events;
    }

    private void assertNothingIsKept() {
        assertThat(harness.numKeyedStateEntries()).as("keyed state").isZero();
        assertThat(harness.numProcessingTimeTimers()).as("timers").isZero();
    }

    @Test
    void shouldSayWhatAnalysisInProcessSays() throws Exception {
        List<CapturedEvent> events = Simulation.run(SimulationSpec.of(GuestKind.EDK2, 7, 10));
        assertThat(said(events)).isNotEmpty().isEqualTo(inProcess(events));
        assertNothingIsKept();
    }

    /** More sessions at once than are held as objects. */
    @Test
    void shouldKeepSessionsApartThatLieBetweenEachOther() throws Exception {
        List<CapturedEvent> events = sessions(AnalyzerFunction.HELD_MAX + 3);
        assertThat(said(events)).containsExactlyInAnyOrderElementsOf(inProcess(events));
        assertNothingIsKept();
    }

    @Test
    void shouldEndAtAnEventThatIsNone() throws Exception {
        List<CapturedEvent> events =
                new ArrayList<>(Simulation.run(SimulationSpec.of(GuestKind.EDK2, 7, 10)));
        assertThat(events.get(events.size() - 1).kind).isEqualTo(EventKind.CAPTURE_ENDED);
        int bad = events.size() / 2;
        List<CapturedEvent> good = List.copyOf(events.subList(0, bad));
        events.set(bad, null);
        assertThat(said(events)).isEqualTo(inProcess(good));
        harness.endInput();
        assertThat(said(List.of())).isEqualTo(inProcessToTheEnd(good));
        assertNothingIsKept();
    }

    @Test
    void shouldJudgeAllSessionsThatWereCutOff() throws Exception {
        List<CapturedEvent> events = sessions(AnalyzerFunction.HELD_MAX + 3);
        events.removeIf(e -> e.kind == EventKind.CAPTURE_ENDED);
        said(events);
        harness.endInput();
        assertThat(said(List.of()))
                .containsExactlyInAnyOrderElementsOf(inProcessToTheEnd(events))
                .filteredOn(SessionSummary.class::isInstance)
                .hasSize(AnalyzerFunction.HELD_MAX + 3);
        assertNothingIsKept();
    }
}
