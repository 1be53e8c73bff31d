package io.nvmetap.importer;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Sqe;
import java.util.Arrays;

/** Commands as the device fetches them, and their completions. */
final class CommandLines {
    private final EventStream stream;
    private final ControllerTrack track;
    private final ShadowLines shadow;
    private final boolean queuesTold;
    private final Owner owner;
    private final byte[] sqe = new byte[Sqe.SIZE];
    private final byte[] cqe = new byte[Cqe.SIZE];
    private ControllerTrack.InFlight open;
    private long commandIds;
    private long ghosts;
    private long unmatched;

    /**
     * @param queuesTold the log tells all of how queues come and go, so that a completion of a
     *     queue that is gone can be told
     * @param owner who issues what this controller fetches
     */
    CommandLines(
            EventStream stream,
            ControllerTrack track,
            ShadowLines shadow,
            boolean queuesTold,
            Owner owner) {
        this.stream = stream;
        this.track = track;
        this.shadow = shadow;
        this.queuesTold = queuesTold;
        this.owner = owner;
    }

    long ghosts() {
        return ghosts;
    }

    long unmatched() {
        return unmatched;
    }

    /** {@code io_cmd} or {@code admin_cmd}: the command stays open for the lines about it. */
    void fetched(LogLine l, boolean admin, long timeNs) {
        int sqid = l.need16("sqid");
        int cid = l.need16("cid");
        int opcode = (int) l.need("opc", 0xFF);
        long nsid = admin ? 0 : l.need32("nsid");
        if (l.bad) {
            return;
        }
        stream.close();
        Arrays.fill(sqe, (byte) 0);
        Sqe.putOpcode(sqe, 0, opcode);
        Sqe.putCid(sqe, 0, cid);
        Sqe.putNsid(sqe, 0, nsid);
        open = new ControllerTrack.InFlight(commandIds++, sqid, cid, opcode);
        track.begin(open);
        CapturedEvent c = stream.command();
        c.asCommand(EventKind.COMMAND_EMITTED, sqid, -1, sqe, 0, Sqe.SIZE);
        c.known = Sqe.KNOWN_OPCODE | Sqe.KNOWN_CID | (admin ? 0 : Sqe.KNOWN_NSID);
        c.owned(owner, open.commandId);
        stream.open(timeNs, l.thread);
    }

    /**
     * A line about the open command.
     *
     * @return false if it is about something else
     */
    boolean detail(LogLine l) {
        return stream.isOpenFor(l.thread) && CommandDetails.apply(l, stream.command(), open);
    }

    /** {@code enqueue_req_completion}: the status is printed with DNR and without the phase tag. */
    void completed(LogLine l, long timeNs) {
        int cid = l.need16("cid");
        int cqid = l.need16("cqid");
        int status = (int) l.need("status", 0x7FFF);
        long dw0 = l.need32("dw0");
        long dw1 = l.need32("dw1");
        if (l.bad) {
            return;
        }
        stream.close();
        ControllerTrack.InFlight done = track.take(cqid, cid);
        if (queuesTold && track.isGhost(cqid, done)) {
            ghosts++;
            String what = "command " + cid + " of completion queue " + cqid;
            stream.note(
                    "ghost",
                    what + " finished in the emulator after the queue was gone; no CQE",
                    timeNs);
            return;
        }
        Cqe.putDw0(cqe, 0, (int) dw0);
        Cqe.putDw1(cqe, 0, (int) dw1);
        Cqe.putSqid(cqe, 0, done == null ? 0 : done.sqid);
        Cqe.putCid(cqe, 0, cid);
        Cqe.putStatusAndPhase(cqe, 0, status, 0);
        CapturedEvent e = stream.scratch();
        e.asCompletion(EventKind.COMPLETION_SEEN, cqid, -1, cqe, 0);
        e.known = Cqe.KNOWN_DW0 | Cqe.KNOWN_DW1 | Cqe.KNOWN_CID | Cqe.KNOWN_STATUS;
        e.known |= done == null ? 0 : Cqe.KNOWN_SQID;
        e.owned(owner, done == null ? -1 : done.commandId);
        stream.put(e, timeNs, -1);
        if (done == null) {
            unmatched++;
        } else if (track.complete(done, status)) {
            shadow.forget(done.queue);
        }
    }
}
