package io.nvmetap.job;

import io.nvmetap.rule.Analyzer;
import io.nvmetap.rule.RuleSet;
import io.nvmetap.rule.RuleSettings;
import java.util.ArrayList;
import java.util.List;

/** All rules over each controller of each session, in one place. */
class JudgeFunction extends MessageFunction<byte[], byte[]> {
    private static final long serialVersionUID = 1L;

    private final List<String> ruleIds;
    private final RuleSettings settings;

    /**
     * @param ruleIds rules wanted; empty for all
     * @param settings their thresholds
     */
    JudgeFunction(List<String> ruleIds, RuleSettings settings) {
        this.ruleIds = new ArrayList<>(ruleIds);
        this.settings = settings;
    }

    @Override
    byte[] message(byte[] in) {
        return in;
    }

    @Override
    Analyzer begin(byte[] in) {
        return new Analyzer(RuleSet.only(ruleIds), settings);
    }

    @Override
    byte[] said(String key, byte[] message) {
        return message;
    }

    @Override
    boolean leads(String key) {
        return true;
    }
}
