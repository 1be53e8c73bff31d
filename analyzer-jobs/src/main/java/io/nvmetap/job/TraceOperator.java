package io.nvmetap.job;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.operators.BoundedOneInput;

/** Runs a {@link TraceFunction}, whose input has an end: what was cut off is judged there. */
final class TraceOperator extends AnalyzerOperator<byte[], byte[]> implements BoundedOneInput {
    private static final long serialVersionUID = 1L;

    private final TraceFunction function;

    TraceOperator(TraceFunction function) {
        super(function);
        this.function = function;
    }

    @Override
    public void endInput() throws IOException {
        function.writeBack();
        List<String> keys;
        try (Stream<String> left =
                this.<String>getKeyedStateBackend()
                        .getKeys(AnalyzerFunction.STATE, VoidNamespace.INSTANCE)) {
            keys = left.sorted().toList();
        }
        for (String key : keys) {
            setCurrentKey(key);
            function.end(key);
        }
    }
}
