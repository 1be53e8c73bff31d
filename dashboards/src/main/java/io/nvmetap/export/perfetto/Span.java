package io.nvmetap.export.perfetto;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.nvme.Cqe;

/** A command on one side, while its slice is open. */
final class Span {
    /** Who has the command now; it only ever moves on. */
    enum Hop {
        /** Told of by a doorbell, not fetched yet. */
        SUBMITTED("guest -> mediator", "guest -> controller"),
        /** Fetched, nobody else knows of it. */
        MEDIATOR("mediator", "mediator"),
        /** The controller has it. */
        CONTROLLER("controller", "controller"),
        /** The controller has completed it, the guest does not know. */
        COMPLETES("mediator completes", "mediator completes"),
        /** Completed on this side; the head doorbell is still to come. */
        ACKNOWLEDGES("guest acknowledges", "guest acknowledges");

        private final String mediated;
        private final String direct;

        Hop(String mediated, String direct) {
            this.mediated = mediated;
            this.direct = direct;
        }

        String label(boolean mediator) {
            return mediator ? mediated : direct;
        }
    }

    final Command command;
    final QueueLanes queue;
    final QueueLanes.Lane lane;
    final int cid;
    Hop hop;
    boolean open = true;
    boolean completed;

    /** Time of what was written last on its lane. */
    long lastNs;

    /** Completion queue it waits in to be acknowledged, and where; null if it does not. */
    CompletionLine line;

    long lineKey;

    /** Queue that it deletes, -1 none; of a completion queue if {@link #deletesCompletion}. */
    int deletes = -1;

    boolean deletesCompletion;

    private final byte[] cqe = new byte[Cqe.SIZE];
    private int cqeKnown;

    Span(Command command, QueueLanes queue, QueueLanes.Lane lane, int cid) {
        this.command = command;
        this.queue = queue;
        this.lane = lane;
        this.cid = cid;
    }

    void completion(CapturedEvent e) {
        completed = true;
        System.arraycopy(e.entry, 0, cqe, 0, Cqe.SIZE);
        cqeKnown = (int) e.known;
    }

    byte[] cqe() {
        return cqe;
    }

    int cqeKnown() {
        return cqeKnown;
    }

    /**
     * @return {@code timeNs}, or the last time there was, if that is later: slices must nest
     */
    long at(long timeNs) {
        lastNs = Math.max(lastNs, timeNs);
        return lastNs;
    }
}
