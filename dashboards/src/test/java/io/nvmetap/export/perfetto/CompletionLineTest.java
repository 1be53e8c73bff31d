package io.nvmetap.export.perfetto;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.Side;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompletionLineTest {
    private final CompletionLine line = new CompletionLine();

    @Test
    void shouldAcknowledgeWhatLiesBeforeTheHead() {
        List<Span> s = completed(5, 6, 7);
        assertThat(line.acknowledged(5)).isEmpty();
        assertThat(line.acknowledged(7)).containsExactly(s.get(0), s.get(1));
        assertThat(line.acknowledged(8)).containsExactly(s.get(2));
        assertThat(line.acknowledged(8)).isEmpty();
    }

    @Test
    void shouldAcknowledgeOverTheEndOfTheQueue() {
        List<Span> s = completed(6, 7, 0, 1);
        assertThat(line.acknowledged(1)).containsExactly(s.get(0), s.get(1), s.get(2));
        List<Span> more = completed(2, 3);
        assertThat(line.acknowledged(0)).containsExactly(s.get(3), more.get(0), more.get(1));
    }

    @Test
    void shouldNotBelieveAHeadThatNothingExplains() {
        completed(1, 2);
        assertThat(line.acknowledged(9)).isEmpty();
        assertThat(line.pending()).hasSize(2);
    }

    @Test
    void shouldAcknowledgeAllWhereSlotsAreNotSeen() {
        List<Span> s = completed(-1, -1);
        assertThat(line.acknowledged(77)).containsExactlyElementsOf(s);
    }

    @Test
    void shouldGiveBackWhatASlotHeldBefore() {
        List<Span> s = completed(1, 2);
        Span again = span();
        assertThat(line.completed(again, 1)).isSameAs(s.get(0));
        assertThat(line.acknowledged(2)).as("2 came first").isEmpty();
        assertThat(line.acknowledged(1)).containsExactly(s.get(1));
        line.closed(again);
        assertThat(line.pending()).isEmpty();
    }

    @Test
    void shouldTellOfACompletionOnceByItsOwnVectorOrByThePin() {
        line.vector = 3;
        List<Span> s = completed(1);
        assertThat(line.told(2, InterruptKind.MSIX)).isEmpty();
        assertThat(line.told(3, InterruptKind.MSIX)).containsExactlyElementsOf(s);
        assertThat(line.told(3, InterruptKind.MSIX)).isEmpty();
        List<Span> more = completed(2);
        assertThat(line.told(0, InterruptKind.INTX)).containsExactlyElementsOf(more);
        completed(3).get(0).open = false;
        assertThat(line.told(3, InterruptKind.MSIX)).as("polled for already").isEmpty();
    }

    @Test
    void shouldForgetTheOldestOfWhatNobodyWasToldOf() {
        for (int i = 0; i <= CompletionLine.UNTOLD_MAX; i++) {
            completed(i);
        }
        assertThat(line.told(0, InterruptKind.INTX)).hasSize(CompletionLine.UNTOLD_MAX);
    }

    private List<Span> completed(int... slots) {
        return Arrays.stream(slots)
                .mapToObj(
                        slot -> {
                            Span s = span();
                            line.completed(s, slot);
                            return s;
                        })
                .toList();
    }

    private static Span span() {
        QueueLanes queue = new QueueLanes(0, Side.DEVICE, 1);
        return new Span(new Command(1, 1), queue, new QueueLanes.Lane(1, 0), 1);
    }
}
