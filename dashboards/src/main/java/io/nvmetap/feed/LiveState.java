package io.nvmetap.feed;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.Edge;
import io.nvmetap.event.Owner;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.Verdict;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is known of now; every wall clock time is passed in. Safe for any thread. */
public final class LiveState {
    /** Seconds of history. */
    public static final int HISTORY_S = 120;

    /** Commands followed at once; the oldest is forgotten for one more. */
    public static final int OPEN_MAX = 65_536;

    /** Findings kept. */
    public static final int FINDINGS_MAX = 500;

    /** Stalls kept. */
    public static final int STALLS_MAX = 100;

    /** Sessions followed at once; the one not heard of for longest is forgotten for one more. */
    public static final int SESSIONS_MAX = 64;

    private static final int OLDEST_SHOWN = 20;
    private static final String STALL_RULE = "command-stall";

    /** A finding and its place among all that came. */
    public record Told(long number, long atMs, Finding finding) {}

    private record Key(long high, long low, long commandId) {}

    private static final class Session {
        private long nextSeq = -1;
        private long lost;
        private boolean mediated;
    }

    private final Map<Key, OpenCommand> open = new LinkedHashMap<>();
    private final Map<String, Session> sessions = new LinkedHashMap<>(16, 0.75f, true);
    private final ArrayDeque<Told> findings = new ArrayDeque<>();
    private final List<Stall> stalls = new ArrayList<>();
    private final long[] seconds = new long[HISTORY_S + 2];
    private long lastSecond;
    private long firstSecond = -1;
    private long events;
    private long lost;
    private long malformed;
    private long told;
    private long lag;
    private String problem = "";
    private boolean connected;

    /**
     * @param sentMs when the event was sent to the topic
     * @param nowMs wall clock
     */
    public synchronized void accept(CapturedEvent e, long sentMs, long nowMs) {
        events++;
        count(nowMs / 1000);
        String id = e.sessionHex();
        Session s = session(id);
        if (s.nextSeq >= 0 && e.seq > s.nextSeq && e.controller == 0) {
            s.lost += e.seq - s.nextSeq;
        }
        s.mediated |= e.side == Side.GUEST;
        s.nextSeq = Math.max(s.nextSeq, e.seq + 1);
        switch (e.kind) {
            case COMMAND_FETCHED, COMMAND_EMITTED -> command(e, id, sentMs);
            case COMPLETION_COPIED -> completed(e, sentMs);
            case COMPLETION_SEEN -> seen(e, id, sentMs);
            case CONTROLLER_RESET -> reset(e, id);
            case EVENTS_LOST -> lost += e.value;
            case CAPTURE_ENDED -> ended(id);
            default -> {}
        }
    }

    private void count(long second) {
        if (firstSecond < 0) {
            firstSecond = second;
        }
        advance(second);
        seconds[(int) (second % seconds.length)]++;
    }

    private void advance(long second) {
        long from = Math.max(lastSecond + 1, second - seconds.length + 1);
        for (long s = from; s <= second; s++) {
            seconds[(int) (s % seconds.length)] = 0;
        }
        lastSecond = Math.max(lastSecond, second);
    }

    private Session session(String id) {
        Session known = sessions.get(id);
        if (known == null) {
            known = new Session();
            sessions.put(id, known);
            if (sessions.size() > SESSIONS_MAX) {
                Iterator<String> oldest = sessions.keySet().iterator();
                oldest.next();
                oldest.remove();
            }
        }
        return known;
    }

    private static Key key(CapturedEvent e) {
        return new Key(e.sessionHigh, e.sessionLow, e.commandId);
    }

