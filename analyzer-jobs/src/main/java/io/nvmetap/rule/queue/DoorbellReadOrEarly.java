package io.nvmetap.rule.queue;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.history.Profiles;
import io.nvmetap.history.SideState;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Where;
import java.io.Serializable;
import java.util.BitSet;
import java.util.List;
import java.util.Set;

/**
 * A doorbell is read, or rung before there is what it rings: while the controller is disabled or
 * not ready, or for a queue that does not exist. A head rung after its queue went is late, not
 * early, and is not judged.
 */
public final class DoorbellReadOrEarly extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.sees(Unseen.OTHER);

    private static final int QIDS = 1 << 16;

    /** One side since its last enable. */
    private static final class Epoch implements Serializable {
        private static final long serialVersionUID = 1L;

        /** Completion queues that exist or existed. */
        final BitSet heads = new BitSet();

        /** A read of CSTS that said "not ready", with none before that said "ready"; -1. */
        long notReadySeq = -1;

        boolean wasReady;
        boolean readTold;

        void begin() {
            heads.clear();
            heads.set(0);
            fresh();
        }

        void fresh() {
            notReadySeq = -1;
            wasReady = false;
            readTold = false;
        }
    }

    private final Epoch guest = new Epoch();
    private final Epoch device = new Epoch();
    private long gapSeen = -1;

    public DoorbellReadOrEarly() {
        super(
                new RuleInfo(
                        "doorbell-read-or-early",
                        "Doorbell read, or rung too early",
                        Severity.ERROR,
                        RuleInfo.Scope.QUEUE_PAIR,
                        "NVMe over PCIe Transport 1.0, 3.1.2 (doorbells: a read returns vendor"
                                + " specific values; only for queues that exist); NVMe Base 2.0,"
                                + " 3.5.1 (no commands before CSTS.RDY is 1)",
                        "Never read a doorbell; ring it after CSTS.RDY was read as 1 and the Create"
                                + " command of its queue came back. A mediator must bear both.",
                        List.of("B14")));
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.DOORBELL_RUNG);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (gapSeen != h.gapSeq || e.kind == EventKind.CONTROLLER_RESET) {
            gapSeen = h.gapSeq;
            guest.fresh();
            device.fresh();
        }
        Epoch epoch = e.side == Side.GUEST ? guest : device;
        if (h.facts.enabled) {
            epoch.begin();
        } else if (h.facts.disabled) {
            epoch.fresh();
        }
        if (h.facts.queueCreated && h.facts.command != null) {
            created(h.facts.command, epoch);
        }
        if (e.kind == EventKind.REGISTER_READ && e.space == RegisterSpace.BAR0) {
            read(h, e, epoch, judge);
        } else if (e.kind == EventKind.DOORBELL_RUNG && blind(h).isEmpty()) {
            rung(h, e, epoch, judge);
        }
    }

    private static void created(Command c, Epoch epoch) {
        if (c.opcode == Opcodes.ADMIN_CREATE_CQ) {
            epoch.heads.set(c.cdw10 & 0xFFFF);
        }
    }

    private void read(History h, CapturedEvent e, Epoch epoch, Judge judge) {
        if (e.registerOffset == Registers.CSTS && e.flag && h.side(e.side).enabled) {
            boolean gone = (e.value & 0xFFFF_FFFFL) == 0xFFFF_FFFFL;
            boolean ready = Registers.cstsRdy((int) e.value);
            epoch.wasReady |= ready && !gone;
            epoch.notReadySeq = gone || epoch.wasReady ? -1 : e.seq;
        }
        int qid = doorbellOf(h, e);
        if (qid >= 0 && !epoch.readTold) {
            epoch.readTold = true;
            judge.violated(
                    h.actor(e.side),
                    String.format(
                            "The doorbell at %xh (queue %d) is read; what it returns is not"
                                    + " defined.",
                            e.registerOffset, qid),
                    Where.sq(qid),
                    e.seq);
        }
    }

    /**
     * @return queue whose doorbell is read, -1 none: other things may lie where there is no queue
     */
    private static int doorbellOf(History h, CapturedEvent e) {
        if (e.registerOffset < Registers.DOORBELL_BASE || Profiles.isApple(h)) {
            return -1;
        }
        SideState s = h.side(e.side);
        boolean strideKnown = s.capHighSeq >= 0;
        int dstrd = strideKnown ? Registers.capDstrd(s.cap) : 0;
        int qid = Registers.doorbellQid(e.registerOffset, dstrd);
        boolean there = qid < QIDS && (s.sqs.containsKey(qid) || s.cqs.containsKey(qid));
        boolean first = e.registerOffset == Registers.DOORBELL_BASE;
        return first ? 0 : strideKnown && there ? qid : -1;
    }

    private static void rung(History h, CapturedEvent e, Epoch epoch, Judge judge) {
        SideState s = h.side(e.side);
        if (!s.known) {
            return;
        }
        judge.chance();
        boolean head = e.doorbell == DoorbellKind.CQ_HEAD;
        boolean late = head && epoch.heads.get(e.qid);
        String what = "";
        long proof = -1;
        if (!s.enabled) {
            what = late ? "" : "while the controller is disabled";
        } else if (epoch.notReadySeq >= 0 && !epoch.wasReady) {
            what = "although CSTS.RDY reads 0";
            proof = epoch.notReadySeq;
        } else if (!(head ? s.cqs : s.sqs).containsKey(e.qid)) {
            what = late ? "" : "and there is no such queue";
            proof = s.epochSeq;
        }
        if (!what.isEmpty()) {
            judge.violated(
                    h.actor(e.side),
                    String.format(
                            "%s %d of queue %d is rung %s.",
                            head ? "Head" : "Tail", e.value, e.qid, what),
                    head ? Where.cq(e.qid) : Where.sq(e.qid),
                    proof,
                    e.seq);
        }
    }
}
