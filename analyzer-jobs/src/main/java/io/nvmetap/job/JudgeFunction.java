package io.nvmetap.job;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.MalformedEventException;
import io.nvmetap.finding.FindingCodec;
import io.nvmetap.rule.Analyzer;
import io.nvmetap.rule.RuleSet;
import io.nvmetap.rule.RuleSettings;
import io.nvmetap.trace.EventSerde;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** Shell around {@link Analyzer}: one for each controller of each session, kept as keyed state. */
public final class JudgeFunction extends KeyedProcessFunction<String, byte[], byte[]> {
    private static final long serialVersionUID = 1L;

    /** Messages that are no event; bytes untouched. */
    public static final OutputTag<byte[]> DEAD = new OutputTag<>("dead-letters") {};

    private final List<String> ruleIds;
    private final RuleSettings settings;
    private transient ValueState<Analyzer> state;
    private transient CapturedEvent event;
    private transient EventSerde serde;

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
        event = new CapturedEvent();
        serde = EventSerde.singleObject();
    }

    @Override
    public void processElement(byte[] message, Context context, Collector<byte[]> out)
            throws Exception {
        try {
            serde.decode(message, event);
        } catch (MalformedEventException bad) {
            context.output(DEAD, message);
            return;
        }
        Analyzer analyzer = state.value();
        if (analyzer == null) {
            analyzer = new Analyzer(RuleSet.only(ruleIds), settings);
        }
        analyzer.accept(
                event,
                f -> out.collect(FindingCodec.encode(f)),
                s -> out.collect(FindingCodec.encode(s)));
        if (analyzer.hasEnded()) {
            state.clear();
        } else {
            state.update(analyzer);
        }
    }
}