    private void command(CapturedEvent e, String id, long sentMs) {
        if (e.commandId < 0 || open.containsKey(key(e))) {
            return;
        }
        if (open.size() >= OPEN_MAX) {
            Iterator<Key> oldest = open.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        open.put(
                key(e),
                new OpenCommand(
                        id,
                        e.controller,
                        e.qid,
                        Sqe.cid(e.entry, 0),
                        Sqe.opcode(e.entry, 0),
                        e.seq,
                        sentMs));
    }

    /** The end of what goes straight to the controller; a copy for the guest may follow. */
    private void seen(CapturedEvent e, String id, long sentMs) {
        OpenCommand c = open.get(key(e));
        if (c != null && (e.owner == Owner.MEDIATOR || !mediated(id))) {
            completed(e, sentMs);
        }
    }

    private boolean mediated(String id) {
        return sessions.get(id).mediated;
    }

    private void completed(CapturedEvent e, long sentMs) {
        OpenCommand c = open.remove(key(e));
        if (c != null) {
            stalls.replaceAll(s -> s.endedMs() == 0 && about(s, c) ? s.ended(sentMs) : s);
        }
    }

    private static boolean about(Stall s, OpenCommand c) {
        Finding f = s.finding();
        return f.session().equals(c.session())
                && f.controller() == c.controller()
                && f.sqid() == c.sqid()
                && f.cid() == c.cid();
    }

    private void reset(CapturedEvent e, String id) {
        if (e.edge == Edge.END) {
            open.values().removeIf(c -> c.session().equals(id) && c.controller() == e.controller);
        }
    }

    private void ended(String id) {
        open.values().removeIf(c -> c.session().equals(id));
        sessions.remove(id);
    }

    /** A finding came. */
    public synchronized void accept(Finding f, long nowMs) {
        if (f.verdict() != Verdict.VIOLATED) {
            return;
        }
        if (findings.stream().anyMatch(t -> t.finding().id().equals(f.id()))) {
            return;
        }
        findings.addLast(new Told(++told, nowMs, f));
        if (findings.size() > FINDINGS_MAX) {
            findings.removeFirst();
        }
        if (f.rule().equals(STALL_RULE)) {
            stall(f, nowMs);
        }
    }

    private void stall(Finding f, long nowMs) {
        long sinceMs = nowMs;
        boolean out = false;
        for (OpenCommand c : open.values()) {
            if (about(new Stall(f, 0, 0), c)) {
                sinceMs = c.sinceMs();
                out = true;
            }
        }
        stalls.removeIf(s -> s.finding().fromSeq() == f.fromSeq() && same(s.finding(), f));
        stalls.add(new Stall(f, sinceMs, out ? 0 : nowMs));
        if (stalls.size() > STALLS_MAX) {
            stalls.remove(0);
        }
    }

    private static boolean same(Finding a, Finding b) {
        return a.session().equals(b.session())
                && a.controller() == b.controller()
                && a.sqid() == b.sqid()
                && a.cid() == b.cid();
    }

    /** A message that is neither event nor finding. */
    public synchronized void malformed() {
        malformed++;
    }

    /** How the broker is. */
    public synchronized void broker(boolean answers, long messagesBehind, String why) {
        connected = answers;
        lag = messagesBehind;
        problem = why;
    }

    /** Event requests are out for as long as there is no news (NVMe Base 2.0c 5.2). */
    private static boolean waits(OpenCommand c) {
        return c.sqid() == 0 && c.opcode() == Opcodes.ADMIN_ASYNC_EVENT_REQUEST;
    }

    /** Findings after one, oldest first. */
    public synchronized List<Told> findingsAfter(long number) {
        return findings.stream().filter(t -> t.number() > number).toList();
    }

    /** Everything but the findings. */
    public synchronized LiveView view(long nowMs) {
        advance(nowMs / 1000);
        List<Long> history = new ArrayList<>();
        long first = Math.max(firstSecond, nowMs / 1000 - HISTORY_S);
        for (long s = first; firstSecond >= 0 && s < nowMs / 1000; s++) {
            history.add(seconds[(int) (s % seconds.length)]);
        }
        long gaps = sessions.values().stream().mapToLong(s -> s.lost).sum();
        List<Stall> shown = new ArrayList<>(stalls);
        shown.sort(
                Comparator.comparing((Stall s) -> s.endedMs() != 0)
                        .thenComparingLong(s -> -s.finding().timeNs()));
        return new LiveView(
                nowMs,
                connected,
                problem,
                history.isEmpty() ? 0 : history.get(history.size() - 1),
                history,
                events,
                lag,
                Math.max(gaps, lost),
                malformed,
                open.size(),
                open.values().stream().filter(c -> !waits(c)).limit(OLDEST_SHOWN).toList(),
                List.copyOf(sessions.keySet()),
                shown);
    }
}
