package io.nvmetap.session;

import io.nvmetap.device.OtherCpus;
import io.nvmetap.event.DoorbellKind;

/**
 * The second CPU of a perturbed replay: while the driver writes a doorbell on behalf of one CPU,
 * another enters it. Also what the played controller makes of that: of two doorbells of one pair
 * whose writes overlap it loses one, as controllers do that real drivers met (catalog B1). A driver
 * that writes both under one lock is never met so.
 */
final class Crossing implements OtherCpus {
    private final Perturbation perturbation;
    private Runnable waiting;
    private int passes;
    private DoorbellKind underWay;
    private int underWayQid;
    private DoorbellKind losing;
    private int losingQid;
    private String lost = "";

    Crossing(Perturbation perturbation) {
        this.perturbation = perturbation;
    }

    /** The other CPU does this at one of the next places where it may. */
    void await(Runnable work) {
        waiting = work;
        passes = perturbation.pick(2);
    }

    /** Whether the other CPU still waits; it no longer does. */
    boolean stillWaits() {
        boolean waits = waiting != null;
        waiting = null;
        return waits;
    }

    @Override
    public void mayComeIn(DoorbellKind kind, int qid) {
        if (waiting == null || passes-- > 0) {
            return;
        }
        Runnable work = waiting;
        waiting = null;
        underWay = kind;
        underWayQid = qid;
        try {
            work.run();
        } finally {
            underWay = null;
        }
    }

    /** The controller gets a doorbell; whether it loses it. */
    boolean loses(DoorbellKind kind, int qid) {
        if (losing == kind && losingQid == qid) {
            losing = null;
            return true;
        }
        boolean overlap = underWay != null && underWayQid == qid && underWay != kind;
        if (!overlap) {
            return false;
        }
        boolean first = perturbation.firstIsLost();
        DoorbellKind victim = first ? kind : underWay;
        lost =
                String.format(
                        "of SQ tail and CQ head of pair %d, which two CPUs wrote at once, the"
                                + " controller lost the %s",
                        qid, victim == DoorbellKind.SQ_TAIL ? "tail" : "head");
        if (!first) {
            losing = victim;
            losingQid = qid;
        }
        return first;
    }

    /** What the controller lost last, "" nothing. */
    String lost() {
        return lost;
    }
}
