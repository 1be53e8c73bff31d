package io.nvmetap.importer;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.MalformedEventException;
import io.nvmetap.event.Side;
import io.nvmetap.trace.TraceReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts a kernel's own view into a recording of the same guest, as annotations: when the kernel
 * prepared a command, and when it took the completion, beside the events of that command on the
 * guest's side. What the kernel did and the recording lacks is told too.
 *
 * <p>Design note: the two clocks have nothing to do with each other. Commands that are alike in
 * both and occur once are the anchors; from them comes how far the clocks are apart, which must be
 * such that no command is fetched before it was prepared and none completes before its entry was
 * there. A clock that drifts leaves no such number: then times are bent into that order, and the
 * summary says so.
 */
final class KernelJoin {
    /** Commands of a recording, or of a log, that can be joined. */
    static final int COMMANDS_MAX = 500_000;

    /** Anchors further from the middle one than this are alike by chance, nanoseconds. */
    static final long CHANCE_NS = 1_000_000_000L;

    /** Commands of one queue and CID that are looked at before and behind the expected time. */
    static final int CANDIDATES_MAX = 32;

    private static final String AUTHOR = "linux";

    /** One command in the recording. */
    private static final class Recorded {
        int controller;
        int qid;
        int cid;
        long fetchedNs;
        long copiedNs = -1;
        long known;
        final byte[] sqe = new byte[64];
        boolean taken;
    }

    /** One command in the kernel's log. */
    private static final class Prepared {
        int qid;
        int cid;
        long setupNs;
        long completeNs = -1;
        int status = -1;
        long known;
        byte[] sqe;
        Recorded match;
    }

    /** Something to be told, at a time of the recording. */
    private record Remark(long timeNs, int controller, String text) {}

    private final Map<Long, List<Recorded>> recorded = new HashMap<>();
    private final List<Recorded> all = new ArrayList<>();
    private final List<Prepared> prepared = new ArrayList<>();
    private final List<Remark> remarks = new ArrayList<>();
    private final CapturedEvent own = new CapturedEvent();
    private final int commandsMax;
    private int told;
    private boolean mediated;
    private long apartNs;
    private long lowNs = Long.MIN_VALUE;
    private long highNs = Long.MAX_VALUE;
    private long matched;
    private long onlyKernel;

    private KernelJoin(int commandsMax) {
        this.commandsMax = commandsMax;
    }

    static void run(Path log, Path recording, Path output, byte[] digest, PrintStream out)
            throws IOException {
        KernelJoin join = new KernelJoin(COMMANDS_MAX);
        join.read(log, recording);
        join.anchor(recording);
        join.match();
        join.tell();
        join.write(recording, output, digest);
        out.printf(
                "join      %,d commands of the kernel's log found   %,d not in the recording   %s%n",
                join.matched, join.onlyKernel, output);
        out.println("clocks    " + join.clocks());
    }

    /* ---- reading -------------------------------------------------------------------------- */

    /**
     * @param commandsMax commands of each that are taken
     * @throws CliFailure if one has more, or the log has nothing of NVMe
     */
    static void readBoth(Path log, Path recording, int commandsMax) throws IOException {
        new KernelJoin(commandsMax).read(log, recording);
    }

    private void read(Path log, Path recording) throws IOException {
        readRecording(recording);
        readLog(log);
    }

    private void readRecording(Path recording) throws IOException {
        Map<Long, Recorded> byId = new HashMap<>();
        CapturedEvent e = new CapturedEvent();
        try (TraceReader reader = TraceReader.open(recording)) {
            while (reader.next(e)) {
                switch (e.kind) {
                    case CAPTURE_STARTED -> mediated = e.header.mediated();
                    case COMMAND_FETCHED, COMMAND_EMITTED -> command(e, byId);
                    case COMPLETION_SEEN, COMPLETION_COPIED -> completion(e, byId);
                    default -> {
                        // Nothing that the kernel tells of too.
                    }
                }
            }
        }
    }

    /** Of the side on which the guest is. */
    private boolean guests(CapturedEvent e) {
        return e.side == (mediated ? Side.GUEST : Side.DEVICE);
    }

    private void command(CapturedEvent e, Map<Long, Recorded> byId) {
        if (!guests(e)) {
            return;
        }
        if (all.size() >= commandsMax) {
            throw CliFailure.environment(
                    "over " + commandsMax + " commands in the recording; cut it into parts");
        }
        Recorded r = new Recorded();
        r.controller = e.controller;
        r.qid = e.qid;
        r.cid = (e.entry[2] & 0xFF) | (e.entry[3] & 0xFF) << 8;
        r.fetchedNs = e.timeNs;
        r.known = e.known;
        System.arraycopy(e.entry, 0, r.sqe, 0, 64);
        all.add(r);
        byId.put(e.commandId, r);
        recorded.computeIfAbsent(key(r.qid, r.cid), k -> new ArrayList<>()).add(r);
    }

