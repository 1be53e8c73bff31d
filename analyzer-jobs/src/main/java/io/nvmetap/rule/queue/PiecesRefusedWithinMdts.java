package io.nvmetap.rule.queue;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.StatusCode;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Threshold;
import io.nvmetap.rule.Where;
import java.util.List;
import java.util.Set;

/**
 * Reads and writes fail with Internal Error from a number of pages on, though MDTS allows them, and
 * never below it: the controller has a limit on pieces that it does not tell.
 */
public final class PiecesRefusedWithinMdts extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Threshold FAILED = Threshold.count("pieces-refused-within-mdts.failed", 3);

    private static final Threshold PASSED =
            Threshold.count("pieces-refused-within-mdts.passed", 20);

    private static final int STATUS_BYTE = 14;

    /** Status code and its type, without More and Do Not Retry. */
    private static final int CODE_MASK = 0x7FF;

    private static final int PAGE_SHIFT = 12;

    private long passed;
    private long mostPassed;
    private long failed;
    private long fewestFailed = Long.MAX_VALUE;
    private long firstFailedSeq = -1;
    private boolean told;
    private long gapSeen = -1;

    public PiecesRefusedWithinMdts() {
        super(
                new RuleInfo(
                        "pieces-refused-within-mdts",
                        "Transfer within MDTS refused for its pieces",
                        Severity.WARNING,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe Base 2.0, Identify Controller, Maximum Data Transfer Size (MDTS)",
                        "Show an MDTS that is served however the data is scattered, or split what"
                                + " has too many pieces inside the controller.",
                        List.of()));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(FAILED, PASSED);
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMPLETION_SEEN);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (gapSeen != h.gapSeq) {
            gapSeen = h.gapSeq;
            passed = 0;
            mostPassed = 0;
            failed = 0;
            fewestFailed = Long.MAX_VALUE;
            told = false;
        }
        Command c = h.facts.command;
        boolean done = e.kind == EventKind.COMPLETION_SEEN && c != null && !c.admin();
        boolean moves =
                done
                        && (c.opcode == Opcodes.IO_READ || c.opcode == Opcodes.IO_WRITE)
                        && c.dataBytes > 0
                        && e.knows(STATUS_BYTE, 2);
        if (!moves || c.dataBytes > limit(h)) {
            return;
        }
        judge.chance();
        long pieces = (c.dataBytes - 1 >> PAGE_SHIFT + Registers.ccMps(h.device.cc)) + 1;
        int status = Cqe.status(e.entry, 0) & CODE_MASK;
        if (status == StatusCode.SUCCESS) {
            passed++;
            mostPassed = Math.max(mostPassed, pieces);
        } else if (status == StatusCode.INTERNAL_ERROR) {
            failed++;
            fewestFailed = Math.min(fewestFailed, pieces);
            firstFailedSeq = failed == 1 ? e.seq : firstFailedSeq;
            refused(c, e, judge);
        }
    }

    private static long limit(History h) {
        int mdts = h.device.mdts;
        return mdts <= 0
                ? Long.MAX_VALUE
                : 1L << mdts + PAGE_SHIFT + Registers.capMpsmin(h.info().cap());
    }

    private void refused(Command c, CapturedEvent e, Judge judge) {
        boolean clear =
                fewestFailed > mostPassed
                        && failed >= judge.settings().of(FAILED)
                        && passed >= judge.settings().of(PASSED);
        if (clear && !told) {
            told = true;
            judge.violated(
                    Party.CONTROLLER,
                    String.format(
                            "%d transfers of %d pages and more ended with Internal Error, and %d of"
                                    + " up to %d pages with success; MDTS allows them all.",
                            failed, fewestFailed, passed, mostPassed),
                    Where.of(c),
                    firstFailedSeq,
                    c.startSeq,
                    e.seq);
        }
    }
}
