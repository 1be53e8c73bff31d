package io.nvmetap.mediator;

import io.nvmetap.device.Controller;
import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.InterruptSink;
import io.nvmetap.device.Timeline;
import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.Registers;
import java.nio.ByteBuffer;

/** What all parts of one mediator share; owns no behaviour. */
final class MediatorState {
    /** Where the controller stands between the guest and the mediator. */
    enum Phase {
        /** CC.EN is 0 on both sides. */
        DISABLED,
        /** CC.EN is 1, RDY was not seen yet. */
        ENABLING,
        /** RDY was seen. */
        READY,
        /** CC.EN was cleared, RDY is still 1. */
        DISABLING,
        /** The controller did not obey in time, or guest queues are unreadable: CSTS.CFS. */
        FATAL
    }

    final MediatorConfig config;
    final MediatorProfile profile;
    final Controller device;
    final Timeline timeline;
    final MediatorTap tap;
    final FaultSwitch faults;
    final OwnPages pages;
    final QueueShadows queues = new QueueShadows();
    final Pages fetchedPages;
    final Pages emittedPages = new Pages(null);

    GuestMemory guest;
    GuestMemory memory;
    InterruptSink sink;

    Phase phase = Phase.DISABLED;

    /** Counts enables and resets: deferred work of an older epoch does nothing. */
    int epoch;

    /** CC as the guest wrote it. */
    int guestCc;

    /** Set Features 07h was accepted in this epoch. */
    boolean queuesSet;

    /** Depth of completion handling; doorbells are parked while it is not 0. */
    int handling;

    private long cap;
    private boolean capKnown;
    private long commandIds;
    private final int[] blockBytes = new int[NAMESPACES_MAX + 1];

    /** Namespaces whose block size is remembered. */
    static final int NAMESPACES_MAX = 1024;

    MediatorState(MediatorConfig config, Controller device, Timeline timeline, MediatorTap tap) {
        this.config = config;
        this.profile = config.profile();
        this.device = device;
        this.timeline = timeline;
        this.tap = tap;
        this.faults = new FaultSwitch(config);
        this.fetchedPages = new Pages(faults);
        this.pages =
                config.ownMemory() == null
                        ? new OwnPages(
                                config.windowBase(),
                                MediatorConfig.WINDOW_BYTES,
                                MediatorConfig.OWN_BYTES_MAX)
                        : shared(config.windowBase(), config.ownMemory().bytes());
    }

    private static OwnPages shared(long base, ByteBuffer bytes) {
        return new OwnPages(base, bytes.capacity(), bytes.capacity(), bytes);
    }

    /** Whether doorbells and completions are served. */
    boolean open() {
        return phase == Phase.READY
                || phase == Phase.DISABLING && has(MediatorFault.RESET_DURING_COMPLETION);
    }

    boolean has(MediatorFault fault) {
        return faults.has(fault);
    }

    long nextCommandId() {
        return ++commandIds;
    }

    /** The controller's CAP, which the caller makes known once. */
    long cap() {
        return cap;
    }

    boolean capKnown() {
        return capKnown;
    }

    void cap(long value) {
        cap = value;
        capKnown = true;
    }

    /** How long the controller may take to change RDY (CAP.TO, at least one unit). */
    long readyNsMax() {
        return Math.max(1, Registers.capTo(cap)) * Registers.CAP_TO_UNIT_MS * 1_000_000L;
    }

    /** Memory page of the guest's CC.MPS. */
    int pageSize() {
        return Registers.ccPageSize(guestCc);
    }

    int blockBytes(long nsid) {
        return nsid > 0 && nsid <= NAMESPACES_MAX ? blockBytes[(int) nsid] : 0;
    }

    void blockBytes(long nsid, int bytes) {
        if (nsid > 0 && nsid <= NAMESPACES_MAX) {
            blockBytes[(int) nsid] = bytes;
        }
    }

    void decide(Side side, DecisionKind kind, String what, int qid, int cid, String reason) {
        tap.decision(side, kind, what, qid, cid, reason);
    }
}
