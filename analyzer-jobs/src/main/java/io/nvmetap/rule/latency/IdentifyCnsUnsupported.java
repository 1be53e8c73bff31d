package io.nvmetap.rule.latency;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Transfer;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.CompletionQueue;
import io.nvmetap.history.History;
import io.nvmetap.history.SubmissionQueue;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.IdentifyCns;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.StatusCode;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Threshold;
import io.nvmetap.rule.Timed;
import io.nvmetap.rule.Where;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Asked for an Identify structure that the first versions had not, the controller gives the page of
 * another one, or nothing at all. To refuse it is right.
 */
public final class IdentifyCnsUnsupported extends Rule implements Timed {
    private static final long serialVersionUID = 1L;

    /** Without an answer, though the controller answers others. */
    static final Threshold WAIT = Threshold.ms("identify-cns-unsupported.wait", 2_000);

    private static final long CHECK_NS = 10_000_000L;
    private static final int PAGE_BYTES = 4096;
    private static final int PAGES_MAX = 16;

    /** Structures that have nothing in common with those of CNS 0 and 1. */
    private static final Set<Integer> OTHERS =
            Set.of(
                    IdentifyCns.ACTIVE_NAMESPACE_LIST,
                    IdentifyCns.NAMESPACE_DESCRIPTORS,
                    IdentifyCns.CSI_NAMESPACE,
                    IdentifyCns.CSI_CONTROLLER,
                    IdentifyCns.CSI_ACTIVE_NAMESPACE_LIST,
                    IdentifyCns.INDEPENDENT_NAMESPACE,
                    IdentifyCns.ALLOCATED_NAMESPACE_LIST,
                    IdentifyCns.CONTROLLER_LIST,
                    IdentifyCns.COMMAND_SETS);

    private record Page(int cns, byte[] content, long seq) implements Serializable {}

    private final Deque<Page> first = new ArrayDeque<>();
    private final Deque<Page> others = new ArrayDeque<>();
    private final Set<Integer> spoken = new HashSet<>();
    private Command last;
    private long gapSeq = -1;
    private long nextCheckNs;
    private int answeredEpoch = -1;
    private long answeredSeq = -1;

    public IdentifyCnsUnsupported() {
        super(
                new RuleInfo(
                        "identify-cns-unsupported",
                        "Identify structure mistaken for another",
                        Severity.WARNING,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe Base 2.0, Identify command (CNS); an unsupported value is refused with"
                                + " Invalid Field in Command",
                        "Do not ask this controller for more than CNS 0 and 1 (IDENTIFY_CNS,"
                                + " NO_NS_DESC_LIST among Linux's quirks).",
                        List.of("H2")));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(WAIT);
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMPLETION_SEEN, EventKind.PAYLOAD);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (h.gapSeq != gapSeq) {
            gapSeq = h.gapSeq;
            first.clear();
            others.clear();
            answeredEpoch = -1;
            last = null;
        }
        if (e.side != Side.DEVICE) {
            return;
        }
        if (e.kind == EventKind.PAYLOAD && e.transfer == Transfer.FROM_DEVICE) {
            Command c = h.device.byId(e.commandId);
            // Its completion may have been told already.
            boolean completed = c == null && last != null && last.commandId == e.commandId;
            c = completed ? last : c;
            if (identify(c) && e.content.length == PAGE_BYTES) {
                page(c, e, judge);
            }
        } else if (e.kind == EventKind.COMPLETION_SEEN && identify(h.facts.command)) {
            last = h.facts.command;
            answered(h, e, judge);
        }
    }

    private static boolean identify(Command c) {
        return c != null && c.admin() && c.opcode == Opcodes.ADMIN_IDENTIFY && c.cdw10Known;
    }

    private static int cns(Command c) {
        return c.cdw10 & 0xFF;
    }

    private void answered(History h, CapturedEvent e, Judge judge) {
        if (cns(h.facts.command) <= IdentifyCns.CONTROLLER) {
            answeredEpoch = h.device.epoch;
            answeredSeq = e.seq;
        } else if (e.knows(Cqe.STATUS_OFFSET, 2) && !StatusCode.success(Cqe.status(e.entry, 0))) {
            // Refused, as it ought to be.
            judge.chance();
        }
    }

    private void page(Command c, CapturedEvent e, Judge judge) {
        boolean empty = Arrays.equals(e.content, new byte[PAGE_BYTES]);
        boolean old = cns(c) <= IdentifyCns.CONTROLLER;
        if (empty || !old && !OTHERS.contains(cns(c))) {
            return;
        }
        Page page = new Page(cns(c), e.content.clone(), e.seq);
        Deque<Page> mine = old ? first : others;
        if (mine.size() == PAGES_MAX) {
            mine.removeFirst();
        }
        mine.addLast(page);
        boolean echoed = false;
        for (Page other : old ? others : first) {
            if (Arrays.equals(other.content, page.content)) {
                echoed = true;
                accuse(c, old ? other : page, old ? page : other, judge);
            }
        }
        if (!old && !echoed) {
            judge.chance();
        }
    }

    private void accuse(Command c, Page asked, Page got, Judge judge) {
        if (spoken.add(asked.cns)) {
            judge.violated(
                    Party.CONTROLLER,
                    String.format(
                            "Asked for CNS %02Xh (%s), the controller gave the page of CNS %02Xh.",
                            asked.cns, IdentifyCns.name(asked.cns), got.cns),
                    Where.sq(c.sqid),
                    asked.seq,
                    got.seq);
        }
    }

    @Override
    public long time(History h, Judge judge) {
        if (h.nowNs < nextCheckNs) {
            return nextCheckNs;
        }
        nextCheckNs = h.nowNs + CHECK_NS;
        SubmissionQueue sq = h.device.sqs.get(0);
        if (!h.device.known || answeredEpoch != h.device.epoch || sq == null) {
            return nextCheckNs;
        }
        Command oldest = null;
        for (Command c : h.device.inFlight.values()) {
            boolean earlier = oldest == null || c.startSeq < oldest.startSeq;
            if (c.admin() && !c.waitsForEvent() && earlier) {
                oldest = c;
            }
        }
        boolean late =
                identify(oldest)
                        && cns(oldest) > IdentifyCns.CONTROLLER
                        && h.nowNs - oldest.startNs > judge.settings().of(WAIT);
        if (late && sq.tail == sq.taken && looked(h, sq, oldest)) {
            silent(h, oldest, judge);
        }
        return nextCheckNs;
    }

    /** No interrupt came that may have told of a completion nobody looked for. */
    private static boolean looked(History h, SubmissionQueue sq, Command c) {
        CompletionQueue cq = h.device.cqs.get(sq.cqid);
        return cq != null && (cq.interruptSeq <= c.startSeq || cq.doneSeq > cq.interruptSeq);
    }

    private void silent(History h, Command c, Judge judge) {
        if (spoken.add(cns(c))) {
            judge.violated(
                    Party.CONTROLLER,
                    String.format(
                            "Asked for CNS %02Xh (%s), the controller has not answered for %,d ms;"
                                    + " it answers CNS 0 and 1.",
                            cns(c), IdentifyCns.name(cns(c)), (h.nowNs - c.startNs) / 1_000_000),
                    Where.of(c),
                    answeredSeq,
                    c.startSeq,
                    h.seq);
        }
    }
}
