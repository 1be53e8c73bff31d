package io.nvmetap.history;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RingSlotsTest {
    private static Command at(int slot) {
        Command c = new Command();
        c.slot = slot;
        return c;
    }

    @Test
    void shouldHoldNothingWhenAllWasConsumed() {
        RingSlots ring = new RingSlots(4);
        for (int i = 0; i < 11; i++) {
            Command c = at(i % 4);
            ring.place(c);
            assertThat(ring.overwritten).isNull();
            ring.completed(c, i);
        }
        assertThat(ring.waiting()).isZero();
        assertThat(ring.head()).isEqualTo(3);
    }

    @Test
    void shouldNotGoBackWithAnOlderHead() {
        RingSlots ring = new RingSlots(8);
        for (int i = 0; i < 6; i++) {
            ring.place(at(i));
        }
        ring.consumed(4, 1);
        ring.consumed(2, 2);
        assertThat(ring.head()).isEqualTo(4);
        assertThat(ring.waiting()).isEqualTo(2);
    }

    @Test
    void shouldHoldNothingAfterAWrongSlot() {
        RingSlots ring = new RingSlots(8);
        ring.place(at(0));
        ring.place(at(0));
        assertThat(ring.overwritten).isNotNull();
        ring.place(at(0));
        assertThat(ring.overwritten).isNull();
        assertThat(ring.waiting()).isZero();
    }
}
