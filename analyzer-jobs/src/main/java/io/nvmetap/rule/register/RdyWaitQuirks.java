package io.nvmetap.rule.register;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.History;
import io.nvmetap.history.Profiles;
import io.nvmetap.nvme.Registers;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Where;
import java.util.List;
import java.util.Set;

/**
 * CSTS.RDY does not follow CC.EN within CAP.TO, or CC.EN is set again before it did. Tells how soon
 * CSTS was read: some controllers cannot stand that right after a disable.
 */
public final class RdyWaitQuirks extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.sees(Unseen.REGISTER_READ_VALUES);

    private static final long MS = 1_000_000L;

    /** CAP.TO that says "at least so long": no deadline. */
    private static final int TIMEOUT_OPEN = 0xFF;

    private final EnableTrack guest = new EnableTrack(Side.GUEST);
    private final EnableTrack device = new EnableTrack(Side.DEVICE);
    private long spokenGuest = -1;
    private long spokenDevice = -1;

    /** A disable whose RDY was read as 1 last, per side; -1 none. */
    private long stillReadyGuest = -1;

    private long stillReadyDevice = -1;

    public RdyWaitQuirks() {
        super(
                new RuleInfo(
                        "rdy-wait-quirks",
                        "CSTS.RDY does not follow CC.EN",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe Base 2.0, 3.1.3.5 (CC.EN, CSTS.RDY), 3.1.3.1 (CAP.TO: the longest"
                                + " time to wait for RDY)",
                        "Wait before the first read of CSTS after a disable where the controller is"
                                + " known to need it (Linux: DELAY_BEFORE_CHK_RDY); never set CC.EN"
                                + " while RDY reads 1.",
                        List.of("G4")));
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of();
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (!blind(h).isEmpty()) {
            return;
        }
        guest.see(h, e);
        device.see(h, e);
        stillReadyGuest = guest.wanted < 0 ? -1 : stillReadyGuest;
        stillReadyDevice = device.wanted < 0 ? -1 : stillReadyDevice;
        EnableTrack t = e.side == Side.GUEST ? guest : device;
        if (t.setNow || t.clearedNow) {
            toggled(h, t, e, judge);
        } else if (t.lookedNow && t.wanted >= 0) {
            looked(h, t, e, judge);
        }
    }

    private void toggled(History h, EnableTrack t, CapturedEvent e, Judge judge) {
        long still = t == guest ? stillReadyGuest : stillReadyDevice;
        if (t.setNow && still >= 0 && !(t == device && Profiles.keepsReady(h))) {
            judge.violated(
                    h.actor(e.side),
                    "CC.EN is set while CSTS.RDY still reads 1 from the disable before.",
                    Where.NOWHERE,
                    still,
                    e.seq);
        }
        still(t, -1);
    }

    private void still(EnableTrack t, long seq) {
        if (t == guest) {
            stillReadyGuest = seq;
        } else {
            stillReadyDevice = seq;
        }
    }

    private void looked(History h, EnableTrack t, CapturedEvent e, Judge judge) {
        still(t, t.wanted == 0 && t.rdy == 1 ? e.seq : -1);
        if (!t.waiting()) {
            judge.chance();
            return;
        }
        long cap = EnableTrack.cap(h, e.side);
        long limitMs = Math.max(1, Registers.capTo(cap)) * (long) Registers.CAP_TO_UNIT_MS;
        if (cap == 0) {
            judge.doubt("CAP.TO was not seen");
            return;
        }
        // A refusal has a rule of its own.
        boolean refused = t.wanted == 1 && t.fatal;
        boolean open = Registers.capTo(cap) == TIMEOUT_OPEN;
        if (open || refused || e.timeNs - t.sinceNs <= limitMs * MS) {
            return;
        }
        long spoken = t == guest ? spokenGuest : spokenDevice;
        boolean below = t == guest && (device.rdy != t.wanted || device.waiting());
        if (spoken != t.sinceSeq && !below) {
            late(h, t, e, limitMs, judge);
        }
    }

    private void late(History h, EnableTrack t, CapturedEvent e, long limitMs, Judge judge) {
        if (t == guest) {
            spokenGuest = t.sinceSeq;
        } else {
            spokenDevice = t.sinceSeq;
        }
        judge.violated(
                t == guest && h.header.mediated() ? Party.MEDIATOR : Party.CONTROLLER,
                String.format(
                        "CSTS reads %s %,d ms after CC.EN was %s; CAP.TO allows %,d ms. The first"
                                + " look at CSTS came after %,d us.",
                        t.rdy < 0 ? "all ones" : "RDY " + t.rdy,
                        (e.timeNs - t.sinceNs) / MS,
                        t.wanted == 1 ? "set" : "cleared",
                        limitMs,
                        (t.firstLookNs - t.sinceNs) / 1_000),
                Where.NOWHERE,
                t.sinceSeq,
                e.seq);
    }
}
