package io.nvmetap.job;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.MalformedEventException;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.FindingCodec;
import io.nvmetap.finding.SessionSummary;
import io.nvmetap.rule.Analyzer;
import io.nvmetap.trace.EventSerde;
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

    /** A session of which nothing comes for so long, by the clock of the job, was cut off. */
    static final long SILENCE_MS = 30 * 60_000L;

    /**
     * Analyzers held as objects; the one not used for longest goes to state before there are more.
     */
    static final int HELD_MAX = 64;

    private static final class Held {
        final Analyzer analyzer;
        long lastMs;
        long timerMs;

        Held(Analyzer analyzer) {
            this.analyzer = analyzer;
        }
    }

    private transient ValueState<Analyzer> state;
    private transient ValueState<Long> lastMs;
    private transient ValueState<Long> timerMs;
    private transient LinkedHashMap<String, Held> held;
    private transient Consumer<String> toKey;
    private transient CapturedEvent event;
    private transient EventSerde serde;
    private transient JobMetrics metrics;

    /** The encoded event. */
    abstract byte[] message(I in);

    /** A new analyzer for what came first of it. */
    abstract Analyzer begin(I in);

    /** An encoded finding or summary of the analyzer with this key. */
    abstract O said(String key, byte[] message);

    /** Whether it is this one that sends away what is no event. */
    abstract boolean buries(I in);

    @Override
    public void open(OpenContext context) {
        state =
                getRuntimeContext()
                        .getState(new ValueStateDescriptor<>("analyzer", new AnalyzerSerializer()));
        lastMs = getRuntimeContext().getState(new ValueStateDescriptor<>("last", Types.LONG));
        timerMs = getRuntimeContext().getState(new ValueStateDescriptor<>("timer", Types.LONG));
        held = new LinkedHashMap<>(2 * HELD_MAX, 0.75f, true);
        event = new CapturedEvent();
        serde = EventSerde.singleObject();
        metrics = new JobMetrics(getRuntimeContext().getMetricGroup());
    }

    /** How to come to the state of another key than the current one. */
    void switchKeysBy(Consumer<String> keySwitch) {
        toKey = keySwitch;
    }

    @Override
    public void processElement(I in, Context context, Collector<O> out) throws Exception {
        byte[] message = message(in);
        try {
            serde.decode(message, event);
        } catch (MalformedEventException bad) {
            if (buries(in)) {
                metrics.dead();
                context.output(DEAD, message);
            }
            return;
        }
        String key = context.getCurrentKey();
        Held h = held(key);
        long nowMs = context.timerService().currentProcessingTime();
        if (h == null) {
            h = new Held(begin(in));
            metrics.started();
            watch(h, context.timerService(), nowMs + SILENCE_MS);
            hold(key, h);
        }
        h.lastMs = nowMs;
        metrics.judged();
        h.analyzer.accept(event, f -> tell(key, f, out), s -> tell(key, s, out));
        if (h.analyzer.hasEnded()) {
            forget(key, context.timerService());
        }
    }

    @Override
    public void onTimer(long atMs, OnTimerContext context, Collector<O> out) throws Exception {
        String key = context.getCurrentKey();
        Held h = held(key);
        if (h == null) {
            return;
        }
        if (atMs < h.lastMs + SILENCE_MS) {
            watch(h, context.timerService(), h.lastMs + SILENCE_MS);
            return;
        }
        h.analyzer.end(f -> tell(key, f, out), s -> tell(key, s, out));
        forget(key, context.timerService());
    }

    private void tell(String key, Finding f, Collector<O> out) {
        metrics.found(f);
        out.collect(said(key, FindingCodec.encode(f)));
    }

    private void tell(String key, SessionSummary s, Collector<O> out) {
        metrics.summary(s);
        out.collect(said(key, FindingCodec.encode(s)));
    }

    /** The analyzer of the current key, or null. */
    private Held held(String key) throws IOException {
        Held h = held.get(key);
        if (h != null) {
            return h;
        }
        Analyzer kept = state.value();
        if (kept == null) {
            return null;
        }
        h = new Held(kept);
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
    }

    private void write(String key, Held h) throws IOException {
        toKey.accept(key);
        state.update(h.analyzer);
        lastMs.update(h.lastMs);
        timerMs.update(h.timerMs);
    }

    private static void watch(Held h, TimerService timers, long atMs) {
        timers.registerProcessingTimeTimer(atMs);
        h.timerMs = atMs;
    }

    private void forget(String key, TimerService timers) {
        metrics.ended();
        timers.deleteProcessingTimeTimer(held.remove(key).timerMs);
        state.clear();
        lastMs.clear();
        timerMs.clear();
    }
}
