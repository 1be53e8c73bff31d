package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.nvme.Cqe;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A guest's completion queue: store by store, and looked at. */
class CompletionRingTest {
    private static final int ENTRIES = 4;
    private static final long ADDRESS = 0x1000;

    private final byte[] memory = new byte[ENTRIES * Cqe.SIZE];
    private final CompletionRing ring =
            new CompletionRing(new CompletionRing.CompletionShape(1, ENTRIES, ADDRESS, 0, true));
    private int fences;

    private byte[] slot(long address) {
        int from = (int) (address - ADDRESS);
        return Arrays.copyOfRange(memory, from, from + Cqe.SIZE);
    }

    private void put(int slot, int cid, int phase) {
        Cqe.putCid(memory, slot * Cqe.SIZE, cid);
        Cqe.putStatusAndPhase(memory, slot * Cqe.SIZE, 0, phase);
    }

    private Optional<CompletionRing.Flaw> store(int slot, int bytes, boolean whole, long order) {
        long from = ADDRESS + (long) slot * Cqe.SIZE;
        return ring.stored(
                new CompletionRing.Store(from, bytes, whole, order, order - 1), this::slot);
    }

    private Optional<CompletionRing.Flaw> look() {
        return ring.look(this::slot, () -> fences++);
    }

    @Test
    void shouldCallOneWideStoreTornUnlessItIsWhole() {
        put(0, 7, 1);
        assertThat(store(0, Cqe.SIZE, false, 1)).isPresent();
        put(1, 8, 1);
        assertThat(store(1, Cqe.SIZE, true, 2)).isEmpty();
        assertThat(ring.arrived()).isEqualTo(2);
    }

    @Test
    void shouldFindByLookingWhatArrivedAndFenceBeforeItReadsTheRest() {
        assertThat(look()).isEmpty();
        assertThat(ring.arrived()).isZero();
        put(0, 7, 1);
        put(1, 8, 1);
        assertThat(look()).isEmpty();
        assertThat(ring.arrived()).isEqualTo(2);
        assertThat(fences).isEqualTo(2);
        assertThat(Cqe.cid(ring.entry(1), 0)).isEqualTo(8);
    }

    @Test
    void shouldSeeByLookingThatAnEntryChangedBeforeItWasAcknowledged() {
        put(0, 7, 1);
        look();
        put(0, 9, 1);
        assertThat(look().orElseThrow().sentence())
                .isEqualTo(
                        "torn completion: bytes of CQ 1 slot 0 changed after its phase tag was"
                                + " visible");
    }

    @Test
    void shouldNotMindWhatBecomesOfAnAcknowledgedEntry() {
        put(0, 7, 1);
        look();
        ring.acknowledge(1);
        put(0, 9, 0);
        assertThat(look()).isEmpty();
    }

    @Test
    void shouldKnowThePhaseOfTheNextLap() {
        for (int i = 0; i < ENTRIES; i++) {
            put(i, i, 1);
            look();
            ring.acknowledge(1);
        }
        assertThat(ring.arrived()).isEqualTo(ENTRIES);
        put(0, 5, 0);
        look();
        assertThat(ring.arrived()).isEqualTo(ENTRIES + 1L);
    }
}
