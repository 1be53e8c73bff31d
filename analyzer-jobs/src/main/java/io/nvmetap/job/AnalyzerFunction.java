package io.nvmetap.job;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.FindingCodec;
import io.nvmetap.finding.SessionSummary;
import io.nvmetap.rule.Analyzer;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Shell around {@link Analyzer}: one for each key, kept until the session's end, or until nothing
 * came of it for {@link #SILENCE_MS}: a living source beats. Between two checkpoints the analyzers
 * last used are held as objects, and written to keyed state when the next one begins: a state
 * backend on disk would else turn each into bytes and back for every event.
 *
 * @param <I> what comes: a message and perhaps for whom
 * @param <O> what goes: a finding or summary and perhaps of whom
 */
abstract class AnalyzerFunction<I, O> extends KeyedProcessFunction<String, I, O> {
    private static final long serialVersionUID = 1L;

    /** Messages that are no event; bytes untouched. */
    static final OutputTag<byte[]> DEAD = new OutputTag<>("dead-letters") {};

    /** Name of the state that has the analyzers. */
    static final String STATE = "analyzer";

    /** A session of which nothing comes for so long, by the clock of the job, was cut off. */
    static final long SILENCE_MS = 30 * 60_000L;

    /**
     * Analyzers held as objects; the one not used for longest goes to state before there are more.
     */
    static final int HELD_MAX = 64;

    private final class Held {
        final Analyzer analyzer;
        final boolean leads;
        final Consumer<Finding> findings;
        final Consumer<SessionSummary> summaries;
        long lastMs;
        long timerMs;

        Held(String key, Analyzer analyzer) {
            this.analyzer = analyzer;
            leads = leads(key);
            findings = f -> tell(key, f);
            summaries = s -> tell(key, s);
        }
    }

    private transient ValueState<Analyzer> state;
    private transient ValueState<Long> lastMs;
    private transient ValueState<Long> timerMs;
    private transient LinkedHashMap<String, Held> held;
    private transient Consumer<String> toKey;

    /** The analyzer of the event before, nearly always that of the next; null if it is not held. */
    private transient Held latest;

    private transient String latestKey;
    private transient TimerService timers;
    private transient Collector<O> out;
    private transient JobMetrics metrics;

    /** A new analyzer for what came first of it. */
    abstract Analyzer begin(I in);

    /** An encoded finding or summary of the analyzer with this key. */
    abstract O said(String key, byte[] message);

    /** Whether, of all that get the same events, this one counts them and buries what is none. */
    abstract boolean leads(String key);

    @Override
    public void open(OpenContext context) {
        state =
                getRuntimeContext()
                        .getState(new ValueStateDescriptor<>(STATE, new AnalyzerSerializer()));
        lastMs = getRuntimeContext().getState(new ValueStateDescriptor<>("last", Types.LONG));
        timerMs = getRuntimeContext().getState(new ValueStateDescriptor<>("timer", Types.LONG));
        held = new LinkedHashMap<>(2 * HELD_MAX, 0.75f, true);
        metrics = new JobMetrics(getRuntimeContext().getMetricGroup());
    }

    /** How to come to the state of another key than the current one. */
    void switchKeysBy(Consumer<String> keySwitch) {
        toKey = keySwitch;
    }

    /** Makes another key the current one. */
    final void switchKey(String key) {
        toKey.accept(key);
    }

    /** What came is no event. */
    final void bury(byte[] message, Context context) {
        if (leads(context.getCurrentKey())) {
            metrics.dead();
            context.output(DEAD, message);
        }
    }

    /**
     * One event.
     *
     * @param key the current key: what the event belongs to
     * @param in what it came in
     */
    final void judge(
            String key, CapturedEvent event, I in, TimerService service, Collector<O> collector)
            throws IOException {
        timers = service;
        out = collector;
        Held h = held(key);
        long nowMs = timers.currentProcessingTime();
        if (h == null) {
            h = new Held(key, begin(in));
            if (h.leads) {
                metrics.started();
            }
            watch(h, nowMs + SILENCE_MS);
            hold(key, h);
        }
        h.lastMs = nowMs;
        if (h.leads) {
            metrics.judged();
        }
        h.analyzer.accept(event, h.findings, h.summaries);
        if (h.analyzer.hasEnded()) {
            forget(key);
        }
    }

    /** The session of the current key, if there is one, ends as it is. */
    final void end(String key) throws IOException {
        Held h = held(key);
        if (h != null) {
            h.analyzer.end(h.findings, h.summaries);
            forget(key);
        }
    }

    @Override
    public void onTimer(long atMs, OnTimerContext context, Collector<O> collector)
            throws Exception {
        timers = context.timerService();
        out = collector;
        String key = context.getCurrentKey();
        Held h = held(key);
        if (h != null && atMs < h.lastMs + SILENCE_MS) {
            watch(h, h.lastMs + SILENCE_MS);
        } else {
            end(key);
        }
    }

    private void tell(String key, Finding f) {
        metrics.found(f);
        out.collect(said(key, FindingCodec.encode(f)));
    }

    private void tell(String key, SessionSummary s) {
        metrics.summary(s);
        out.collect(said(key, FindingCodec.encode(s)));
    }

    /** The analyzer of the current key, or null. */
    private Held held(String key) throws IOException {
        if (latest != null && key.equals(latestKey)) {
            return latest;
        }
        Held h = held.get(key);
        if (h != null) {
            latest(key, h);
            return h;
        }
        Analyzer kept = state.value();
        if (kept == null) {
            return null;
        }
        h = new Held(key, kept);
        h.lastMs = lastMs.value();
        h.timerMs = timerMs.value();
        hold(key, h);
        return h;
    }

    private void hold(String key, Held h) throws IOException {
        if (held.size() >= HELD_MAX) {
            Iterator<Map.Entry<String, Held>> oldest = held.entrySet().iterator();
            Map.Entry<String, Held> goes = oldest.next();
            oldest.remove();
            write(goes.getKey(), goes.getValue());
            toKey.accept(key);
        }
        held.put(key, h);
        latest(key, h);
    }

    private void latest(String key, Held h) {
        latest = h;
        latestKey = key;
    }

    /**
     * Before a checkpoint: what is held goes to state. Nothing is held after it, because the
     * checkpoint reads the objects while the job goes on; who asks state for them gets copies.
     */
    void writeBack() throws IOException {
        for (Map.Entry<String, Held> e : held.entrySet()) {
            write(e.getKey(), e.getValue());
        }
        held.clear();
        latest = null;
    }

    private void write(String key, Held h) throws IOException {
        toKey.accept(key);
        state.update(h.analyzer);
        lastMs.update(h.lastMs);
        timerMs.update(h.timerMs);
    }

    private void watch(Held h, long atMs) {
        timers.registerProcessingTimeTimer(atMs);
        h.timerMs = atMs;
    }

    private void forget(String key) {
        Held h = held.remove(key);
        latest = null;
        if (h.leads) {
            metrics.ended();
        }
        timers.deleteProcessingTimeTimer(h.timerMs);
        state.clear();
        lastMs.clear();
        timerMs.clear();
    }
}
