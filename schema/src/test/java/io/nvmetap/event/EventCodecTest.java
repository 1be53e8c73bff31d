package io.nvmetap.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.trace.EventSchema;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EventCodecTest {
    private static final long SEED = 0x5eed;
    private static final Schema SCHEMA = new Schema.Parser().parse(EventSchema.json());

    private static byte[] encode(CapturedEvent e) {
        AvroOut out = new AvroOut(16);
        EventCodec.encode(e, out);
        return Arrays.copyOf(out.buffer(), out.position());
    }

    @ParameterizedTest
    @EnumSource(EventKind.class)
    void shouldWriteTheBytesThatAvroWrites(EventKind kind) throws IOException {
        EventSamples samples = new EventSamples(SEED + kind.ordinal());
        for (int i = 0; i < 50; i++) {
            byte[] ours = encode(samples.of(kind));
            Object datum =
                    new GenericDatumReader<Object>(SCHEMA)
                            .read(null, DecoderFactory.get().binaryDecoder(ours, null));
            ByteArrayOutputStream avro = new ByteArrayOutputStream();
            BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(avro, null);
            new GenericDatumWriter<Object>(SCHEMA).write(datum, encoder);
            encoder.flush();
            assertThat(avro.toByteArray()).as("seed %x, sample %d", SEED, i).isEqualTo(ours);
        }
    }

    @ParameterizedTest
    @EnumSource(EventKind.class)
    void shouldReadBackWhatItWrote(EventKind kind) {
        EventSamples samples = new EventSamples(SEED + 100 + kind.ordinal());
        CapturedEvent reused = new CapturedEvent();
        for (int i = 0; i < 50; i++) {
            byte[] first = encode(samples.of(kind));
            EventCodec.decode(new AvroIn().wrap(first, 0, first.length), reused);
            assertThat(encode(reused)).isEqualTo(first);
        }
    }

    @ParameterizedTest
    @EnumSource(EventKind.class)
    void shouldSayMalformedWhateverByteIsCutOrFlipped(EventKind kind) {
        Random random = new Random(SEED);
        byte[] good = encode(new EventSamples(SEED).of(kind));
        CapturedEvent e = new CapturedEvent();
        for (int cut = 0; cut < good.length; cut++) {
            int length = cut;
            assertThatThrownBy(() -> EventCodec.decode(new AvroIn().wrap(good, 0, length), e))
                    .isInstanceOf(MalformedEventException.class);
        }
        for (int i = 0; i < 2_000; i++) {
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                EventCodec.decode(new AvroIn().wrap(bad, 0, bad.length), e);
            } catch (MalformedEventException expected) {
                assertThat(expected.getMessage()).isNotEmpty();
            }
        }
    }

    @Test
    void shouldRefuseMorePagesThanItsBound() {
        CapturedEvent e = new CapturedEvent();
        e.asCommand(EventKind.COMMAND_EMITTED, 1, 0, new byte[64], 0, 64);
        for (int i = 0; i < CapturedEvent.PAGES_MAX; i++) {
            e.page(i, 4096);
        }
        assertThatThrownBy(() -> e.page(0, 4096)).isInstanceOf(MalformedEventException.class);
    }

    @Test
    void shouldKnowOnlyTheBytesOfItsMask() {
        CapturedEvent e = new CapturedEvent();
        e.asCommand(EventKind.COMMAND_EMITTED, 1, 0, new byte[64], 0, 64);
        e.known = 0xFL;
        assertThat(e.knows(0, 4)).isTrue();
        assertThat(e.knows(2, 4)).isFalse();
        e.known = -1;
        assertThat(e.knows(60, 4)).isTrue();
        assertThat(e.knows(0, 64)).isTrue();
    }
}
