package io.nvmetap.job;

import io.nvmetap.finding.Finding;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.finding.Verdict;
import java.util.List;

/** A finding about the controller, an error. */
final class SomeFinding {
    private SomeFinding() {}

    static Finding of(String rule, Verdict verdict) {
        return new Finding(
                "id",
                "session",
                rule,
                verdict,
                Severity.ERROR,
                Party.CONTROLLER,
                0,
                1,
                1,
                7,
                1,
                2,
                0,
                "",
                "",
                List.of(),
                "",
                "",
                List.of());
    }
}
