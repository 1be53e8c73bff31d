package io.nvmetap.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.trace.EventSerde;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the shares of a controller run. */
class ShareKeyTest {
    private static byte[] event(long session, int controller) {
        CapturedEvent e = new CapturedEvent();
        e.kind = EventKind.HEARTBEAT;
        e.sessionLow = session;
        e.controller = controller;
        AvroOut out = new AvroOut(64);
        EventSerde.singleObject().encode(e, out);
        return Arrays.copyOf(out.buffer(), out.position());
    }

    @ParameterizedTest
    @CsvSource({"2, 2", "3, 3", "4, 4", "8, 8", "8, 4", "4, 2"})
    void shouldSpreadTheSharesOfAControllerOverAllSubtasks(int shares, int subtasks) {
        ShareKey keys = new ShareKey(shares);
        for (int session = 0; session < 50; session++) {
            int[] load = new int[subtasks];
            for (int share = 0; share < shares; share++) {
                String key = keys.getKey(Tuple2.of(share, event(session, session % 3)));
                load[
                        KeyGroupRangeAssignment.assignKeyToParallelOperator(
                                key, ShareKey.GROUPS, subtasks)]++;
            }
            assertThat(load).containsOnly(shares / subtasks);
        }
    }

    @ParameterizedTest
    @CsvSource({"2", "8"})
    void shouldGiveTheSameKeysWhenItHasForgottenThem(int shares) {
        ShareKey keys = new ShareKey(shares);
        Tuple2<Integer, byte[]> first = Tuple2.of(1, event(0, 0));
        String before = keys.getKey(first);
        Set<String> all = new TreeSet<>();
        for (int session = 1; session <= ShareKey.KNOWN_MAX + 1; session++) {
            all.add(keys.getKey(Tuple2.of(0, event(session, 0))));
        }
        assertThat(all).hasSize(ShareKey.KNOWN_MAX + 1);
        assertThat(keys.getKey(first)).isEqualTo(before);
        assertThat(ShareKey.whole(before)).isEqualTo(new EventKey().getKey(event(0, 0)));
    }
}
