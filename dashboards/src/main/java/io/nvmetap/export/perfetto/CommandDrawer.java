package io.nvmetap.export.perfetto;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.Owner;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Draws commands: a slice on each side that saw one, from submission to acknowledgement, in it a
 * slice for each party that had it in turn; the depth of the queue; a flow from submission over
 * completion to the interrupt.
 */
final class CommandDrawer {
    /**
     * How much is held.
     *
     * @param commands commands on their way at once; the oldest is forgotten first, and counted
     * @param lanes lanes of all queues; a command that finds none is left out, and counted
     */
    record Limits(int commands, int lanes) {
        /** What is used but in tests. */
        static final Limits USUAL = new Limits(1 << 17, 1 << 18);
    }

    private static final int NO_COMMAND = -1;

    private final PacketWriter out;
    private final Tracks tracks;
    private final Queues queues;
    private final CommandNotes notes;
    private final Limits limits;
    private final Map<Long, Command> commands = new LinkedHashMap<>();
    private long flows;
    private long anonymous = Long.MIN_VALUE;
    private int lanes;
    private boolean mediated;
    private long drawn;
    private long forgotten;
    private long leftOut;

    CommandDrawer(
            PacketWriter out, Tracks tracks, Queues queues, CommandNotes notes, Limits limits) {
        this.out = out;
        this.tracks = tracks;
        this.queues = queues;
        this.notes = notes;
        this.limits = limits;
    }

    void mediated(boolean isMediated) {
        mediated = isMediated;
    }

    /** CommandFetched on the guest side, CommandEmitted on the device side. */
    void submitted(CapturedEvent e) throws IOException {
        Command c = commandOf(e);
        Span before = e.side == Side.GUEST ? c.guest : c.device;
        if (before != null && before.open) {
            close(before, e.timeNs, "its commandId came again");
            commands.put(c.id, c);
        }
        if (e.side == Side.DEVICE && c.guest != null) {
            hop(c.guest, Span.Hop.CONTROLLER, e.timeNs, false);
        }
        Span s = open(e, c);
        if (s == null) {
            leftOut++;
            drop(c);
            return;
        }
        if (e.side == Side.GUEST) {
            c.guest = s;
        } else {
            c.device = s;
        }
        if (e.qid == 0) {
            queueCommand(e, s);
        }
    }

    private Command commandOf(CapturedEvent e) throws IOException {
        long id = e.commandId == NO_COMMAND ? anonymous++ : e.commandId;
        Command known = commands.get(id);
        if (known != null) {
            return known;
        }
        if (commands.size() >= limits.commands()) {
            forgetOldest(e.timeNs);
        }
        Command c = new Command(id, ++flows);
        commands.put(id, c);
        return c;
    }

    private void forgetOldest(long timeNs) throws IOException {
        Command oldest = commands.values().iterator().next();
        forgotten++;
        closeIfOpen(oldest.guest, timeNs, "forgotten: too many commands on their way");
        closeIfOpen(oldest.device, timeNs, "forgotten: too many commands on their way");
        commands.remove(oldest.id);
    }

    private void closeIfOpen(Span s, long timeNs, String why) throws IOException {
        if (s != null && s.open) {
            close(s, timeNs, why);
        }
    }

    private Span open(CapturedEvent e, Command c) throws IOException {
        QueueLanes q = queues.submission(e.controller, e.side, e.qid);
        if (q == null) {
            return null;
        }
        int cid = Sqe.cid(e.entry, 0);
        closeIfOpen(q.waiting(cid), e.timeNs, "its identifier came again");
        boolean fromDoorbell = e.side == Side.GUEST || !mediated;
        long startNs = fromDoorbell ? q.submittedAt(e.slot, e.timeNs, queues.gaps()) : e.timeNs;
        int made = q.lanes();
        QueueLanes.Lane lane = q.lane(startNs, lanes < limits.lanes(), tracks);
        lanes += q.lanes() - made;
        if (lane == null || lane.track == 0) {
            return null;
        }
        Span s = new Span(c, q, lane, cid);
        q.opened(s);
        drawn++;
        out.begin(Fields.TYPE_SLICE_BEGIN, lane.track, s.at(startNs), "command", notes.name(e));
        flow(c, false);
        notes.command(out, e);
        out.write();
        depth(q, e.timeNs);
        if (startNs < e.timeNs) {
            hop(s, Span.Hop.SUBMITTED, startNs, false);
        }
        boolean guestWaits = e.side == Side.GUEST && mediated;
        hop(s, guestWaits ? Span.Hop.MEDIATOR : Span.Hop.CONTROLLER, e.timeNs, false);
        return s;
    }

    private void queueCommand(CapturedEvent e, Span s) {
        boolean known = Sqe.knownCdw(e.known, 10) && (e.known & Sqe.KNOWN_OPCODE) != 0;
        int opcode = known ? Sqe.opcode(e.entry, 0) : NO_COMMAND;
        if (opcode == Opcodes.ADMIN_DELETE_SQ || opcode == Opcodes.ADMIN_DELETE_CQ) {
            s.deletes = AdminSqe.qid(e.entry, 0);
            s.deletesCompletion = opcode == Opcodes.ADMIN_DELETE_CQ;
        } else if (opcode == Opcodes.ADMIN_CREATE_CQ && Sqe.knownCdw(e.known, 11)) {
            CompletionLine line = queues.completion(e.controller, e.side, AdminSqe.qid(e.entry, 0));
            if (line != null) {
                line.vector = AdminSqe.iv(e.entry, 0);
            }
        }
    }