    private void completion(CapturedEvent e, Map<Long, Recorded> byId) {
        Recorded r = guests(e) ? byId.remove(e.commandId) : null;
        if (r != null) {
            r.copiedNs = e.timeNs;
        }
    }

    private void readLog(Path log) throws IOException {
        FtraceSurvey survey = FtraceImporter.survey(log);
        if (survey.empty()) {
            throw FtraceImport.nothing(log);
        }
        if (survey.instances().size() > 1) {
            throw CliFailure.environment(
                    log + ": several controllers in it; leave one, with grep 'nvme0:'");
        }
        Map<Long, Prepared> open = new HashMap<>();
        KernelCommand command = new KernelCommand();
        FtraceLine l = new FtraceLine();
        try (LogLines in = LogLines.open(log)) {
            for (String text = in.next(); text != null; text = in.next()) {
                l.parse(text);
                if (l.kind == FtraceLine.Kind.SETUP && command.read(l)) {
                    setup(command, l.timeNs, open);
                } else if (l.kind == FtraceLine.Kind.COMPLETE) {
                    complete(l, open);
                }
            }
        }
    }

    private void setup(KernelCommand c, long timeNs, Map<Long, Prepared> open) {
        if (prepared.size() >= commandsMax) {
            throw CliFailure.environment(
                    "over " + commandsMax + " commands in the kernel's log; cut it into parts");
        }
        Prepared p = new Prepared();
        p.qid = c.qid;
        p.cid = c.cid;
        p.setupNs = timeNs;
        p.known = c.known;
        p.sqe = c.sqe.clone();
        prepared.add(p);
        open.put(key(c.qid, c.cid & KernelCommand.TAG_MASK), p);
    }

    private static void complete(FtraceLine l, Map<Long, Prepared> open) {
        long qid = l.field("qid");
        long cid = l.field("cmdid");
        Prepared p = open.remove(key((int) qid, (int) cid & KernelCommand.TAG_MASK));
        if (p != null) {
            p.completeNs = l.timeNs;
            p.status = (int) l.field("status");
        }
    }

    private static long key(int qid, int cid) {
        return (long) qid << 16 | cid & 0xFFFF;
    }

    /* ---- which is which ------------------------------------------------------------------- */

    /** Bytes that both tell are the same. */
    private static boolean alike(Prepared p, Recorded r) {
        long both = p.known & r.known;
        for (int i = 0; i < 64; i++) {
            if ((both >>> i & 1) != 0 && p.sqe[i] != r.sqe[i]) {
                return false;
            }
        }
        return true;
    }

    private void anchor(Path recording) {
        Map<Long, Integer> times = new HashMap<>();
        prepared.forEach(p -> times.merge(key(p.qid, p.cid), 1, Integer::sum));
        List<Long> apart = new ArrayList<>();
        for (Prepared p : prepared) {
            List<Recorded> same = recorded.getOrDefault(key(p.qid, p.cid), List.of());
            if (times.get(key(p.qid, p.cid)) == 1 && same.size() == 1 && alike(p, same.get(0))) {
                apart.add(same.get(0).fetchedNs - p.setupNs);
            }
        }
        if (apart.isEmpty()) {
            throw CliFailure.environment(
                    recording
                            + ": no command of the kernel's log is in it for certain; is it the"
                            + " same run of the same guest?");
        }
        apart.sort(Comparator.naturalOrder());
        apartNs = apart.get(apart.size() / 2);
    }

    private void match() {
        for (Prepared p : prepared) {
            Recorded best = nearest(p);
            if (best != null) {
                best.taken = true;
                p.match = best;
                matched++;
                highNs = Math.min(highNs, best.fetchedNs - p.setupNs);
                if (p.completeNs >= 0 && best.copiedNs >= 0) {
                    lowNs = Math.max(lowNs, best.copiedNs - p.completeNs);
                }
            }
        }
        if (bounded()) {
            apartNs = lowNs == Long.MIN_VALUE ? highNs : lowNs + (highNs - lowNs) / 2;
        }
    }

