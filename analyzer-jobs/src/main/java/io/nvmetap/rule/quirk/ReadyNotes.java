package io.nvmetap.rule.quirk;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.history.History;
import io.nvmetap.nvme.Registers;
import java.io.Serializable;

/** What CAP says of queues, and what CSTS says after CC.EN was cleared. */
final class ReadyNotes implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Linux and SPDK wait about so long. */
    private static final long DELAY_NS = 2_000_000_000L;

    private static final long NS_PER_MS = 1_000_000;

    private final Shown shown;
    private long disabledNs = -1;
    private long disabledSeq = -1;
    private long onesNs;
    private long onesSeq = -1;

    ReadyNotes(Shown shown) {
        this.shown = shown;
    }

    void gap() {
        disabledSeq = -1;
        onesSeq = -1;
    }

    void note(History h, CapturedEvent e) {
        if (e.kind == EventKind.CONTROLLER_RESET
                && e.reset != ResetKind.CC_EN
                && e.reset != ResetKind.DRIVER) {
            // A function that is reset reads as ones, and that is right.
            gap();
        } else if (e.side == Side.DEVICE && h.facts.disabled) {
            disabledNs = e.timeNs;
            disabledSeq = e.seq;
            onesSeq = -1;
        } else if (e.side == Side.DEVICE && h.facts.enabled) {
            gap();
        }
        boolean read =
                e.kind == EventKind.REGISTER_READ
                        && e.side == Side.DEVICE
                        && e.space == RegisterSpace.BAR0
                        && e.flag
                        && e.widthBytes >= 4;
        if (read && e.registerOffset == Registers.CSTS && disabledSeq >= 0) {
            status(h, e);
        } else if (read && h.device.capLowSeq == e.seq && (h.device.cap & 0xFFFF) == 0) {
            shown.add(Quirk.MQES_ZERO, "a queue of one entry cannot be", e.seq);
        }
    }

    private void status(History h, CapturedEvent e) {
        long after = e.timeNs - disabledNs;
        if ((int) e.value == -1) {
            if (onesSeq < 0 && after < DELAY_NS) {
                onesSeq = e.seq;
                onesNs = after;
            }
            return;
        }
        if (onesSeq >= 0) {
            shown.add(
                    Quirk.DELAY_BEFORE_CHK_RDY,
                    String.format(
                            "CSTS reads as ones %d ms after CC.EN=0 and is well %d ms after it",
                            onesNs / NS_PER_MS, after / NS_PER_MS),
                    disabledSeq,
                    onesSeq,
                    e.seq);
        }
        long limit =
                Math.max(1, Registers.capTo(h.device.cap)) * Registers.CAP_TO_UNIT_MS * NS_PER_MS;
        boolean timed = h.device.capLowSeq >= 0 && !h.header.unseen().contains(Unseen.REAL_TIME);
        if (timed && Registers.cstsRdy((int) e.value) && after > limit) {
            shown.add(
                    Quirk.WAIT_AFTER_RESET,
                    String.format(
                            "CSTS.RDY is still 1 %d ms after CC.EN=0; CAP.TO says %d ms",
                            after / NS_PER_MS, limit / NS_PER_MS),
                    disabledSeq,
                    e.seq);
        }
    }
}
