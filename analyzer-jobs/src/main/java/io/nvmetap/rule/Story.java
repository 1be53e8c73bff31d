package io.nvmetap.rule;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.history.SideState;
import io.nvmetap.nvme.FirmwareGuess;
import io.nvmetap.nvme.Opcode;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What happened, in words: one chapter for each driver that enabled the controller. */
final class Story implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Chapters told one by one; later ones are counted. */
    static final int CHAPTERS_MAX = 64;

    /** One driver at work. */
    private static final class Chapter implements Serializable {
        private static final long serialVersionUID = 1L;
        String driver = "";
        int aqa;
        int cc;
        int enables;
        int queuePairs;
        long admin;
        long io;
        int depth;
        boolean msix;
        boolean asked;
        boolean shutdown;

        /** Commands with opcodes that are the vendor's to define, by name. */
        final Map<String, Long> vendor = new TreeMap<>();
    }

    private final List<Chapter> chapters = new ArrayList<>();
    private Chapter current;
    private long ghosts;
    private long untold;

    void note(History h, CapturedEvent e) {
        SideState side = h.header.mediated() ? h.guest : h.device;
        if (e.side == side.side && h.facts.enabled) {
            begin(side);
        }
        if (e.kind == EventKind.ANNOTATION) {
            annotation(e);
        }
        if (current == null || e.side != side.side && e.kind != EventKind.INTERRUPT_RAISED) {
            return;
        }
        Command c = h.facts.command;
        boolean submitted = c != null && c.startSeq == e.seq;
        if (submitted && c.admin()) {
            if (current.admin++ == 0 && current.driver.isEmpty()) {
                String who = FirmwareGuess.of(current.aqa, current.cc, c.opcode, c.prp1);
                name(who.equals(FirmwareGuess.UNKNOWN) ? "" : who);
            }
        } else if (submitted) {
            current.io++;
            current.depth = Math.max(current.depth, side.counts().io());
        }
        if (submitted && c.name().kind() == Opcode.Kind.VENDOR) {
            current.vendor.merge((c.admin() ? "admin " : "I/O ") + hex(c.opcode), 1L, Long::sum);
        }
        if (h.facts.queueCreated) {
            current.queuePairs =
                    (int)
                            Math.max(
                                    current.queuePairs,
                                    side.sqs.keySet().stream().filter(q -> q > 0).count());
        }
        current.asked |= side.numberOfQueuesSet;
        current.shutdown |= side.shutdownNotified;
        current.msix |=
                e.kind == EventKind.INTERRUPT_RAISED
                        && e.interrupt == io.nvmetap.event.InterruptKind.MSIX;
    }

    private void begin(SideState side) {
        if (chapters.size() >= CHAPTERS_MAX) {
            untold++;
            return;
        }
        current = new Chapter();
        current.enables = 1;
        current.aqa = side.aqa;
        current.cc = side.cc;
        chapters.add(current);
    }

    private void annotation(CapturedEvent e) {
        if (e.label.equals("ghost")) {
            ghosts++;
        } else if (e.label.equals("firmware") && current != null) {
            name(e.text);
        }
    }

    /** Says who the current chapter is about; one driver's enables in a row are one chapter. */
    private void name(String driver) {
        current.driver = driver;
        int n = chapters.size();
        if (n > 1 && !driver.isEmpty() && chapters.get(n - 2).driver.equals(driver)) {
            merge(chapters.get(n - 2), current);
            chapters.remove(n - 1);
            current = chapters.get(n - 2);
        }
    }

    private static void merge(Chapter into, Chapter from) {
        into.enables += from.enables;
        into.admin += from.admin;
        into.io += from.io;
        from.vendor.forEach((opcode, n) -> into.vendor.merge(opcode, n, Long::sum));
    }

    private static String hex(int opcode) {
        return String.format("%02Xh", opcode);
    }

    /** The ledger of opcodes nobody knows; "" where there was none. */
    private static String ledger(Chapter c) {
        return c.vendor.isEmpty()
                ? ""
                : c.vendor.entrySet().stream()
                        .map(o -> o.getKey() + " " + times(o.getValue()))
                        .collect(Collectors.joining(", ", ", vendor commands: ", ""));
    }

    List<String> lines(History h) {
        List<String> out = new ArrayList<>();
        for (Chapter c : chapters) {
            out.add(
                    String.format(
                            "%s enables %s, %d queue pair%s (%s), %,d admin and %,d I/O commands,"
                                    + " depth %d, %s, %s%s",
                            c.driver.isEmpty() ? "a driver" : c.driver,
                            times(c.enables),
                            c.queuePairs,
                            c.queuePairs == 1 ? "" : "s",
                            c.asked ? "asked for" : "never asked for",
                            c.admin,
                            c.io,
                            c.depth,
                            c.msix ? "MSI-X" : "no MSI-X",
                            c.shutdown ? "shuts down" : "never shuts down",
                            ledger(c)));
        }
        if (untold > 0) {
            out.add(String.format("%,d more enables", untold));
        }
        if (ghosts > 0) {
            out.add(
                    String.format(
                            "%,d commands finished after their queue was gone; no driver saw them",
                            ghosts));
        }
        if (!h.header.mixedControllers().isEmpty()) {
            out.add("several controllers are mixed in this log; nothing can be told of either");
        }
        return out;
    }

    private static String times(long n) {
        return n == 1 ? "once" : n == 2 ? "twice" : n + " times";
    }
}
