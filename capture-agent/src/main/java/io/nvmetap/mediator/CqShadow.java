package io.nvmetap.mediator;

import io.nvmetap.nvme.Cqe;
import java.util.ArrayDeque;
import java.util.Arrays;

/** A completion queue twice: the mediator's that the controller fills, and the guest's. */
final class CqShadow {
    final int qid;
    final long guestBase;
    final int guestEntries;
    final OwnPages.Block ring;
    final int entries;
    final int vector;
    final boolean interrupts;

    // ---- guest side ----

    /** Next slot to fill, and the phase it gets. */
    int guestTail;

    int guestPhase = 1;

    /** First slot the guest has not acknowledged. */
    int guestHead;

    /** As far as the books go; the same as {@link #guestTail} unless a fault lets it lag. */
    int accountedTail;

    /** For each guest slot the device slot it came from, -1 none. */
    final int[] origin;

    /** Completions that wait to be copied. */
    final ArrayDeque<Slot> toCopy = new ArrayDeque<>();

    boolean copyScheduled;
    boolean roomDeferred;
    int parkedHead = -1;

    /** The last interrupt was swallowed (a fault): the line does not count this queue. */
    boolean interruptLost;

    /** A doorbell of the pair is being worked off (a fault): nothing interrupts. */
    boolean busy;

    /** A message could not be sent because INTMS masked it. */
    boolean messagePending;

    // ---- device side ----

    /** Next slot to look at, and the phase a fresh entry has. */
    int head;

    int phase = 1;

    /** The slots were gone through once. */
    boolean lapped;

    /** What a slot held when it was looked at too early (a fault), and which; -1 none. */
    byte[] early;

    int earlyAt = -1;

    /** Last head written to the doorbell. */
    int acked;

    /** The ring was given back. */
    boolean released;

    /** Submission queue of the completion taken last. */
    int lastSqid;

    /** Device slots that may be acknowledged, and those that hold a counted guest completion. */
    final boolean[] ackable;

    final boolean[] counted;

    // ---- turns: commands that are out, a completion (not of an AER) counting until acked ----

    int guestOut;

    /** Those of {@link #guestOut} that are AERs: they wait for ever and count in no turn. */
    int eventsOut;

    int ownOut;
    final ArrayDeque<OwnRequest> ownWaiting = new ArrayDeque<>();
    long ownWaitingSinceNs;
    int guestSince;
    boolean ownPaused;

    /** Commands other than AERs that the controller has not completed. */
    int pending;

    CqShadow(int qid, Shape shape, OwnPages.Block ring) {
        this.qid = qid;
        this.guestBase = shape.guestBase;
        this.guestEntries = shape.guestEntries;
        this.ring = ring;
        this.entries = shape.entries;
        this.vector = shape.vector;
        this.interrupts = shape.interrupts;
        origin = new int[guestEntries];
        Arrays.fill(origin, -1);
        ackable = new boolean[entries];
        counted = new boolean[entries];
    }

    /** What the guest asked for, and the entries of the mediator's ring. */
    record Shape(long guestBase, int guestEntries, int entries, int vector, boolean interrupts) {}

    /** Whether the guest's ring has room for one more. */
    boolean room() {
        return (guestTail + 1) % guestEntries != guestHead;
    }

    /** Whether the guest has entries it has not acknowledged. */
    boolean unacked() {
        return guestTail != guestHead;
    }

    /** Whether the controller filled the slot at {@link #head}. */
    boolean fresh() {
        return (ring.data.get(head * Cqe.SIZE + Cqe.STATUS_OFFSET) & 1) == phase;
    }

    /** Steps over the slot at {@link #head}. */
    int takePosition() {
        int position = head;
        head++;
        if (head == entries) {
            head = 0;
            phase ^= 1;
            lapped = true;
        }
        return position;
    }

    /** Steps over the guest slot at {@link #guestTail}. */
    int takeGuestSlot() {
        int slot = guestTail;
        guestTail++;
        if (guestTail == guestEntries) {
            guestTail = 0;
            guestPhase ^= 1;
        }
        return slot;
    }

    /** Moves {@link #acked} over what may be acknowledged; true if it moved. */
    boolean advanceAcked() {
        int before = acked;
        int steps = 0;
        while (acked != head && ackable[acked] && steps++ < entries) {
            ackable[acked] = false;
            if (counted[acked]) {
                counted[acked] = false;
                guestOut--;
            }
            acked = (acked + 1) % entries;
        }
        return acked != before;
    }
}
