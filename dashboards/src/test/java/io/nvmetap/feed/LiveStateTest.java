package io.nvmetap.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.finding.Verdict;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Sqe;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveStateTest {
    private static final long NOW = 1_700_000_000_000L;

    private final LiveState state = new LiveState();
    private long seq;

    private CapturedEvent at(CapturedEvent e, long session) {
        e.sessionLow = session;
        return e.at(seq++, seq * 1_000, -1, 0);
    }

    private void fetch(long session, int id, long sentMs) {
        byte[] sqe = new byte[Sqe.SIZE];
        Sqe.putCid(sqe, 0, id & 0xFFFF);
        CapturedEvent e =
                new CapturedEvent().asCommand(EventKind.COMMAND_FETCHED, 1, 0, sqe, 0, Sqe.SIZE);
        e.commandId = id;
        state.accept(at(e, session), sentMs, sentMs);
    }

    private void copied(long session, int id, long sentMs) {
        CapturedEvent e =
                new CapturedEvent()
                        .asCompletion(EventKind.COMPLETION_COPIED, 1, 0, new byte[Cqe.SIZE], 0);
        e.commandId = id;
        state.accept(at(e, session), sentMs, sentMs);
    }

    private static Finding stall(String id, long session, int cid, Verdict verdict) {
        return new Finding(
                id,
                String.format("%016x%016x", 0, session),
                "command-stall",
                verdict,
                Severity.ERROR,
                Party.CONTROLLER,
                0,
                1,
                1,
                cid,
                1,
                2,
                3,
                "",
                "waits",
                List.of(),
                "",
                "",
                List.of());
    }

    @Test
    void shouldCountAStallUntilItsCompletionComes() {
        fetch(1, 7, NOW);
        state.accept(stall("a", 1, 7, Verdict.VIOLATED), NOW + 1_100);
        LiveView open = state.view(NOW + 1_500);
        assertThat(open.stalls())
                .singleElement()
                .satisfies(
                        s -> {
                            assertThat(s.sinceMs()).isEqualTo(NOW);
                            assertThat(s.endedMs()).isZero();
                        });
        copied(1, 7, NOW + 2_000);
        assertThat(state.view(NOW + 2_500).stalls())
                .singleElement()
                .extracting(Stall::endedMs)
                .isEqualTo(NOW + 2_000);
    }

    @Test
    void shouldTakeTheLaterWordOnTheSameStall() {
        fetch(1, 7, NOW);
        state.accept(stall("warning", 1, 7, Verdict.VIOLATED), NOW + 300);
        state.accept(stall("error", 1, 7, Verdict.VIOLATED), NOW + 1_000);
        assertThat(state.view(NOW + 1_000).stalls()).hasSize(1);
        assertThat(state.findingsAfter(0)).hasSize(2);
        assertThat(state.findingsAfter(1)).hasSize(1);
    }

    @Test
    void shouldTellEachFindingOnceAndOnlyWhatIsViolated() {
        state.accept(stall("a", 1, 7, Verdict.VIOLATED), NOW);
        state.accept(stall("a", 1, 7, Verdict.VIOLATED), NOW);
        state.accept(stall("b", 1, 7, Verdict.HOLDS), NOW);
        assertThat(state.findingsAfter(0)).hasSize(1);
    }

    @Test
    void shouldCountEventsASecondAndWhatWasLost() {
        for (int i = 0; i < 30; i++) {
            state.accept(at(new CapturedEvent().asHeartbeat(), 1), NOW, NOW + i);
        }
        seq += 4;
        state.accept(at(new CapturedEvent().asHeartbeat(), 1), NOW, NOW + 1_000);
        LiveView v = state.view(NOW + 1_500);
        assertThat(v.history()).containsExactly(30L);
        assertThat(v.perSecond()).isEqualTo(30);
        assertThat(v.lost()).isEqualTo(4);
        assertThat(state.view(NOW + 2_100).history()).containsExactly(30L, 1L);
        assertThat(state.view(NOW + 500_000).history())
                .hasSize(LiveState.HISTORY_S)
                .containsOnly(0L);
    }

    @Test
    void shouldForgetTheOldestCommandBeyondItsBound() {
        for (int id = 0; id < LiveState.OPEN_MAX + 2; id++) {
            fetch(1, id, NOW);
        }
        LiveView v = state.view(NOW);
        assertThat(v.open()).isEqualTo(LiveState.OPEN_MAX);
        assertThat(v.oldest().get(0).seq()).isEqualTo(2);
    }

    @Test
    void shouldForgetSessionsFindingsAndStallsBeyondTheirBounds() {
        for (int i = 0; i < LiveState.FINDINGS_MAX + 5; i++) {
            fetch(i + 1, i, NOW);
            state.accept(stall("f" + i, i + 1, i, Verdict.VIOLATED), NOW);
        }
        assertThat(state.findingsAfter(0)).hasSize(LiveState.FINDINGS_MAX);
        assertThat(state.view(NOW).stalls()).hasSize(LiveState.STALLS_MAX);
        assertThat(state.view(NOW).sessions()).hasSize(LiveState.SESSIONS_MAX);
    }

    @Test
    void shouldForgetTheCommandsOfASessionThatEnded() {
        fetch(1, 7, NOW);
        state.accept(at(new CapturedEvent().asCaptureEnded(2, 0, ""), 1), NOW, NOW);
        LiveView v = state.view(NOW);
        assertThat(v.open()).isZero();
        assertThat(v.sessions()).isEmpty();
    }
}
