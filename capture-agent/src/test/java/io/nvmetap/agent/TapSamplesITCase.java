package io.nvmetap.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.agent.CPrograms.Compiler;
import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventCodec;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.wire.Deframer;
import io.nvmetap.wire.TapTranslator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the C encoder says of an event is what the decoder reads, for every kind and field. */
class TapSamplesITCase {
    private static final int COUNT = 3_100;
    private static final int SEEDS = 8;

    @TempDir Path folder;

    @ParameterizedTest
    @EnumSource
    void shouldReadWhatCWroteForEveryKind(Compiler which) throws Exception {
        String program = CPrograms.with(which, folder).build("samples", List.of("-O2")).toString();
        for (int s = 0; s < SEEDS; s++) {
            long seed = 0x5eed_0000L + s;
            PayloadPolicy policy = PayloadPolicy.of(s % PayloadPolicy.values().length);
            Path out = folder.resolve("samples.tap");
            CPrograms.Ran ran =
                    CPrograms.run(
                            List.of(
                                    program,
                                    out.toString(),
                                    Long.toString(seed),
                                    Integer.toString(COUNT),
                                    Integer.toString(policy.ordinal())));
            assertThat(ran.status()).as(ran.text()).isZero();
            List<CapturedEvent> got = read(Files.readAllBytes(out));
            List<CapturedEvent> expected = new TapSamples(seed, policy).draw(COUNT);
            CapturedEvent last = got.remove(got.size() - 1);
            assertThat(last.kind).isEqualTo(EventKind.CAPTURE_ENDED);
            assertThat(last.label).isEqualTo("all drawn");
            for (int i = 0; i < Math.min(got.size(), expected.size()); i++) {
                assertThat(encoded(got.get(i)))
                        .as("seed %d event %d %s", seed, i, expected.get(i).kind)
                        .isEqualTo(encoded(expected.get(i)));
            }
            assertThat(got).hasSameSizeAs(expected);
        }
    }

    @Test
    void shouldGiveTheSameBytesWhateverTheRoom() throws Exception {
        String program =
                CPrograms.with(Compiler.GCC, folder).build("samples", List.of("-O2")).toString();
        Path whole = folder.resolve("whole.tap");
        Path pieces = folder.resolve("pieces.tap");
        String[] drawn = {"77", "620", "3"};
        CPrograms.run(List.of(program, whole.toString(), drawn[0], drawn[1], drawn[2]));
        for (String room : List.of("1", "7", "48", "100")) {
            CPrograms.run(List.of(program, pieces.toString(), drawn[0], drawn[1], drawn[2], room));
            assertThat(pieces).as("room %s", room).hasSameBinaryContentAs(whole);
        }
    }

    private static List<CapturedEvent> read(byte[] stream) {
        List<CapturedEvent> events = new ArrayList<>();
        TapTranslator translator =
                new TapTranslator(e -> events.add(e.copy()), () -> 0, () -> 0, () -> 0);
        Deframer deframer = new Deframer(translator::accept);
        deframer.accept(stream, 0, stream.length);
        deframer.end();
        assertThat(deframer.skippedBytes()).isZero();
        assertThat(translator.malformed() + translator.late() + translator.unheard()).isZero();
        return events;
    }

    /** All that the tap says: place and time are given by who receives it. */
    private static byte[] encoded(CapturedEvent e) {
        e.seq = 0;
        e.timeNs = 0;
        AvroOut out = new AvroOut(256);
        EventCodec.encode(e, out);
        return Arrays.copyOf(out.buffer(), out.position());
    }
}
