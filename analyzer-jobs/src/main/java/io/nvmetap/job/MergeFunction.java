package io.nvmetap.job;

import io.nvmetap.finding.FindingCodec;
import io.nvmetap.finding.SessionSummary;
import io.nvmetap.rule.RuleShares;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * What the shares of one controller say: findings pass, summaries become one when all have come,
 * which is after all findings.
 */
final class MergeFunction extends KeyedProcessFunction<String, Tuple2<String, byte[]>, byte[]> {
    private static final long serialVersionUID = 1L;

    private final int shares;
    private transient ListState<byte[]> summaries;

    /**
     * @param shares whose summaries make one
     */
    MergeFunction(int shares) {
        this.shares = shares;
    }

    @Override
    public void open(OpenContext context) {
        summaries =
                getRuntimeContext()
                        .getListState(
                                new ListStateDescriptor<>(
                                        "summaries",
                                        PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
    }

    @Override
    public void processElement(Tuple2<String, byte[]> said, Context context, Collector<byte[]> out)
            throws Exception {
        if (!(FindingCodec.decode(said.f1) instanceof SessionSummary)) {
            out.collect(said.f1);
            return;
        }
        summaries.add(said.f1);
        List<SessionSummary> parts = new ArrayList<>();
        for (byte[] part : summaries.get()) {
            parts.add((SessionSummary) FindingCodec.decode(part));
        }
        if (parts.size() == shares) {
            summaries.clear();
            out.collect(FindingCodec.encode(RuleShares.merged(parts)));
        }
    }
}
