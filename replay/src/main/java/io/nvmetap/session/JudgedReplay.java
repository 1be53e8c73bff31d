package io.nvmetap.session;

import io.nvmetap.compare.RuleCheck;
import io.nvmetap.compare.Verdict;
import io.nvmetap.finding.TraceRules;
import io.nvmetap.plan.Plan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A replay with the rules on top: what the guest sees is compared, and how it came is judged. */
final class JudgedReplay {
    private static final String NO_RULES =
            "the rules are not on the class path; use ./nvmetap replay";
    private static final String NO_RECORDING =
            "nothing is between guest and device that they could judge";

    private final Build build;
    private final boolean wanted;
    private final Optional<RulesOnTop> rules;

    /**
     * @param trace the recording
     * @param wanted whether the rules are to be run, if they can
     */
    JudgedReplay(Path trace, Build build, boolean wanted) {
        this.build = build;
        this.wanted = wanted;
        Optional<TraceRules> present = wanted ? TraceRules.present() : Optional.empty();
        this.rules = present.map(r -> new RulesOnTop(r, trace));
    }

    /**
     * Replays once and judges.
     *
     * @throws IOException if the environment fails
     */
    Verdict run(Plan plan, Conditions under) throws IOException {
        if (!wanted) {
            return build.replay(plan, under).verdict();
        }
        if (rules.isEmpty()) {
            return build.replay(plan, under).verdict().with(RuleCheck.notRun(NO_RULES));
        }
        if (under.record().isPresent()) {
            return judged(rules.get(), plan, under);
        }
        Path own = Files.createTempFile("nvmetap-replay", ".avro");
        own.toFile().deleteOnExit();
        try {
            Conditions recorded = under.recordedTo(own);
            return build.refuses(recorded).isEmpty()
                    ? judged(rules.get(), plan, recorded)
                    : build.replay(plan, under).verdict().with(RuleCheck.notRun(NO_RECORDING));
        } finally {
            Files.deleteIfExists(own);
        }
    }

    private Verdict judged(RulesOnTop onTop, Plan plan, Conditions under) throws IOException {
        Replayed replayed = build.replay(plan, under);
        RuleCheck check = onTop.judge(under.record().orElseThrow(), replayed.trail()::at);
        return replayed.verdict().with(check);
    }
}
