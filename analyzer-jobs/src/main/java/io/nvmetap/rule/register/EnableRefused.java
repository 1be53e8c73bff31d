package io.nvmetap.rule.register;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.History;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Where;
import java.util.List;
import java.util.Set;

/**
 * CC.EN is set with settings that CAP offers, and CSTS.CFS answers: whoever shows the CAP does not
 * serve it.
 */
public final class EnableRefused extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.sees(Unseen.REGISTER_READ_VALUES);

    private final EnableTrack guest = new EnableTrack(Side.GUEST);
    private final EnableTrack device = new EnableTrack(Side.DEVICE);
    private long spokenGuest = -1;
    private long spokenDevice = -1;

    public EnableRefused() {
        super(
                new RuleInfo(
                        "enable-refused",
                        "Valid enable answered with CSTS.CFS",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe Base 2.0, 3.5.1 (initialization), 3.1.3.6 (CSTS.RDY, CSTS.CFS)",
                        "Bring no state of the last enable into the next, show in CAP what is"
                                + " served, and check own limits before the guest meets them.",
                        List.of()));
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
        EnableTrack t = e.side == Side.GUEST ? guest : device;
        if (t.lookedNow && t.wanted == 1 && t.reached) {
            judge.chance();
        } else if (t.lookedNow && t.wanted == 1) {
            looked(h, t, e, judge);
        }
    }

    private void looked(History h, EnableTrack t, CapturedEvent e, Judge judge) {
        boolean guestSide = t == guest;
        long spoken = guestSide ? spokenGuest : spokenDevice;
        if (!t.fatal || t.rdy != 0 || spoken == t.sinceSeq) {
            return;
        }
        if (guestSide) {
            spokenGuest = t.sinceSeq;
        } else {
            spokenDevice = t.sinceSeq;
        }
        if (!EnableCheck.wrong(h, t, h.side(e.side), true).isEmpty()) {
            return;
        }
        if (EnableTrack.cap(h, e.side) == 0 || !t.admin()) {
            judge.doubt("an enable failed; not seen whether its settings were valid");
        } else if (guestSide && (device.waiting() || device.fatal)) {
            judge.doubt("an enable failed because the controller itself is not in order");
        } else {
            judge.violated(
                    guestSide && h.header.mediated() ? Party.MEDIATOR : Party.CONTROLLER,
                    "CC.EN was set with settings that CAP offers, and CSTS.CFS answers.",
                    Where.NOWHERE,
                    t.sinceSeq,
                    e.seq);
        }
    }
}
