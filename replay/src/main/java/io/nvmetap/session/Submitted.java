package io.nvmetap.session;

import io.nvmetap.plan.Answer;
import io.nvmetap.plan.Exchange;
import java.util.List;

/** A command the replay's guest has submitted, and how far it got. */
final class Submitted {
    final Exchange exchange;
    final byte[] sqe;
    final int cid;
    final long entry;
    final DataLayout data;

    /** Its number in the replay's own recording, -1 none yet. */
    long commandId = -1;

    /** The controller fetched it. */
    boolean received;

    /** What of it came to the controller otherwise than it must, "" nothing. */
    String altered = "";

    /** The controller posted its completion, as the so manieth; -1 not yet. */
    long postedOrder = -1;

    /** What the controller sent, empty if nothing. */
    byte[] sent = {};

    /**
     * The command that the controller took for this one: itself, or another that means the same. A
     * driver may send two such commands in any order, and the controller cannot tell.
     */
    Submitted atController = this;

    /** The guest saw its completion. */
    boolean arrived;

    /** The guest saw the completion of what the controller took this for. */
    boolean finished;

    Submitted(Exchange exchange, byte[] sqe, int cid, long entry, DataLayout data) {
        this.exchange = exchange;
        this.sqe = sqe;
        this.cid = cid;
        this.entry = entry;
        this.data = data;
    }

    /** The controller's answer, or null: it never gave one. */
    Answer controllerAnswer() {
        return exchange.controllerAnswer().or(exchange::answer).orElse(null);
    }

    /** The queue its completion was recorded in, 0 if none was. */
    int cqid() {
        return exchange.answer().map(Answer::cqid).orElse(0);
    }

    /** What the controller made of two commands that mean the same is the other way round. */
    void trade(Submitted twin) {
        Submitted mine = atController;
        atController = twin.atController;
        twin.atController = mine;
    }

    /** Pages of a command. */
    record DataLayout(
            long prp1, long prp2, List<Long> pages, List<Long> own, List<Long> lists, long bytes) {
        static final DataLayout NONE = new DataLayout(0, 0, List.of(), List.of(), List.of(), 0);
    }
}
