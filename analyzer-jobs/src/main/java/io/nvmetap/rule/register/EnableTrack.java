package io.nvmetap.rule.register;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.Side;
import io.nvmetap.history.History;
import io.nvmetap.history.SideState;
import io.nvmetap.nvme.Registers;
import java.io.Serializable;

/**
 * How one side enables and disables: CC.EN as written or read last, CSTS as read since, the admin
 * queue registers as written, and which value of RDY is waited for. Nothing is known across a gap.
 */
final class EnableTrack implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final long LOW_HALF = 0xFFFF_FFFFL;
    private static final long ALL_ONES = 0xFFFF_FFFFL;
    private static final int AQA_SEEN = 1;
    private static final int ASQ_SEEN = 2;
    private static final int ACQ_SEEN = 4;

    private final Side side;
    private long gapSeen = -1;
    private int seen;

    /** CC.EN as written or read last, and the event; -1 not known. */
    int en = -1;

    long enSeq = -1;

    /** RDY as read last in this wait or after it; -1 not read. */
    int rdy = -1;

    long rdySeq = -1;

    /** CFS was read since CC.EN changed. */
    boolean fatal;

    /** RDY was read as wanted. */
    boolean reached;

    /** RDY is waited for: this value, since this write of CC; -1 none. */
    int wanted = -1;

    long sinceNs;
    long sinceSeq;

    /** First look at CSTS in this wait, -1 none. */
    long firstLookNs;

    int aqa;
    long asq;
    long acq;

    /** The event just seen set, or cleared, CC.EN. */
    boolean setNow;

    boolean clearedNow;

    /** The event just seen read CSTS with its value. */
    boolean lookedNow;

    EnableTrack(Side side) {
        this.side = side;
    }

    void see(History h, CapturedEvent e) {
        setNow = false;
        clearedNow = false;
        lookedNow = false;
        if (gapSeen != h.gapSeq) {
            gapSeen = h.gapSeq;
            seen = 0;
            forget(-1);
        }
        if (e.kind == EventKind.CAPTURE_STARTED || e.kind == EventKind.STATE_SNAPSHOT) {
            start(h.side(side));
        } else if (e.kind == EventKind.CONTROLLER_RESET) {
            reset(e.reset);
        } else if (e.side == side && e.space == RegisterSpace.BAR0) {
            register(e);
        }
    }

    private void start(SideState s) {
        if (en < 0 && s.known) {
            en = s.enabled ? 1 : 0;
        }
    }

    /** Told on one side, felt on both; a reset through CC.EN is told by the write itself. */
    private void reset(ResetKind kind) {
        if (kind != ResetKind.CC_EN && kind != ResetKind.DRIVER) {
            seen = 0;
            forget(0);
        }
    }

    private void forget(int nowEn) {
        en = nowEn;
        enSeq = -1;
        rdy = -1;
        fatal = false;
        reached = false;
        wanted = -1;
    }

    private void register(CapturedEvent e) {
        if (e.kind == EventKind.REGISTER_WRITTEN) {
            written((int) e.registerOffset, e);
        } else if (e.kind == EventKind.REGISTER_READ && e.flag && e.widthBytes >= 4) {
            read((int) e.registerOffset, e);
        }
    }

    private void read(int offset, CapturedEvent e) {
        boolean gone = (e.value & ALL_ONES) == ALL_ONES;
        if (offset == Registers.CC && !gone) {
            en = Registers.ccEn((int) e.value) ? 1 : 0;
            enSeq = e.seq;
        } else if (offset == Registers.CSTS) {
            lookedNow = true;
            firstLookNs = wanted >= 0 && firstLookNs < 0 ? e.timeNs : firstLookNs;
            // All ones is no answer: neither ready nor not.
            rdy = gone ? -1 : (int) e.value & 1;
            rdySeq = e.seq;
            fatal |= !gone && Registers.cstsCfs((int) e.value);
            reached |= wanted >= 0 && rdy == wanted;
        }
    }

    private void written(int offset, CapturedEvent e) {
        long v = e.value & LOW_HALF;
        boolean whole = e.widthBytes == 8;
        switch (offset) {
            case Registers.CC -> configured(e);
            case Registers.AQA -> {
                aqa = (int) v;
                seen |= AQA_SEEN;
            }
            case Registers.ASQ -> {
                asq = whole ? e.value : asq & ~LOW_HALF | v;
                seen |= ASQ_SEEN;
            }
            case Registers.ASQ_HIGH -> asq = asq & LOW_HALF | v << 32;
            case Registers.ACQ -> {
                acq = whole ? e.value : acq & ~LOW_HALF | v;
                seen |= ACQ_SEEN;
            }
            case Registers.ACQ_HIGH -> acq = acq & LOW_HALF | v << 32;
            default -> {
                // Says nothing of an enable.
            }
        }
    }

    private void configured(CapturedEvent e) {
        int now = Registers.ccEn((int) e.value) ? 1 : 0;
        if (now != en) {
            setNow = now == 1;
            clearedNow = now == 0;
            wanted = now;
            sinceNs = e.timeNs;
            sinceSeq = e.seq;
            firstLookNs = -1;
            rdy = -1;
            fatal = false;
            reached = false;
        }
        en = now;
        enSeq = e.seq;
    }

    /** All that an enable needs was seen to be written. */
    boolean admin() {
        return seen == (AQA_SEEN | ASQ_SEEN | ACQ_SEEN);
    }

    boolean aqaSeen() {
        return (seen & AQA_SEEN) != 0;
    }

    boolean asqSeen() {
        return (seen & ASQ_SEEN) != 0;
    }

    boolean acqSeen() {
        return (seen & ACQ_SEEN) != 0;
    }

    /** RDY is waited for and was not read as wanted. */
    boolean waiting() {
        return wanted >= 0 && !reached;
    }

    /**
     * @return CAP as the side knows it, 0 not known: as it was read, or on the controller's own
     *     side as the capture describes it
     */
    static long cap(History h, Side side) {
        SideState s = h.side(side);
        if (s.capLowSeq >= 0 && s.capHighSeq >= 0) {
            return s.cap;
        }
        return side == Side.DEVICE ? h.info().cap() : 0;
    }
}
