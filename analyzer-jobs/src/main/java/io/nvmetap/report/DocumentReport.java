package io.nvmetap.report;

import io.nvmetap.finding.Finding;
import io.nvmetap.finding.SessionSummary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A report that is one document: it is written when everything is known. */
abstract class DocumentReport implements Report {
    /** Sessions of one recording or topic that get a part; of more the number is told. */
    static final int SESSIONS_MAX = 256;

    private final Map<String, Judgement> open = new HashMap<>();
    private final List<Judgement> sessions = new ArrayList<>();
    private int more;

    @Override
    public void finding(Finding f) {
        open.computeIfAbsent(f.session(), s -> new Judgement()).add(f);
    }

    @Override
    public void summary(SessionSummary s) {
        Judgement judgement = open.remove(s.session());
        if (sessions.size() >= SESSIONS_MAX) {
            more++;
            return;
        }
        Judgement one = judgement == null ? new Judgement() : judgement;
        one.end(s);
        sessions.add(one);
    }

    @Override
    public void end() throws IOException {
        write(sessions, more);
    }

    /**
     * Writes the document.
     *
     * @param all sessions in the order of their ends
     * @param left sessions that are not among them
     */
    abstract void write(List<Judgement> all, int left) throws IOException;
}
