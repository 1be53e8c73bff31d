package io.nvmetap.rule.register;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.History;
import io.nvmetap.history.Profiles;
import io.nvmetap.nvme.Registers;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Where;
import java.util.List;
import java.util.Set;

/**
 * AQA, ASQ or ACQ is written while the controller runs: CC.EN is 1, or RDY was read as 1 after it
 * was cleared. The controller may ignore it, or take half of it.
 */
public final class TakeoverFromRunningController extends Rule {
    private static final long serialVersionUID = 1L;

    private final EnableTrack guest = new EnableTrack(Side.GUEST);
    private final EnableTrack device = new EnableTrack(Side.DEVICE);
    private long spokenGuest = -2;
    private long spokenDevice = -2;

    public TakeoverFromRunningController() {
        super(
                new RuleInfo(
                        "takeover-from-running-controller",
                        "Admin queue set up on a running controller",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe Base 2.0, 3.5.1 (initialization: wait for CSTS.RDY 0, then configure"
                                + " the Admin Queue, then set CC.EN)",
                        "Read CC and CSTS first; if the one before left the controller enabled,"
                                + " clear CC.EN and wait for RDY 0 before AQA, ASQ and ACQ.",
                        List.of("G1")));
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of();
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        guest.see(h, e);
        device.see(h, e);
        boolean register =
                e.kind == EventKind.REGISTER_WRITTEN
                        && e.space == RegisterSpace.BAR0
                        && e.registerOffset >= Registers.AQA
                        && e.registerOffset <= Registers.ACQ_HIGH;
        EnableTrack t = e.side == Side.GUEST ? guest : device;
        if (!register || t.en < 0) {
            return;
        }
        judge.chance();
        boolean waits = t == guest || !Profiles.keepsReady(h);
        boolean stopping = waits && t.en == 0 && t.wanted == 0 && t.rdy == 1;
        long spoken = t == guest ? spokenGuest : spokenDevice;
        if (t.en == 0 && !stopping || spoken == t.enSeq) {
            return;
        }
        if (t == guest) {
            spokenGuest = t.enSeq;
        } else {
            spokenDevice = t.enSeq;
        }
        judge.violated(
                h.actor(e.side),
                String.format(
                        "%s is written while %s.",
                        Registers.name(e.registerOffset),
                        stopping ? "CSTS.RDY still reads 1" : "CC.EN is 1"),
                Where.NOWHERE,
                t.enSeq,
                stopping ? t.rdySeq : -1,
                e.seq);
    }
}
