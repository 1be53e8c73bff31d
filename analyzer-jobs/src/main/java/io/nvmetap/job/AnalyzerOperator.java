package io.nvmetap.job;

import org.apache.flink.streaming.api.operators.KeyedProcessOperator;

/**
 * Runs an {@link AnalyzerFunction} and tells it when a checkpoint begins, which a function is not
 * told in time to change its state.
 */
class AnalyzerOperator<I, O> extends KeyedProcessOperator<String, I, O> {
    private static final long serialVersionUID = 1L;

    private final AnalyzerFunction<I, O> function;

    AnalyzerOperator(AnalyzerFunction<I, O> function) {
        super(function);
        this.function = function;
    }

    @Override
    public void open() throws Exception {
        super.open();
        function.switchKeysBy(this::setCurrentKey);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        super.prepareSnapshotPreBarrier(checkpointId);
        function.writeBack();
    }
}
