package io.nvmetap.rule;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.SessionSummary;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * One session with all its controllers: an {@link Analyzer} each. Events that concern the whole
 * session reach all of them, a jump in seq is a loss for all of them, and the session has one
 * summary. Serializable; one thread.
 */
public final class SessionAnalyzer implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Controllers of one session; events of more are not judged. */
    public static final int CONTROLLERS_MAX = 256;

    private final List<String> ruleIds;
    private final RuleSettings settings;
    private final List<Analyzer> analyzers = new ArrayList<>();

    /** Last words of the controllers, of one event. */
    private final List<SessionSummary> parts = new ArrayList<>();

    private transient Consumer<SessionSummary> onPart;
    private long lastSeq = -1;
    private long events;
    private long lost;
    private boolean several;
    private boolean ended;

    /**
     * @param ruleIds rules wanted, empty for all
     * @param settings thresholds
     */
    public SessionAnalyzer(List<String> ruleIds, RuleSettings settings) {
        this.ruleIds = new ArrayList<>(ruleIds);
        this.settings = settings;
    }

    /** Takes the next event; one that was seen before is ignored. */
    public void accept(
            CapturedEvent e, Consumer<Finding> findings, Consumer<SessionSummary> summaries) {
        if (ended || e.seq <= lastSeq) {
            return;
        }
        if (e.seq != lastSeq + 1) {
            long missing = e.seq - lastSeq - 1;
            lost += missing;
            for (int i = 0; several && i < analyzers.size(); i++) {
                analyzers.get(i).lose(missing, e.seq);
            }
        }
        lastSeq = e.seq;
        events++;
        if (onPart == null) {
            onPart = parts::add;
        }
        if (e.kind == EventKind.CAPTURE_STARTED) {
            several = e.header.controllers().size() > 1;
            ensure(Math.min(e.header.controllers().size(), CONTROLLERS_MAX));
        }
        if (several && wholeSession(e)) {
            int controller = e.controller;
            for (int i = 0; i < analyzers.size(); i++) {
                e.controller = i;
                analyzers.get(i).accept(e, findings, onPart);
            }
            e.controller = controller;
        } else if (e.controller >= 0 && e.controller < CONTROLLERS_MAX) {
            ensure(e.controller + 1);
            analyzers.get(e.controller).accept(e, findings, onPart);
        }
        if (!parts.isEmpty()) {
            ended = true;
            summaries.accept(merged());
        }
    }

    private void ensure(int count) {
        while (analyzers.size() < count) {
            analyzers.add(new Analyzer(RuleSet.only(ruleIds), settings));
        }
    }

    private static boolean wholeSession(CapturedEvent e) {
        return switch (e.kind) {
            case CAPTURE_STARTED, EVENTS_LOST, HEARTBEAT, CAPTURE_ENDED -> true;
            case ANNOTATION -> e.side == Side.NONE;
            default -> false;
        };
    }

    /** Ends a session that was cut off; does nothing if it has ended. */
    public void end(Consumer<Finding> findings, Consumer<SessionSummary> summaries) {
        if (ended) {
            return;
        }
        ended = true;
        analyzers.forEach(a -> a.end(findings, parts::add));
        if (!parts.isEmpty()) {
            summaries.accept(merged());
        }
    }

    private SessionSummary merged() {
        List<SessionSummary> parts = List.copyOf(this.parts);
        this.parts.clear();
        if (parts.size() == 1) {
            return parts.get(0);
        }
        int violated = 0;
        int unknown = 0;
        int holds = 0;
        List<String> story = new ArrayList<>();
        List<String> quirks = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            SessionSummary s = parts.get(i);
            violated += s.violated();
            unknown += s.unknown();
            holds += s.holds();
            for (String line : s.story()) {
                story.add("controller " + i + ": " + line);
            }
            for (String line : s.quirks()) {
                quirks.add("controller " + i + ": " + line);
            }
        }
        return new SessionSummary(
                parts.get(0).session(), events, lost, violated, unknown, holds, story, quirks);
    }

    /**
     * @return the session has been judged
     */
    public boolean hasEnded() {
        return ended;
    }
}
