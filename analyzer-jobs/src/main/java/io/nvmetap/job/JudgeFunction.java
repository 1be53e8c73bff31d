package io.nvmetap.job;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.MalformedEventException;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.FindingCodec;
import io.nvmetap.finding.SessionSummary;
import io.nvmetap.rule.Analyzer;
import io.nvmetap.rule.RuleSet;
import io.nvmetap.rule.RuleSettings;
import io.nvmetap.trace.EventSerde;
import java.io.IOException;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Shell around {@link Analyzer}: one for each controller of each session, kept as keyed state until
 * the session's end, or until nothing came of it for {@link #SILENCE_MS}: a living source beats.
 */
public final class JudgeFunction extends KeyedProcessFunction<String, byte[], byte[]> {
    private static final long serialVersionUID = 1L;

    /** Messages that are no event; bytes untouched. */
    public static final OutputTag<byte[]> DEAD = new OutputTag<>("dead-letters") {};

    /** A session of which nothing comes for so long, by the clock of the job, was cut off. */
    public static final long SILENCE_MS = 30 * 60_000L;

    private final List<String> ruleIds;
    private final RuleSettings settings;
    private transient ValueState<Analyzer> state;
    private transient ValueState<Long> lastMs;
    private transient ValueState<Long> timerMs;
    private transient CapturedEvent event;
    private transient EventSerde serde;
    private transient JobMetrics metrics;

    /**
     * @param ruleIds rules wanted; empty for all
     * @param settings their thresholds
     */
    public JudgeFunction(List<String> ruleIds, RuleSettings settings) {
        this.ruleIds = new java.util.ArrayList<>(ruleIds);
        this.settings = settings;
    }

    @Override
    public void open(OpenContext context) {
        state =
                getRuntimeContext()
                        .getState(new ValueStateDescriptor<>("analyzer", new AnalyzerSerializer()));
        lastMs = getRuntimeContext().getState(new ValueStateDescriptor<>("last", Types.LONG));
        timerMs = getRuntimeContext().getState(new ValueStateDescriptor<>("timer", Types.LONG));
        event = new CapturedEvent();
        serde = EventSerde.singleObject();
        metrics = new JobMetrics(getRuntimeContext().getMetricGroup());
    }

    @Override
    public void processElement(byte[] message, Context context, Collector<byte[]> out)
            throws Exception {
        try {
            serde.decode(message, event);
        } catch (MalformedEventException bad) {
            metrics.dead();
            context.output(DEAD, message);
            return;
        }
        Analyzer analyzer = state.value();
        long nowMs = context.timerService().currentProcessingTime();
        if (analyzer == null) {
            analyzer = new Analyzer(RuleSet.only(ruleIds), settings);
            metrics.started();
            watch(context.timerService(), nowMs + SILENCE_MS);
        }
        lastMs.update(nowMs);
        metrics.judged();
        analyzer.accept(event, f -> tell(f, out), s -> tell(s, out));
        if (analyzer.hasEnded()) {
            metrics.ended();
            forget(context.timerService());
        } else {
            state.update(analyzer);
        }
    }

    private void tell(Finding f, Collector<byte[]> out) {
        metrics.found(f);
        out.collect(FindingCodec.encode(f));
    }

    private void tell(SessionSummary s, Collector<byte[]> out) {
        metrics.summary(s);
        out.collect(FindingCodec.encode(s));
    }

    private void watch(TimerService timers, long atMs) throws IOException {
        timers.registerProcessingTimeTimer(atMs);
        timerMs.update(atMs);
    }

    private void forget(TimerService timers) throws IOException {
        Long at = timerMs.value();
        if (at != null) {
            timers.deleteProcessingTimeTimer(at);
        }
        state.clear();
        lastMs.clear();
        timerMs.clear();
    }

    @Override
    public void onTimer(long atMs, OnTimerContext context, Collector<byte[]> out) throws Exception {
        Analyzer analyzer = state.value();
        Long last = lastMs.value();
        if (analyzer == null || last == null) {
            forget(context.timerService());
            return;
        }
        if (atMs < last + SILENCE_MS) {
            watch(context.timerService(), last + SILENCE_MS);
            return;
        }
        analyzer.end(f -> tell(f, out), s -> tell(s, out));
        metrics.ended();
        forget(context.timerService());
    }
}
