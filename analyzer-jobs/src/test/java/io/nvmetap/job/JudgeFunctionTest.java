package io.nvmetap.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.corpus.PlantedFault;
import io.nvmetap.corpus.PlantedFaults;
import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.FindingCodec;
import io.nvmetap.finding.SessionSummary;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.Simulation;
import io.nvmetap.guest.SimulationSpec;
import io.nvmetap.rule.RuleSettings;
import io.nvmetap.trace.EventSerde;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The job's operator in Flink's harness: what it keeps, and that it keeps nothing at the end. */
class JudgeFunctionTest {
    private static final Predicate<CapturedEvent> ALL = e -> true;
    private static final Predicate<CapturedEvent> CUT_OFF = e -> e.kind != EventKind.CAPTURE_ENDED;

    private final EventSerde serde = EventSerde.singleObject();
    private KeyedOneInputStreamOperatorTestHarness<String, byte[], byte[]> harness;

    @BeforeEach
    void open() throws Exception {
        JudgeFunction function = new JudgeFunction(List.of(), RuleSettings.DEFAULTS);
        harness =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        new AnalyzerOperator<>(function), new EventKey(), Types.STRING);
        harness.open();
    }

    @AfterEach
    void close() throws Exception {
        harness.close();
    }

    static List<PlantedFault> planted() {
        return PlantedFaults.all();
    }

    private void feed(SimulationSpec spec, Predicate<CapturedEvent> which) {
        Simulation.run(
                spec,
                e -> {
                    if (which.test(e)) {
                        take(e);
                    }
                });
    }

    private void take(CapturedEvent e) {
        try {
            AvroOut out = new AvroOut(512);
            serde.encode(e, out);
            byte[] message = Arrays.copyOf(out.buffer(), out.position());
            harness.processElement(message, e.timeNs / 1_000_000);
        } catch (Exception failed) {
            throw new AssertionError("event " + e.seq, failed);
        }
    }

    private List<Object> said() {
        return harness.extractOutputValues().stream()
                .map(FindingCodec::decode)
                .map(Object.class::cast)
                .toList();
    }

    private void assertNothingIsKept() {
        assertThat(harness.numKeyedStateEntries()).as("keyed state").isZero();
        assertThat(harness.numProcessingTimeTimers()).as("processing time timers").isZero();
        assertThat(harness.numEventTimeTimers()).as("event time timers").isZero();
    }

    @ParameterizedTest
    @MethodSource("planted")
    void shouldKeepNothingAfterASessionEnded(PlantedFault planted) {
        feed(planted.faulted(), ALL);
        assertThat(said()).anyMatch(SessionSummary.class::isInstance);
        assertNothingIsKept();
    }

    @Test
    void shouldJudgeASessionThatWasCutOffOnceItsSilenceIsLong() throws Exception {
        harness.setProcessingTime(1_000);
        feed(SimulationSpec.of(GuestKind.EDK2, 7, 10), CUT_OFF);
        harness.prepareSnapshotPreBarrier(1);
        assertThat(harness.numKeyedStateEntries()).isPositive();
        assertThat(harness.numProcessingTimeTimers()).isEqualTo(1);
        harness.setProcessingTime(999 + JudgeFunction.SILENCE_MS);
        assertThat(said()).noneMatch(SessionSummary.class::isInstance);
        harness.setProcessingTime(1_000 + JudgeFunction.SILENCE_MS);
        assertThat(said()).anyMatch(SessionSummary.class::isInstance);
        assertNothingIsKept();
    }

    @Test
    void shouldWaitAnewWhenSomethingComes() throws Exception {
        SimulationSpec spec = SimulationSpec.of(GuestKind.EDK2, 7, 10);
        feed(spec, e -> e.seq < 100);
        harness.setProcessingTime(JudgeFunction.SILENCE_MS / 2);
        feed(spec, e -> e.seq >= 100 && e.kind != EventKind.CAPTURE_ENDED);
        harness.setProcessingTime(JudgeFunction.SILENCE_MS + 1);
        assertThat(said()).noneMatch(SessionSummary.class::isInstance);
        assertThat(harness.numProcessingTimeTimers()).isEqualTo(1);
        harness.setProcessingTime(JudgeFunction.SILENCE_MS / 2 + JudgeFunction.SILENCE_MS);
        assertThat(said()).anyMatch(SessionSummary.class::isInstance);
        assertNothingIsKept();
    }

    /** As many sessions at once as are held as objects, and some more. */
    @Test
    void shouldLoseNothingOfSessionsThatWaitTheirTurnInState() {
        int sessions = AnalyzerFunction.HELD_MAX + 6;
        List<CapturedEvent> events = Simulation.run(SimulationSpec.of(GuestKind.EDK2, 7, 1));
        for (CapturedEvent e : events) {
            for (int session = 0; session < sessions; session++) {
                CapturedEvent other = e.copy();
                other.sessionLow = session;
                take(other);
            }
        }
        assertThat(said())
                .filteredOn(o -> o instanceof Finding f && f.rule().startsWith("number-of-queues"))
                .hasSize(sessions);
        assertThat(said()).filteredOn(SessionSummary.class::isInstance).hasSize(sessions);
        assertNothingIsKept();
    }

    @Test
    void shouldSayWhatAnalysisInProcessSays() {
        feed(SimulationSpec.of(GuestKind.EDK2, 7, 10), ALL);
        assertThat(said())
                .filteredOn(o -> o instanceof Finding f && f.rule().startsWith("number-of-queues"))
                .hasSize(1);
    }
}
