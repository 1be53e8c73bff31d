package io.nvmetap.report;

import io.nvmetap.finding.Finding;
import io.nvmetap.finding.FindingJson;
import io.nvmetap.finding.SessionSummary;
import java.io.PrintStream;

/** One object a line, as they come. */
final class JsonReport implements Report {
    private final PrintStream out;

    JsonReport(PrintStream out) {
        this.out = out;
    }

    @Override
    public void finding(Finding f) {
        out.println(FindingJson.line(f));
    }

    @Override
    public void summary(SessionSummary s) {
        out.println(FindingJson.line(s));
        out.flush();
    }
}
