package io.nvmetap.export.perfetto;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Unseen;
import io.nvmetap.export.perfetto.Tracks.Marks;
import io.nvmetap.nvme.Registers;
import io.nvmetap.show.EventText;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/** Draws what happens at one moment: an instant on the track of its kind and side. */
final class MarkDrawer {
    private final PacketWriter out;
    private final Tracks tracks;
    private final EventText text;
    private long drawn;

    MarkDrawer(PacketWriter out, Tracks tracks, EventText text) {
        this.out = out;
        this.tracks = tracks;
        this.text = text;
    }

    long drawn() {
        return drawn;
    }

    void doorbell(CapturedEvent e) throws IOException {
        if (beginShort(e, Marks.DOORBELLS, e.doorbell + " " + e.qid)) {
            out.note("value", e.value);
            write();
        }
    }

    void shadow(CapturedEvent e) throws IOException {
        String name = "shadow " + e.cell + " " + e.doorbell + " " + e.qid;
        if (beginShort(e, Marks.DOORBELLS, name)) {
            out.note("value", e.value);
            write();
        }
    }

    /** Interrupts and masks; {@code commands} adds the flows that end here. */
    void interrupt(CapturedEvent e, CommandDrawer commands) throws IOException {
        String name =
                switch (e.kind) {
                    case INTERRUPT_RAISED, INTERRUPT_DELIVERED, INTERRUPT_SUPPRESSED ->
                            e.kind.schemaName() + " " + e.interrupt + " " + e.vector;
                    case INTERRUPT_LINE_LOWERED -> e.kind.schemaName();
                    default -> e.kind.schemaName() + " " + e.vector;
                };
        if (begin(e, Marks.INTERRUPTS, name)) {
            if (commands != null) {
                commands.interrupt(e);
            }
            write();
        }
    }

    void register(CapturedEvent e) throws IOException {
        String name =
                e.space == RegisterSpace.BAR0
                        ? Registers.name(e.registerOffset)
                        : e.space + "+0x" + Long.toHexString(e.registerOffset);
        if (begin(e, Marks.REGISTERS, e.kind.schemaName() + " " + name)) {
            write();
        }
    }

    /** What the mediator or the controller does as a whole. */
    void controller(CapturedEvent e, String name) throws IOException {
        if (begin(e, Marks.CONTROLLER, name)) {
            write();
        }
    }

    private boolean begin(CapturedEvent e, Marks kind, String name) throws IOException {
        boolean begun = beginShort(e, kind, name);
        if (begun) {
            out.note("text", text.body(e));
        }
        return begun;
    }

    /** Without the text, where the notes say all. */
    private boolean beginShort(CapturedEvent e, Marks kind, String name) throws IOException {
        long track = tracks.marks(e.controller, e.side, kind);
        if (track == 0) {
            return false;
        }
        out.begin(Fields.TYPE_INSTANT, track, e.timeNs, "mark", name);
        out.note("seq", e.seq);
        if (e.cpu >= 0) {
            out.note("cpu", e.cpu);
        }
        return true;
    }

    private void write() throws IOException {
        out.write();
        drawn++;
    }

    void started(CapturedEvent e) throws IOException {
        CaptureStarted h = e.header;
        out.begin(Fields.TYPE_INSTANT, tracks.session(), e.timeNs, "session", "capture started");
        out.note("session", e.sessionHex()).note("source", h.source());
        out.note("machine", h.machine()).note("firmware", h.firmware()).note("os", h.os());
        out.note("mediator", h.mediatorName() + " " + h.mediatorVersion());
        out.note(
                "cannot see",
                h.unseen().stream().map(Unseen::name).sorted().collect(Collectors.joining(" ")));
        write();
    }

    /** Annotations, losses, the end. */
    void session(CapturedEvent e, String name) throws IOException {
        out.beginOnce(tracks.session(), e.timeNs, name);
        out.note("seq", e.seq);
        out.note("text", text.body(e));
        write();
    }

    void gap(CapturedEvent next, long count) throws IOException {
        out.begin(Fields.TYPE_INSTANT, tracks.session(), next.timeNs, "session", "events lost");
        out.note("count", count);
        out.note("before seq", next.seq);
        write();
    }

    void findings(List<FindingLines.Mark> findings) throws IOException {
        for (FindingLines.Mark f : findings) {
            out.beginOnce(tracks.findings(), f.timeNs(), f.severity() + " " + f.title());
            out.note("rule", f.rule()).note("owner", f.owner());
            out.note("controller", f.controller()).note("explanation", f.explanation());
            out.note("clause", f.clause()).note("remedy", f.remedy());
            out.note("fromSeq", f.fromSeq()).note("toSeq", f.toSeq());
            out.note("evidence", f.evidence().toString());
            write();
        }
    }
}
