package io.nvmetap.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventCodec;
import io.nvmetap.event.EventKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the product is held against does the same work. */
class PlainWaysTest {
    private static final int OPERATIONS = 50;

    private final SpecificDatumReader<SpecificRecordBase> reader =
            new SpecificDatumReader<>(PlainClasses.schema());

    @BeforeAll
    static void make() throws IOException {
        PlainClasses.make();
    }

    private static byte[] encoded(CapturedEvent e) {
        AvroOut out = new AvroOut(256);
        EventCodec.encode(e, out);
        return Arrays.copyOf(out.buffer(), out.position());
    }

    private SpecificRecordBase record(byte[] bytes) throws IOException {
        return reader.read(null, DecoderFactory.get().binaryDecoder(bytes, null));
    }

    @Test
    void shouldReadWithAvrosOwnClasses() throws IOException {
        byte[] bytes = encoded(Recording.events(OPERATIONS).get(0));
        assertThat(record(bytes)).isInstanceOf(PlainClasses.event());
    }

    @Test
    void shouldWriteTheBytesThatSpecificDatumWriterWrites() throws IOException {
        SpecificDatumWriter<SpecificRecordBase> writer =
                new SpecificDatumWriter<>(PlainClasses.schema());
        for (CapturedEvent e : Recording.events(OPERATIONS)) {
            byte[] ours = encoded(e);
            ByteArrayOutputStream avro = new ByteArrayOutputStream();
            BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(avro, null);
            writer.write(record(ours), encoder);
            encoder.flush();
            assertThat(avro.toByteArray()).as("event %d", e.seq).isEqualTo(ours);
        }
    }

    @Test
    void shouldMapARecordToTheEventItIs() throws IOException {
        PlainMapper mapper = new PlainMapper();
        CapturedEvent mapped = new CapturedEvent();
        for (CapturedEvent e : Recording.events(OPERATIONS)) {
            byte[] ours = encoded(e);
            mapper.map(record(ours), mapped);
            assertThat(encoded(mapped)).as("event %d, %s", e.seq, e.kind).isEqualTo(ours);
        }
    }

    @Test
    void shouldWriteByHandWhatTheProductWrites() {
        HandEncoder hand = new HandEncoder();
        int compared = 0;
        for (CapturedEvent e : Recording.events(OPERATIONS)) {
            if (e.kind == EventKind.DOORBELL_RUNG
                    || e.kind == EventKind.COMMAND_EMITTED
                    || e.kind == EventKind.COMPLETION_SEEN) {
                int length = hand.encode(e);
                assertThat(Arrays.copyOf(hand.to, length)).isEqualTo(encoded(e));
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(OPERATIONS);
    }
}
