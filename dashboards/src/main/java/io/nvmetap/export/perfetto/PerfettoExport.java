package io.nvmetap.export.perfetto;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.ControllerInfo;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Side;
import io.nvmetap.export.sink.EventExport;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.VendorCatalog;
import io.nvmetap.show.EventText;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A trace as Perfetto TrackEvents, in one pass; what it holds is what is on its way. */
public final class PerfettoExport implements EventExport {
    private static final long NS_PER_MS = 1_000_000;
    private static final long WALL_CLOCK_MS_MAX = Long.MAX_VALUE / NS_PER_MS;

    private final PacketWriter out;
    private final Tracks tracks;
    private final Queues queues = new Queues();
    private final CommandDrawer commands;
    private final MarkDrawer marks;
    private final List<FindingLines.Mark> findings;

    /** Sides whose controller is told to stop: their queues go when it says it did. */
    private final Set<String> stopping = new HashSet<>();

    private boolean started;
    private long pendingGap;
    private long lost;

    /** What comes for no command that waits. */
    private long unmatched;

    public PerfettoExport(
            OutputStream stream, VendorCatalog vendors, List<FindingLines.Mark> findings) {
        this(stream, vendors, findings, CommandDrawer.Limits.USUAL);
    }

    PerfettoExport(
            OutputStream stream,
            VendorCatalog vendors,
            List<FindingLines.Mark> findings,
            CommandDrawer.Limits limits) {
        out = new PacketWriter(stream);
        tracks = new Tracks(out);
        CommandNotes notes = new CommandNotes(vendors);
        commands = new CommandDrawer(out, tracks, queues, notes, limits);
        marks = new MarkDrawer(out, tracks, new EventText(vendors));
        this.findings = findings;
    }

    @Override
    public void lost(long count) {
        pendingGap += count;
        lost += count;
        queues.gap();
    }

    @Override
    public void event(CapturedEvent e) throws IOException {
        if (!started) {
            start(e);
        }
        if (pendingGap > 0) {
            marks.gap(e, pendingGap);
            pendingGap = 0;
        }
        switch (e.kind) {
            case CAPTURE_STARTED -> header(e);
            case STATE_SNAPSHOT -> queues.vectors(e, e.state, e.side);
            case COMMAND_FETCHED, COMMAND_EMITTED -> command(e);
            case COMPLETION_SEEN, COMPLETION_COPIED -> completion(e);
            case DOORBELL_RUNG -> doorbell(e);
            case SHADOW_DOORBELL -> marks.shadow(e);
            case INTERRUPT_RAISED, INTERRUPT_DELIVERED -> marks.interrupt(e, commands);
            case INTERRUPT_SUPPRESSED,
                    INTERRUPT_LINE_LOWERED,
                    VECTOR_MASKED,
                    VECTOR_UNMASKED,
                    VECTOR_FLUSHED ->
                    marks.interrupt(e, null);
            case REGISTER_READ, REGISTER_WRITTEN -> register(e);
            default -> rare(e);
        }
    }

    private void rare(CapturedEvent e) throws IOException {
        switch (e.kind) {
            case CONTROLLER_RESET -> {
                marks.controller(e, "reset " + e.reset + " " + e.edge);
                if (e.edge == Edge.END) {
                    reset(e);
                }
            }
            case TAKE_OVER -> marks.controller(e, "take-over " + e.step);
            case DECISION -> marks.controller(e, "decision " + e.decision);
            case REQUEST_STATE -> marks.controller(e, "request " + e.request);
            case QUEUE_MEMORY_RELEASED -> marks.controller(e, "queue memory released");
            case ANNOTATION, EVENTS_LOST, CAPTURE_ENDED -> marks.session(e, e.kind.schemaName());
            default -> {
                // Stores, fences, locks, payloads, pointer lists, heartbeats: not for the eye.
            }
        }
    }

    private void start(CapturedEvent first) throws IOException {
        started = true;
        tracks.header(first.header);
        long clockMs = Math.max(0, Math.min(first.header.wallClockMs(), WALL_CLOCK_MS_MAX));
        out.clock(clockMs * NS_PER_MS);
        marks.findings(findings);
    }

    private void header(CapturedEvent e) throws IOException {
        tracks.header(e.header);
        commands.mediated(e.header.mediated());
        marks.started(e);
        Side side = e.header.mediated() ? Side.GUEST : Side.DEVICE;
        CapturedEvent at = new CapturedEvent();
        int n = Math.min(e.header.controllers().size(), Tracks.CONTROLLERS_MAX);
        for (int i = 0; i < n; i++) {
            ControllerInfo info = e.header.controllers().get(i);
            queues.vectors(at.at(e.seq, e.timeNs, e.cpu, i), info.state(), side);
        }
    }

    private void command(CapturedEvent e) throws IOException {
        if (CommandDrawer.isWipe(e)) {
            marks.controller(e, "entry changed");
        } else {
            commands.submitted(e);
        }
    }

    private void completion(CapturedEvent e) throws IOException {
        if (!commands.completed(e)) {
            unmatched++;
            marks.controller(e, "completion without a command");
        }
    }

    private void doorbell(CapturedEvent e) throws IOException {
        marks.doorbell(e);
        if (e.doorbell == DoorbellKind.SQ_TAIL) {
            commands.tail(e);
        } else {
            commands.head(e);
        }
    }

    private void register(CapturedEvent e) throws IOException {
        marks.register(e);
        if (e.space != RegisterSpace.BAR0) {
            return;
        }
        String place = e.controller + " " + e.side;
        boolean written = e.kind == EventKind.REGISTER_WRITTEN;
        if (written && e.registerOffset == Registers.CC) {
            if (!Registers.ccEn((int) e.value)) {
                if (stopping.size() < 2 * Tracks.CONTROLLERS_MAX) {
                    stopping.add(place);
                }
            } else if (stopping.remove(place)) {
                commands.reset(e);
            }
        } else if (!written && e.registerOffset == Registers.CSTS && e.flag) {
            if (!Registers.cstsRdy((int) e.value) && stopping.remove(place)) {
                commands.reset(e);
            }
        }
    }

    private void reset(CapturedEvent e) throws IOException {
        stopping.remove(e.controller + " " + e.side);
        commands.reset(e);
    }

    @Override
    public List<String> end() throws IOException {
        if (!started) {
            start(new CapturedEvent());
        }
        List<String> said = new ArrayList<>(commands.said());
        said.add(String.format("%,d marks", marks.drawn()));
        if (unmatched > 0) {
            said.add(String.format("%,d completions without a command", unmatched));
        }
        said.add(String.format("%,d lost", lost));
        return said;
    }
}
