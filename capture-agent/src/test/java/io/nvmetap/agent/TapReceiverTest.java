package io.nvmetap.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.agent.TapSource.Outcome;
import io.nvmetap.capture.CaptureWatch;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.wire.Deframer;
import io.nvmetap.wire.TapTranslator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One tap's life, with a clock that is moved by hand. */
class TapReceiverTest {
    @TempDir Path folder;
    private long nowNs;
    private long identity;
    private final List<String> said = new ArrayList<>();
    private final Clocks clocks = new Clocks(() -> nowNs, () -> 1, () -> ++identity);

    /** Gives bytes once, then silence for a number of looks of 100 ms, then the end. */
    private final class Script implements TapSource {
        private final byte[] bytes;
        private int silences;
        private boolean given;

        Script(byte[] bytes, int silences) {
            this.bytes = bytes;
            this.silences = silences;
        }

        @Override
        public Outcome pass(Deframer deframer, TapTranslator translator, int timeoutMs) {
            if (!given) {
                given = true;
                deframer.accept(bytes, 0, bytes.length);
                return Outcome.SOME;
            }
            nowNs += 100_000_000L;
            return silences-- > 0 ? Outcome.NOTHING : Outcome.OVER;
        }

        @Override
        public int beatAfterMs() {
            return TapReceiver.BEAT_AFTER_MS;
        }

        @Override
        public String endReason() {
            return "over";
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }

    @Test
    void shouldSayThatTimeGoesOnWhenTheTapIsSilent() throws Exception {
        Path trace = folder.resolve("t.avro");
        byte[] tap = tap();
        byte[] withoutEnd = java.util.Arrays.copyOf(tap, tap.length - 60);
        receiver(trace).run(new Script(withoutEnd, 20));
        List<CapturedEvent> events = AgentRun.events(trace);
        int n = events.size();
        // Silence of 2 s: nothing said for the first half second, then ten times a second,
        // for each of two controllers.
        List<CapturedEvent> beats = events.subList(n - 1 - 2 * 16, n - 1);
        assertThat(beats).allMatch(e -> e.kind == EventKind.HEARTBEAT);
        assertThat(events.get(n - 2).timeNs - events.get(n - 2 - 2 * 16).timeNs)
                .isEqualTo(2_000_000_000L);
        assertThat(events.get(n - 1).label).isEqualTo("over");
    }

    @Test
    void shouldLetGoWhenAPeerNeverSaysAHeader() {
        assertThatThrownBy(
                        () ->
                                receiver(folder.resolve("t.avro"))
                                        .run(
                                                new Script(
                                                        new byte[] {1, 2, 3},
                                                        TapReceiver.HELLO_PATIENCE_MS / 100 + 2)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is it a tap");
    }

    @Test
    void shouldLetGoWhenAPeerBeginsTooManySessions() throws Exception {
        byte[] hello = java.util.Arrays.copyOf(tap(), helloBytes(tap()));
        byte[] many = new byte[hello.length * (TapReceiver.SESSIONS_MAX + 2)];
        for (int i = 0; i * hello.length < many.length; i++) {
            System.arraycopy(hello, 0, many, i * hello.length, hello.length);
        }
        assertThatThrownBy(() -> receiver(folder.resolve("t.avro")).run(new Script(many, 1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("1000 sessions");
    }

    private static int helloBytes(byte[] tap) {
        return 48 + (tap[4] & 0xFF | (tap[5] & 0xFF) << 8);
    }

    private TapReceiver receiver(Path trace) {
        return new TapReceiver(
                "tap 1", TapSinks.ofFile(trace, CaptureWatch.NONE), said::add, clocks);
    }

    private static byte[] tap() throws IOException {
        try (var in =
                new GZIPInputStream(
                        TapReceiverTest.class.getResourceAsStream(
                                "/io/nvmetap/wire/every-kind.tap.gz"))) {
            return in.readAllBytes();
        }
    }
}