    /**
     * CompletionSeen on the device side, CompletionCopied on the guest side.
     *
     * @return false if no command waits for it on its side
     */
    boolean completed(CapturedEvent e) throws IOException {
        Command c = commands.get(e.commandId);
        if (c != null && e.side == Side.DEVICE && c.guest != null) {
            hop(c.guest, Span.Hop.COMPLETES, e.timeNs, false);
        }
        Span s = c == null ? null : e.side == Side.GUEST ? c.guest : c.device;
        if (s == null || !s.open || s.completed) {
            return false;
        }
        s.completion(e);
        s.queue.completed(s);
        hop(s, Span.Hop.ACKNOWLEDGES, e.timeNs, true);
        depth(s.queue, e.timeNs);
        CompletionLine line = queues.completion(e.controller, e.side, e.qid);
        if (line != null) {
            closeIfOpen(line.completed(s, e.slot), e.timeNs, "its slot was written again");
        }
        if (s.deletes >= 0 && Cqe.status(e.entry, 0) == 0) {
            deleted(e, s);
        }
        return true;
    }

    private void deleted(CapturedEvent e, Span by) throws IOException {
        if (by.deletesCompletion) {
            CompletionLine line = queues.completion(e.controller, e.side, by.deletes);
            for (Span s : line == null ? List.<Span>of() : line.pending()) {
                close(s, e.timeNs, "queue deleted");
            }
            return;
        }
        QueueLanes gone = queues.submission(e.controller, e.side, by.deletes);
        if (gone != null) {
            gone.forgetDoorbells();
            for (Span s : List.copyOf(gone.open())) {
                if (!s.completed) {
                    close(s, e.timeNs, "queue deleted");
                }
            }
        }
    }

    /** The tail doorbell of a submission queue. */
    void tail(CapturedEvent e) {
        QueueLanes q = queues.submission(e.controller, e.side, e.qid);
        if (q != null) {
            q.rung((int) e.value, e.timeNs, queues.gaps());
        }
    }

    /** The head doorbell of a completion queue. */
    void head(CapturedEvent e) throws IOException {
        CompletionLine line = queues.completion(e.controller, e.side, e.qid);
        if (line != null) {
            for (Span s : line.acknowledged((int) e.value)) {
                closeIfOpen(s, e.timeNs, "acknowledged");
            }
        }
    }

    /** The queues of a side are gone. */
    void reset(CapturedEvent e) throws IOException {
        for (QueueLanes q : queues.of(e.controller, e.side)) {
            q.forgetDoorbells();
            for (Span s : List.copyOf(q.open())) {
                close(s, e.timeNs, "reset");
            }
        }
    }

    /** Flows of the completions that this interrupt tells of, onto the event begun. */
    void interrupt(CapturedEvent e) {
        for (CompletionLine line : queues.lines(e.controller, e.side)) {
            for (Span s : line.told(e.vector, e.interrupt)) {
                flow(s.command, e.side == Side.GUEST || s.command.guest == null);
            }
        }
    }

    private void hop(Span s, Span.Hop next, long timeNs, boolean flow) throws IOException {
        boolean later = s.hop == null || s.hop.ordinal() < next.ordinal();
        if (!s.open || !later) {
            return;
        }
        endHop(s, timeNs);
        s.hop = next;
        String label = next.label(mediated);
        if (next == Span.Hop.ACKNOWLEDGES && mediated && s.queue.side == Side.DEVICE) {
            label = "mediator acknowledges";
        }
        out.begin(Fields.TYPE_SLICE_BEGIN, s.lane.track, s.at(timeNs), "hop", label);
        if (flow) {
            flow(s.command, false);
            notes.completion(out, s.cqe(), s.cqeKnown());
        }
        out.write();
    }

    /** Takes the command's flow to the event begun. */
    private void flow(Command c, boolean ends) {
        if (!c.flowEnded) {
            out.flow(c.flow, ends);
            c.flowEnded = ends;
        }
    }

    private void endHop(Span s, long timeNs) throws IOException {
        if (s.hop != null) {
            out.begin(Fields.TYPE_SLICE_END, s.lane.track, s.at(timeNs), "", "").write();
        }
    }

    private void close(Span s, long timeNs, String why) throws IOException {
        endHop(s, timeNs);
        out.begin(Fields.TYPE_SLICE_END, s.lane.track, s.at(timeNs), "", "");
        if (s.completed) {
            notes.completion(out, s.cqe(), s.cqeKnown());
        }
        out.note("end", why);
        out.write();
        s.open = false;
        boolean waited = !s.completed;
        s.queue.closed(s);
        if (waited) {
            depth(s.queue, timeNs);
        }
        if (s.line != null) {
            s.line.closed(s);
        }
        drop(s.command);
    }

    private void drop(Command c) {
        if (!c.open()) {
            commands.remove(c.id, c);
        }
    }

    private void depth(QueueLanes q, long timeNs) throws IOException {
        out.begin(Fields.TYPE_COUNTER, q.depthTrack(tracks), timeNs, "", "");
        out.value(q.depth()).write();
    }

    /**
     * @return what became of the commands, for people
     */
    List<String> said() {
        List<String> said = new ArrayList<>();
        said.add(String.format("%,d slices", drawn));
        long open = 0;
        for (Command c : commands.values()) {
            open += c.open() ? 1 : 0;
        }
        said.add(String.format("%,d commands open at the end", open));
        if (forgotten + leftOut > 0) {
            said.add(String.format("%,d forgotten, %,d left out", forgotten, leftOut));
        }
        return said;
    }

    /**
     * @return whether the event changes an entry and places no command
     */
    static boolean isWipe(CapturedEvent e) {
        return e.owner == Owner.MEDIATOR && e.commandId == NO_COMMAND;
    }
}
