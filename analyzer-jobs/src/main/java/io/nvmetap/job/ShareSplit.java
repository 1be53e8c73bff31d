package io.nvmetap.job;

import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.util.Collector;

/** Every event for every share of the rules. */
final class ShareSplit implements FlatMapFunction<byte[], Tuple2<Integer, byte[]>> {
    private static final long serialVersionUID = 1L;

    private final int shares;

    /**
     * @param shares copies of each
     */
    ShareSplit(int shares) {
        this.shares = shares;
    }

    @Override
    public void flatMap(byte[] message, Collector<Tuple2<Integer, byte[]>> out) {
        for (int share = 0; share < shares; share++) {
            out.collect(Tuple2.of(share, message));
        }
    }
}
