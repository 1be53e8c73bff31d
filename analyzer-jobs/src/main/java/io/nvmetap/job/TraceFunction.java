package io.nvmetap.job;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.MalformedEventException;
import io.nvmetap.rule.RuleSettings;
import io.nvmetap.trace.TraceBlock;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.util.Collector;

/**
 * All rules over one trace, whose blocks come instead of messages, in one subtask: it has all keys,
 * and goes to that of each event itself. Ends after the last good event, as a reader of the file
 * does, which then tells the damage.
 */
final class TraceFunction extends JudgeFunction {
    private static final long serialVersionUID = 1L;

    private transient CapturedEvent event;
    private transient TraceBlock block;
    private transient EventKey keys;
    private transient String current;
    private transient boolean damaged;

    /**
     * @param ruleIds rules wanted; empty for all
     * @param settings their thresholds
     */
    TraceFunction(List<String> ruleIds, RuleSettings settings) {
        super(ruleIds, settings);
    }

    @Override
    public void open(OpenContext context) {
        super.open(context);
        event = new CapturedEvent();
        block = new TraceBlock();
        keys = new EventKey();
    }

    @Override
    public void processElement(byte[] bytes, Context context, Collector<byte[]> out)
            throws Exception {
        if (damaged) {
            return;
        }
        block.wrap(bytes);
        // Flink has set the key of the block.
        current = context.getCurrentKey();
        while (next()) {
            String key = keys.of(event.sessionHigh, event.sessionLow, event.controller);
            if (!key.equals(current)) {
                switchKey(key);
                current = key;
            }
            judge(key, event, bytes, context.timerService(), out);
        }
    }

    private boolean next() {
        try {
            return block.next(event);
        } catch (MalformedEventException bad) {
            damaged = true;
            return false;
        }
    }
}
