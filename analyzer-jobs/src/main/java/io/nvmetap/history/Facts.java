package io.nvmetap.history;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** What the event just applied meant; overwritten by the next one. */
public final class Facts implements Serializable {
    private static final long serialVersionUID = 1L;

    /** The command the event belongs to; null none or not known. */
    public Command command;

    /** An entry of this submission queue changed and no command was placed; null none. */
    public SubmissionQueue changed;

    /** The command that waited there to be consumed, null none. */
    public Command changedUnder;

    /** A completion for which no command was in flight, on a side whose state is known. */
    public boolean unmatched;

    /** A submission: the command in flight whose identifier it takes, null none. */
    public Command replaced;

    /**
     * The event that had brought the same to this slot, -1 none: CID, SQID and SQHD a lap ago, for
     * a submission all its bytes.
     */
    public long againSeq = -1;

    /** The slot had held an entry before, of this queue. */
    public boolean slotHeld;

    /** The same for an entry that a former queue of this number left there, its phase tag too. */
    public long leftoverSeq = -1;

    /** A completion not matched, which may follow from one that showed what its slot had held. */
    public boolean doubtful;

    /** Queue concerned; null where it does not exist or is not known. */
    public SubmissionQueue sq;

    public CompletionQueue cq;

    /** CQ doorbell: entries it acknowledges, 0 to size-1. SQ doorbell: entries it adds. */
    public int advance;

    /** CQ doorbell: completions that were unacknowledged before it. */
    public int unackedBefore;

    /** CQ doorbell: oldest completion it acknowledges. */
    public Command oldestAcked;

    /** A fetch: how long the doorbell that brought it had waited, -1 none; and that doorbell. */
    public long waitedNs = -1;

    public long waitedFromSeq = -1;

    /** The event enabled, or disabled, the controller on its side. */
    public boolean enabled;

    public boolean disabled;

    /** The event is a completion with status 0. */
    public boolean succeeded;

    /** A queue came to exist through this completion. */
    public boolean queueCreated;

    /** A queue ceased to exist through this completion. */
    public boolean queueDeleted;

    /** Commands given up by a disable or reset. */
    public final List<Command> abandoned = new ArrayList<>();

    /** I/O queues that existed at that moment. */
    public int abandonedQueues;

    /**
     * @return what was completed may be what its slot held before, or follow from that: then
     *     nothing in it is of the controller's now
     */
    public boolean maybeStale() {
        return againSeq >= 0 || leftoverSeq >= 0 || cq != null && cq.doubtSeq >= 0;
    }

    /**
     * @return queues came or went, or the controller was enabled or disabled
     */
    public boolean turned() {
        return enabled || disabled || queueCreated || queueDeleted;
    }

    void clear() {
        command = null;
        changed = null;
        changedUnder = null;
        unmatched = false;
        replaced = null;
        againSeq = -1;
        slotHeld = false;
        leftoverSeq = -1;
        doubtful = false;
        sq = null;
        cq = null;
        advance = 0;
        unackedBefore = 0;
        oldestAcked = null;
        waitedNs = -1;
        waitedFromSeq = -1;
        enabled = false;
        disabled = false;
        succeeded = false;
        queueCreated = false;
        queueDeleted = false;
        abandoned.clear();
        abandonedQueues = 0;
    }
}
