package io.nvmetap.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.ControllerInfo;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.Owner;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.SessionSummary;
import io.nvmetap.finding.Verdict;
import io.nvmetap.nvme.Registers;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Two controllers in one session. */
class SessionAnalyzerTest {
    private final List<Finding> findings = new ArrayList<>();
    private final List<SessionSummary> summaries = new ArrayList<>();
    private final AnalyzerHub hub =
            new AnalyzerHub(List.of(), RuleSettings.DEFAULTS, findings::add, summaries::add);
    private long seq;
    private long nowNs;

    private void put(int controller, CapturedEvent e) {
        nowNs += 1_000;
        hub.accept(e.at(seq++, nowNs, 0, controller));
    }

    private static CapturedEvent event() {
        return new CapturedEvent();
    }

    private void started() {
        ControllerInfo info = ControllerInfo.unknown().withState(LiveState.DISABLED);
        put(
                0,
                event().asCaptureStarted(
                                new CaptureStarted(
                                        0,
                                        1,
                                        "",
                                        "",
                                        "",
                                        "reference",
                                        "",
                                        "",
                                        "mediator",
                                        Set.of(),
                                        "",
                                        List.of(info, info),
                                        PayloadPolicy.ADMIN)));
    }

    private void write(int controller, Side side, int offset, int value) {
        put(controller, event().asRegisterWritten(side, RegisterSpace.BAR0, offset, 4, value));
    }

    private void enable(int controller) {
        for (Side side : List.of(Side.GUEST, Side.DEVICE)) {
            write(controller, side, Registers.AQA, 0x1f001f);
            write(controller, side, Registers.CC, 0x460001);
        }
    }

    private void fetched(int controller, long commandId) {
        byte[] identify = new byte[64];
        identify[0] = 6;
        put(
                controller,
                event().asCommand(EventKind.COMMAND_FETCHED, 0, 0, identify, 0, 64)
                        .owned(Owner.GUEST, commandId));
    }

    private void quietFor(long ms) {
        nowNs += ms * 1_000_000;
        put(0, event().asHeartbeat());
    }

    private List<Finding> violated() {
        return findings.stream().filter(f -> f.verdict() == Verdict.VIOLATED).toList();
    }

    @Test
    void shouldJudgeTheSecondControllerByTheSessionsHeaderAndHeartbeats() {
        started();
        enable(0);
        enable(1);
        fetched(1, 9);
        quietFor(2_100);
        assertThat(violated())
                .extracting(Finding::rule, Finding::owner, Finding::controller)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("command-stall", Party.MEDIATOR, 1));
    }

    @Test
    void shouldTakeAJumpInSeqAsALossForEveryController() {
        started();
        enable(0);
        enable(1);
        fetched(1, 9);
        seq += 5;
        quietFor(2_100);
        hub.end();
        assertThat(findings).extracting(Finding::verdict).containsOnly(Verdict.UNKNOWN);
        assertThat(summaries).singleElement().extracting(SessionSummary::lost).isEqualTo(5L);
    }

    @Test
    void shouldNotTakeTheOtherControllersEventsForALoss() {
        started();
        enable(0);
        fetched(1, 1);
        enable(0);
        put(0, event().asCaptureEnded(seq + 1, 0, "end"));
        assertThat(summaries).singleElement().extracting(SessionSummary::lost).isEqualTo(0L);
        assertThat(findings)
                .extracting(Finding::explanation)
                .noneMatch(text -> text.contains("missing"));
    }

    @Test
    void shouldGiveOneSummaryForTheSession() {
        started();
        enable(0);
        enable(1);
        put(0, event().asCaptureEnded(seq + 1, 0, "end"));
        hub.end();
        assertThat(summaries).singleElement().extracting(SessionSummary::events).isEqualTo(seq);
        assertThat(summaries.get(0).story()).anyMatch(s -> s.startsWith("controller 1: "));
    }
}
