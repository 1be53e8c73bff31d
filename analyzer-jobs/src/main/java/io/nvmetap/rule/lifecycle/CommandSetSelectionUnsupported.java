package io.nvmetap.rule.lifecycle;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.History;
import io.nvmetap.history.SideState;
import io.nvmetap.nvme.Registers;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Timed;
import io.nvmetap.rule.Where;
import java.util.List;
import java.util.Set;

/**
 * The guest enables the controller with a CC.CSS (NVMe Base 2.0, 3.1.3.5) that the CAP.CSS it was
 * shown (3.1.3.1) offers, and does not get it: the mediator shows what it does not serve. With one
 * that was not offered the guest owes. Judged only where nothing else explains the failure.
 */
public final class CommandSetSelectionUnsupported extends Rule implements Timed {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS =
            Sight.ANY.mediated().sees(Unseen.GUEST_SIDE, Unseen.REGISTER_READ_VALUES);

    private static final long MS = 1_000_000L;

    /** CAP.TO that says "at least so long": no deadline. */
    private static final int TIMEOUT_OPEN = 0xFF;

    /** Words of a reason that name the field. */
    private static final String FIELD = "CSS";

    private long enableSeq = -1;
    private long deadlineNs;
    private long passedSeq = -1;
    private boolean deviceReady;
    private long gapSeen = -1;

    public CommandSetSelectionUnsupported() {
        super(
                new RuleInfo(
                        "command-set-selection-unsupported",
                        "Offered command set selection refused",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe Base 2.0, 3.1.3.1 (CAP.CSS), 3.1.3.5 (CC.CSS: only what CAP.CSS"
                                + " offers), 3.1.3.6 (CSTS.RDY within CAP.TO)",
                        "Show in CAP.CSS only what is served, or serve 110b: it selects all I/O"
                                + " command sets, and a guest may go on with NVM commands only.",
                        List.of("X1")));
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMMAND_FETCHED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (!blind(h).isEmpty()) {
            return;
        }
        if (gapSeen != h.gapSeq) {
            gapSeen = h.gapSeq;
            deviceReady = false;
            forget();
        }
        if (e.side == Side.GUEST && h.facts.enabled) {
            begin(h, e);
        } else if (e.kind == EventKind.CONTROLLER_RESET
                || e.side == Side.GUEST && h.facts.disabled) {
            forget();
        }
        boolean register = e.space == RegisterSpace.BAR0;
        if (e.kind == EventKind.REGISTER_READ && register && e.registerOffset == Registers.CSTS) {
            status(h, e, judge);
        } else if (enableSeq < 0) {
            return;
        } else if (e.kind == EventKind.REGISTER_WRITTEN && register && e.side == Side.DEVICE) {
            boolean on = e.registerOffset == Registers.CC && Registers.ccEn((int) e.value);
            passedSeq = on ? e.seq : passedSeq;
        } else if (e.kind == EventKind.COMMAND_FETCHED) {
            served(judge);
        } else if (e.kind == EventKind.DECISION && e.decision == DecisionKind.REJECTED) {
            rejected(h, e, judge);
        }
    }

    private void begin(History h, CapturedEvent e) {
        forget();
        int css = Registers.ccCss((int) e.value);
        boolean defined = css == 0 || css == Registers.CSS_ALL || css == Registers.CSS_ADMIN_ONLY;
        if (defined && h.guest.capHighSeq >= 0 && h.guest.capLowSeq >= 0) {
            enableSeq = e.seq;
            int units = Registers.capTo(h.guest.cap);
            long waitNs = Math.max(1, units) * Registers.CAP_TO_UNIT_MS * MS;
            deadlineNs = units == TIMEOUT_OPEN ? Long.MAX_VALUE : e.timeNs + waitNs;
        }
    }

    private void forget() {
        enableSeq = -1;
        passedSeq = -1;
    }

    private void served(Judge judge) {
        judge.chance();
        forget();
    }

    private void status(History h, CapturedEvent e, Judge judge) {
        if (!e.flag || e.value == -1 || e.value == 0xFFFF_FFFFL) {
            return;
        }
        int csts = (int) e.value;
        if (e.side == Side.DEVICE) {
            deviceReady = Registers.cstsRdy(csts);
        } else if (enableSeq >= 0 && Registers.cstsRdy(csts)) {
            served(judge);
        } else if (enableSeq >= 0 && (Registers.cstsCfs(csts) || e.timeNs > deadlineNs)) {
            failed(h, e.seq, "CSTS " + Integer.toHexString(csts) + "h", false, judge);
        }
    }

    /** A refusal of a command or queue says nothing of the enable. */
    private void rejected(History h, CapturedEvent e, Judge judge) {
        if (e.qid >= 0 || e.cid >= 0) {
            return;
        }
        if (e.label.contains(FIELD) || e.text.contains(FIELD)) {
            failed(h, e.seq, "refused: " + e.label, true, judge);
        } else {
            judge.doubt("an enable was refused for another reason: " + e.label);
            forget();
        }
    }

    @Override
    public long time(History h, Judge judge) {
        if (enableSeq >= 0 && passedSeq < 0 && h.nowNs > deadlineNs) {
            failed(h, h.seq, "CC.EN=1 never reached the controller within CAP.TO", false, judge);
        }
        return enableSeq < 0 || passedSeq >= 0 ? NEVER : deadlineNs;
    }

    private void failed(History h, long seq, String how, boolean named, Judge judge) {
        int css = Registers.ccCss(h.guest.cc);
        boolean offered = offers(h.guest, css);
        if (offered && !named && !onlyTheSelection(h, css)) {
            judge.doubt("an enable failed and nothing shows that CC.CSS is why");
        } else {
            judge.violated(
                    offered ? Party.MEDIATOR : Party.GUEST,
                    String.format(
                            "CC.CSS %d, which the CAP.CSS %xh shown to the guest %s, is not served"
                                    + " (%s).",
                            css,
                            Registers.capCss(h.guest.cap),
                            offered ? "offers" : "does not offer",
                            how),
                    Where.NOWHERE,
                    h.guest.capHighSeq,
                    enableSeq,
                    passedSeq,
                    seq);
        }
        forget();
    }

    private static boolean offers(SideState side, int css) {
        return (Registers.capCss(side.cap) >>> css & 1) != 0;
    }

    /**
     * Nobody gave a reason: it is the selection only if the mediator kept the enable to itself, or
     * passed on what the controller's CAP does not offer, and the rest of the enable is in order.
     */
    private boolean onlyTheSelection(History h, int css) {
        int cc = h.guest.cc;
        boolean page =
                Registers.ccMps(cc) >= Registers.capMpsmin(h.guest.cap)
                        && Registers.ccMps(cc) <= Registers.capMpsmax(h.guest.cap);
        boolean queues =
                h.guest.aqaKnown
                        && Registers.aqaAsqs(h.guest.aqa) > 0
                        && Registers.aqaAcqs(h.guest.aqa) > 0;
        if (css == Registers.CSS_NVM || !page || !queues || Registers.ccAms(cc) != 0) {
            return false;
        }
        return passedSeq < 0 ? !deviceReady : h.device.capHighSeq >= 0 && !offers(h.device, css);
    }
}
