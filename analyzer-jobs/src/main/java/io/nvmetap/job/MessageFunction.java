package io.nvmetap.job;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.MalformedEventException;
import io.nvmetap.trace.EventSerde;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.util.Collector;

/** Analyzers over messages of a topic, one event each. */
abstract class MessageFunction<I, O> extends AnalyzerFunction<I, O> {
    private static final long serialVersionUID = 1L;

    private transient CapturedEvent event;
    private transient EventSerde serde;

    /** The encoded event. */
    abstract byte[] message(I in);

    @Override
    public void open(OpenContext context) {
        super.open(context);
        event = new CapturedEvent();
        serde = EventSerde.singleObject();
    }

    @Override
    public void processElement(I in, Context context, Collector<O> out) throws Exception {
        byte[] message = message(in);
        try {
            serde.decode(message, event);
        } catch (MalformedEventException bad) {
            bury(message, context);
            return;
        }
        judge(context.getCurrentKey(), event, in, context.timerService(), out);
    }
}
