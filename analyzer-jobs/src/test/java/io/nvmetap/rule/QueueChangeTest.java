package io.nvmetap.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.corpus.PlantedFault;
import io.nvmetap.corpus.PlantedFaults;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.guest.Simulation;
import io.nvmetap.history.History;
import io.nvmetap.history.SideState;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No queue comes or goes unnoticed, and the events that recordings are made of are let pass. */
class QueueChangeTest {
    private static final long SEED = PlantedFaults.SEED;

    static List<PlantedFault> planted() {
        return PlantedFaults.all();
    }

    /** A side's queues, the very objects: one of the same number may be another. */
    private static List<Object> queues(SideState side) {
        List<Object> all = new ArrayList<>(side.sqs.values());
        all.addAll(side.cqs.values());
        return all;
    }

    @ParameterizedTest
    @MethodSource("planted")
    void shouldBePossibleWheneverQueuesDifferWithAndWithoutGaps(PlantedFault fault) {
        for (int oneIn : new int[] {Integer.MAX_VALUE, 200}) {
            History h = new History();
            Random random = new Random(SEED);
            Simulation.run(
                    fault.faulted().withSeed(SEED),
                    e -> {
                        if (e.seq == 0 || random.nextInt(oneIn) > 0) {
                            check(h, e);
                        }
                    });
        }
    }

    private static void check(History h, CapturedEvent e) {
        List<Object> guest = queues(h.guest);
        List<Object> device = queues(h.device);
        h.apply(e);
        if (!QueueChange.possible(h, e, h.guest)) {
            assertThat(queues(h.guest)).as("guest, event %d", e.seq).isEqualTo(guest);
        }
        if (!QueueChange.possible(h, e, h.device)) {
            assertThat(queues(h.device)).as("device, event %d", e.seq).isEqualTo(device);
        }
        boolean one = QueueChange.possible(h, e, h.guest) || QueueChange.possible(h, e, h.device);
        assertThat(QueueChange.possible(h, e)).isEqualTo(one);
    }

    @Test
    void shouldNotBePossibleAtDoorbellsOfKnownSides() {
        History h = new History();
        h.guest.known = true;
        h.device.known = true;
        CapturedEvent e = new CapturedEvent().as(EventKind.DOORBELL_RUNG, Side.GUEST);
        assertThat(QueueChange.possible(h, e)).isFalse();
        h.device.known = false;
        assertThat(QueueChange.possible(h, e, h.guest)).isFalse();
        assertThat(QueueChange.possible(h, e)).isTrue();
    }
}
