package io.nvmetap.report;

import io.nvmetap.finding.Finding;
import io.nvmetap.finding.SessionSummary;
import java.io.IOException;

/** A report as it is written: findings, after those of a session its summary, then the end. */
public interface Report {
    /** Takes a finding; each comes once. */
    void finding(Finding f);

    /** All findings of a session have come. */
    void summary(SessionSummary s);

    /**
     * Everything has come.
     *
     * @throws IOException if the recording cannot be read again for what it shows of it
     */
    default void end() throws IOException {}
}
