package io.nvmetap.job;

import io.nvmetap.rule.Analyzer;
import io.nvmetap.rule.RuleSettings;
import io.nvmetap.rule.RuleShares;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.java.tuple.Tuple2;

/** One share of the rules over one controller of one session. */
final class ShareFunction extends MessageFunction<Tuple2<Integer, byte[]>, Tuple2<String, byte[]>> {
    private static final long serialVersionUID = 1L;

    private final List<String> ruleIds;
    private final RuleSettings settings;
    private final int shares;

    /**
     * @param ruleIds rules wanted; empty for all
     * @param settings their thresholds
     * @param shares among how many they are divided
     */
    ShareFunction(List<String> ruleIds, RuleSettings settings, int shares) {
        this.ruleIds = new ArrayList<>(ruleIds);
        this.settings = settings;
        this.shares = shares;
    }

    @Override
    byte[] message(Tuple2<Integer, byte[]> in) {
        return in.f1;
    }

    @Override
    Analyzer begin(Tuple2<Integer, byte[]> in) {
        return RuleShares.analyzer(ruleIds, settings, in.f0, shares);
    }

    @Override
    Tuple2<String, byte[]> said(String key, byte[] message) {
        return Tuple2.of(ShareKey.whole(key), message);
    }

    @Override
    boolean leads(String key) {
        return ShareKey.share(key) == RuleShares.LEAD;
    }
}