    /** Of the recorded commands of that queue and CID, which follow in time, the nearest free. */
    private Recorded nearest(Prepared p) {
        List<Recorded> same = recorded.getOrDefault(key(p.qid, p.cid), List.of());
        long expectedNs = p.setupNs + apartNs;
        int from = 0;
        for (int to = same.size(); from < to; ) {
            int middle = (from + to) >>> 1;
            if (same.get(middle).fetchedNs < expectedNs) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        Recorded best = null;
        long bestNs = CHANCE_NS;
        int end = Math.min(same.size(), from + CANDIDATES_MAX);
        for (int i = Math.max(0, from - CANDIDATES_MAX); i < end; i++) {
            Recorded r = same.get(i);
            long off = Math.abs(r.fetchedNs - expectedNs);
            if (!r.taken && off < bestNs && alike(p, r)) {
                best = r;
                bestNs = off;
            }
        }
        return best;
    }

    private boolean bounded() {
        return matched > 0 && lowNs <= highNs;
    }

    private String clocks() {
        if (!bounded()) {
            return String.format(
                    "drift by %.3f ms: times are bent so that causes come first",
                    (lowNs - highNs) / 1e6);
        }
        return lowNs == Long.MIN_VALUE
                ? "no completion in both: times may be late by any amount"
                : String.format("the kernel's is known to %.3f ms", (highNs - lowNs) / 2e6);
    }

    /* ---- telling -------------------------------------------------------------------------- */

    private void tell() {
        for (Prepared p : prepared) {
            String name = String.format("nvme_setup_cmd qid=%d cmdid=%d", p.qid, p.cid);
            if (p.match == null) {
                onlyKernel++;
                remark(p.setupNs + apartNs, 0, name + ": this command is not in the recording");
                continue;
            }
            Recorded r = p.match;
            long setupNs = Math.min(p.setupNs + apartNs, r.fetchedNs);
            remark(
                    setupNs,
                    r.controller,
                    name + text(": prepared %.1f us before it was taken", r.fetchedNs - setupNs));
            tellCompletion(p, r);
        }
        remarks.sort(Comparator.comparingLong(Remark::timeNs));
    }

    private void tellCompletion(Prepared p, Recorded r) {
        String name = String.format("nvme_complete_rq qid=%d cmdid=%d", p.qid, p.cid);
        if (p.completeNs < 0) {
            if (r.copiedNs >= 0) {
                remark(
                        r.copiedNs,
                        r.controller,
                        name + ": the kernel's log does not tell of this completion");
            }
            return;
        }
        String status = " status=0x" + Integer.toHexString(p.status);
        if (r.copiedNs < 0) {
            remark(
                    p.completeNs + apartNs,
                    r.controller,
                    name + status + ": no completion of it is in the recording");
            return;
        }
        long doneNs = Math.max(p.completeNs + apartNs, r.copiedNs);
        remark(
                doneNs,
                r.controller,
                name
                        + status
                        + text(": taken %.1f us after the entry was there", doneNs - r.copiedNs));
    }

    private static String text(String format, long ns) {
        return String.format(java.util.Locale.ROOT, format, ns / 1e3);
    }

    private void remark(long timeNs, int controller, String text) {
        remarks.add(new Remark(Math.max(0, timeNs), controller, text));
    }

    /** The recording again, with the remarks at their times; a session of its own. */
    private void write(Path recording, Path output, byte[] digest) throws IOException {
        byte[] marker = Arrays.copyOfRange(digest, 16, 32);
        try (PartialTrace trace = new PartialTrace(output, marker);
                TraceReader reader = TraceReader.open(recording)) {
            CapturedEvent e = new CapturedEvent();
            while (reader.next(e)) {
                e.sessionHigh ^= QemuLogImporter.number(digest, 0);
                e.sessionLow ^= QemuLogImporter.number(digest, 8);
                if (e.kind != EventKind.CAPTURE_STARTED) {
                    before(e, trace);
                }
                e.seq += told;
                if (e.kind == EventKind.CAPTURE_ENDED) {
                    e.value += told;
                }
                trace.append(e);
            }
            // A recording that was cut off has no last event to put them before.
            e.seq -= told - 1;
            e.timeNs = Long.MAX_VALUE;
            before(e, trace);
            reader.damage()
                    .ifPresent(
                            d -> {
                                throw CliFailure.environment(recording + ": " + d.describe());
                            });
            trace.finish();
        } catch (MalformedEventException bad) {
            throw CliFailure.environment(recording + ": " + bad.getMessage());
        }
    }

    /** Tells what comes before {@code e}; before the last event, all. */
    private void before(CapturedEvent e, PartialTrace trace) {
        while (told < remarks.size()
                && (e.kind == EventKind.CAPTURE_ENDED || remarks.get(told).timeNs <= e.timeNs)
                && !behind(e, remarks.get(told))) {
            Remark r = remarks.get(told);
            own.sessionHigh = e.sessionHigh;
            own.sessionLow = e.sessionLow;
            own.asAnnotation(AUTHOR, r.text);
            own.at(e.seq + told++, Math.min(r.timeNs, e.timeNs), -1, r.controller);
            trace.append(own);
        }
    }

    /** A completion's remark stands behind the completion, also at the same time. */
    private static boolean behind(CapturedEvent e, Remark r) {
        return r.timeNs == e.timeNs
                && e.kind != EventKind.CAPTURE_ENDED
                && r.text.startsWith("nvme_complete_rq");
    }
}
