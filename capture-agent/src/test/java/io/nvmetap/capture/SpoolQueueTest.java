package io.nvmetap.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.capture.SpoolSettings.Drop;
import io.nvmetap.event.EventCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SpoolQueueTest {
    private static final long BYTES = 2L << 20;

    /** More than memory and store can hold together. */
    private static final int TOO_MANY = 400_000;

    private final MemoryStore store = new MemoryStore();
    private final SpoolTally tally = new SpoolTally();

    private void fill(SpoolQueue queue, int events) throws IOException {
        for (int i = 0; i < events; i++) {
            tally.make(i % 3, (body, count, key) -> queue.add(key, body, 0, count));
        }
    }

    private void empty(SpoolQueue queue) throws IOException {
        for (SpoolChunk c = queue.poll(); c != null; c = queue.poll()) {
            c.forEach(tally::see);
            queue.sent(c);
        }
    }

    @ParameterizedTest
    @EnumSource(Drop.class)
    void shouldGiveBackAllInOrderWhenItFits(Drop drop) throws IOException {
        SpoolQueue queue = new SpoolQueue(store, 64L << 20, drop);
        fill(queue, 250_000);
        assertThat(store.files).isNotEmpty();
        empty(queue);
        tally.assertExact();
        assertThat(tally.lost).isZero();
        assertThat(store.files).isEmpty();
        assertThat(queue.storedBytes()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Drop.class)
    void shouldTellExactlyWhatItGaveUpWhenFull(Drop drop) throws IOException {
        SpoolQueue queue = new SpoolQueue(store, BYTES, drop);
        fill(queue, TOO_MANY);
        assertThat(queue.storedBytes()).isLessThanOrEqualTo(BYTES);
        empty(queue);
        fill(queue, 1_000);
        empty(queue);
        tally.assertExact();
        assertThat(tally.lost).isPositive().isEqualTo(queue.lost());
    }

    @ParameterizedTest
    @EnumSource(Drop.class)
    void shouldTellExactlyWhatItGaveUpWhenTheDiskIsFull(Drop drop) throws IOException {
        store.roomBytes = 1 << 20;
        SpoolQueue queue = new SpoolQueue(store, 1L << 30, drop);
        fill(queue, TOO_MANY);
        store.roomBytes = Long.MAX_VALUE;
        fill(queue, 1_000);
        empty(queue);
        tally.assertExact();
        assertThat(tally.lost).isPositive().isEqualTo(queue.lost());
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "3", "4", "5", "6"})
    void shouldBeExactWhateverFailsWhen(long seed) throws IOException {
        Random random = new Random(seed);
        store.refuses = number -> random.nextInt(4) == 0;
        Drop drop = Drop.values()[(int) (seed % 2)];
        SpoolQueue queue = new SpoolQueue(store, SpoolSettings.BYTES_MIN, drop);
        for (int round = 0; round < 40; round++) {
            fill(queue, random.nextInt(20_000));
            if (random.nextBoolean()) {
                queue.secure(List.of());
            }
            for (int i = random.nextInt(30); i > 0; i--) {
                SpoolChunk c = queue.poll();
                if (c == null) {
                    break;
                }
                c.forEach(tally::see);
                queue.sent(c);
            }
        }
        empty(queue);
        tally.assertExact();
        assertThat(tally.lost).as("seed %d", seed).isEqualTo(queue.lost());
    }

    @Test
    void shouldGoOnWithWhatAnotherProcessLeft() throws IOException {
        SpoolQueue first = new SpoolQueue(store, 64L << 20, Drop.OLDEST);
        fill(first, 200_000);
        assertThat(first.keepAll(List.of())).isEqualTo(200_000);
        SpoolQueue second = new SpoolQueue(store, 64L << 20, Drop.OLDEST);
        fill(second, 10);
        empty(second);
        tally.assertExact();
        assertThat(tally.lost).isZero();
    }

    @Test
    void shouldHaveOnDiskWhatItSecured() throws IOException {
        SpoolQueue first = new SpoolQueue(store, 64L << 20, Drop.OLDEST);
        fill(first, 100_000);
        SpoolChunk flying = first.poll();
        first.secure(List.of(flying));
        // The process is killed here.
        SpoolQueue second = new SpoolQueue(store, 64L << 20, Drop.OLDEST);
        empty(second);
        tally.assertExact();
        first.sent(flying);
        assertThat(first.storedBytes()).isPositive();
    }

    @Test
    void shouldPassOverAFileThatIsDamaged() throws IOException {
        SpoolQueue first = new SpoolQueue(store, 64L << 20, Drop.OLDEST);
        fill(first, 100_000);
        first.keepAll(List.of());
        store.files.firstEntry().getValue()[100] ^= 1;
        SpoolQueue second = new SpoolQueue(store, 64L << 20, Drop.OLDEST);
        assertThat(second.damaged()).isEqualTo(1);
        List<Integer> events = new ArrayList<>();
        for (SpoolChunk c = second.poll(); c != null; c = second.poll()) {
            events.add(c.events());
        }
        assertThat(events.stream().mapToInt(Integer::intValue).sum()).isBetween(90_000, 99_999);
    }

    @Test
    void shouldLeaveAFileOfANewerVersionToThatVersion() throws IOException {
        byte[] newer = ByteBuffer.allocate(8).putInt(-EventCodec.VERSION - 1).array();
        CRC32C crc = new CRC32C();
        crc.update(newer, 0, 4);
        ByteBuffer.wrap(newer).putInt(4, (int) crc.getValue());
        store.files.put(3L, newer);
        SpoolQueue queue = new SpoolQueue(store, 64L << 20, Drop.OLDEST);
        assertThat(queue.damaged()).isEqualTo(1);
        fill(queue, 10);
        SpoolChunk next = queue.poll();
        assertThat(next.number).isGreaterThan(3);
        queue.sent(next);
        assertThat(store.files).containsOnlyKeys(3L);
    }

    @Test
    void shouldSayHowManyEventsFindNoPlaceAtTheEnd() throws IOException {
        SpoolQueue queue = new SpoolQueue(store, 64L << 20, Drop.OLDEST);
        fill(queue, 50);
        store.roomBytes = 0;
        assertThatThrownBy(() -> queue.keepAll(List.of()))
                .hasMessage(
                        "50 events could be neither delivered nor kept in memory; free some space"
                                + " there");
        assertThat(queue.lost()).isEqualTo(50);
    }
}
