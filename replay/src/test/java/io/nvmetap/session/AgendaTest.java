package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.RegisterSpace;
import io.nvmetap.plan.Moment;
import io.nvmetap.plan.Plan;
import io.nvmetap.plan.Stimulus;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgendaTest {
    private static Moment at(long seq) {
        return new Moment(seq, seq * 1000, 0);
    }

    private static Stimulus acknowledge(long seq, int cqid) {
        return new Stimulus.Acknowledge(at(seq), cqid, 1);
    }

    private static Stimulus submit(long seq, int sqid) {
        return new Stimulus.Submit(at(seq), sqid, List.of());
    }

    private static Stimulus write(long seq) {
        return new Stimulus.WriteRegister(at(seq), RegisterSpace.BAR0, 0x0C, 4, 1);
    }

    private static List<Integer> free(Stimulus... stimuli) {
        return new Agenda(List.of(stimuli)).free(s -> true);
    }

    @Test
    void shouldLetDoorbellsOfAPairAndOfOthersChangePlaces() {
        assertThat(free(acknowledge(1, 1), submit(2, 1), submit(3, 2))).containsExactly(1, 2);
        assertThat(free(submit(1, 1), acknowledge(2, 1))).containsExactly(1);
    }

    @Test
    void shouldKeepTheOrderOfOneQueue() {
        assertThat(free(submit(1, 1), submit(2, 1))).isEmpty();
        assertThat(free(acknowledge(1, 1), acknowledge(2, 1))).isEmpty();
    }

    @Test
    void shouldMoveNothingAcrossARegisterAccess() {
        assertThat(free(acknowledge(1, 1), write(2), submit(3, 1))).isEmpty();
        assertThat(free(write(1), submit(2, 1))).isEmpty();
    }

    @Test
    void shouldNotMoveWhatIsNotReady() {
        Agenda agenda = new Agenda(List.of(acknowledge(1, 1), submit(2, 1), submit(3, 2)));
        assertThat(agenda.free(s -> s.at().seq() == 3)).containsExactly(2);
    }

    @Test
    void shouldLookNoFurtherThanTheWindow() {
        Stimulus[] many = new Stimulus[10];
        for (int i = 0; i < many.length; i++) {
            many[i] = submit(i, i + 1);
        }
        assertThat(free(many)).hasSize(Perturbation.WINDOW - 1);
    }

    @Test
    void shouldLetTheFirstBeOvertakenNoMoreOftenThanTheBound() {
        Stimulus[] many = new Stimulus[10];
        for (int i = 0; i < many.length; i++) {
            many[i] = submit(i, i + 1);
        }
        Agenda agenda = new Agenda(List.of(many));
        for (int i = 0; i < Perturbation.OVERTAKEN_MAX; i++) {
            assertThat(agenda.headIsLate()).isFalse();
            agenda.overtake(1);
        }
        assertThat(agenda.headIsLate()).isTrue();
        assertThat(agenda.take()).isEqualTo(many[0]);
        assertThat(agenda.headIsLate()).isFalse();
    }

    /** What answers a command stays behind it, in every real plan. */
    @Test
    void shouldNotMoveASubmissionBeforeOneThatItMayAnswer() throws IOException {
        Plan plan = BootRecordings.plan(BootRecordings.kept("shell"));
        List<Stimulus> stimuli = plan.stimuli();
        for (int i = 0; i + 1 < stimuli.size(); i++) {
            Stimulus first = stimuli.get(i);
            Stimulus second = stimuli.get(i + 1);
            boolean caused =
                    first instanceof Stimulus.Submit s
                            && s.exchanges().stream()
                                    .flatMap(e -> e.answer().stream())
                                    .anyMatch(a -> a.at().seq() < second.at().seq());
            if (caused) {
                assertThat(free(first, second)).isEmpty();
            }
        }
    }
}
