package io.nvmetap.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.EventSamples;
import io.nvmetap.event.MalformedEventException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericDatumReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceFileTest {
    @TempDir private Path folder;

    private Path write(int events) throws IOException {
        Path file = folder.resolve("t.avro");
        EventSamples samples = new EventSamples(7);
        try (TraceWriter writer = TraceWriter.open(file)) {
            for (int i = 0; i < events; i++) {
                writer.append(samples.of(EventKind.of(i % EventKind.values().length)));
                if (i % 100 == 99) {
                    writer.flush();
                }
            }
        }
        return file;
    }

    private static List<String> read(Path file, List<Damage> damage) throws IOException {
        List<String> out = new ArrayList<>();
        CapturedEvent e = new CapturedEvent();
        try (TraceReader reader = TraceReader.open(file)) {
            while (reader.next(e)) {
                out.add(e.sessionHex() + " " + e.kind + " " + e.seq);
            }
            reader.damage().ifPresent(damage::add);
        }
        return out;
    }

    @Test
    void shouldReadBackEveryEvent() throws IOException {
        List<Damage> damage = new ArrayList<>();
        assertThat(read(write(1_000), damage)).hasSize(1_000);
        assertThat(damage).isEmpty();
    }

    @Test
    void shouldBeReadableByAvrosOwnReader() throws IOException {
        long events = 0;
        try (DataFileReader<Object> avro =
                new DataFileReader<>(write(300).toFile(), new GenericDatumReader<>())) {
            while (avro.hasNext()) {
                avro.next();
                events++;
            }
        }
        assertThat(events).isEqualTo(300);
    }

    @Test
    void shouldKeepEverythingBeforeACut() throws IOException {
        Path file = write(1_000);
        List<String> whole = read(file, new ArrayList<>());
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length * 2 / 3));
        List<Damage> damage = new ArrayList<>();
        List<String> kept = read(file, damage);
        assertThat(kept).isNotEmpty().isEqualTo(whole.subList(0, kept.size()));
        assertThat(damage)
                .singleElement()
                .extracting(Damage::reason)
                .isEqualTo("the file is cut off");
        assertThat(damage.get(0).eventsBefore()).isEqualTo(kept.size());
    }

    private static List<String> readByBlocks(Path file) throws IOException {
        List<String> out = new ArrayList<>();
        CapturedEvent e = new CapturedEvent();
        TraceBlock block = new TraceBlock();
        try (TraceReader reader = TraceReader.open(file)) {
            for (Optional<byte[]> b = reader.nextBlock(); b.isPresent(); b = reader.nextBlock()) {
                block.wrap(b.get());
                while (block.next(e)) {
                    out.add(e.sessionHex() + " " + e.kind + " " + e.seq);
                }
            }
            assertThat(reader.events()).isEqualTo(out.size());
        }
        return out;
    }

    @Test
    void shouldReadBlockByBlockWhatIsReadEventByEvent() throws IOException {
        Path file = write(1_000);
        assertThat(readByBlocks(file)).hasSize(1_000).isEqualTo(read(file, new ArrayList<>()));
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        List<Damage> damage = new ArrayList<>();
        assertThat(readByBlocks(file)).isNotEmpty().isEqualTo(read(file, damage));
        assertThat(damage).hasSize(1);
    }

    @Test
    void shouldEndAtAnEventThatIsNoneInAGoodBlock() throws IOException {
        Path file = folder.resolve("t.avro");
        EventSamples samples = new EventSamples(7);
        try (TraceWriter writer = TraceWriter.open(file)) {
            writer.append(samples.of(EventKind.STORE_FENCE));
            writer.appendEncoded(new byte[8], 0, 8);
        }
        List<Damage> damage = new ArrayList<>();
        assertThat(read(file, damage)).hasSize(1);
        assertThat(damage).extracting(Damage::eventsBefore).containsExactly(1L);
        assertThatThrownBy(() -> readByBlocks(file)).isInstanceOf(MalformedEventException.class);
    }

    @Test
    void shouldReportAFlippedBitAndNeverInventEvents() throws IOException {
        Path file = write(1_000);
        byte[] good = Files.readAllBytes(file);
        List<String> whole = read(file, new ArrayList<>());
        Random random = new Random(11);
        int headerBytes = good.length / 10;
        int reported = 0;
        for (int i = 0; i < 60; i++) {
            byte[] bad = good.clone();
            bad[headerBytes + random.nextInt(bad.length - headerBytes)] ^= 0x10;
            Files.write(file, bad);
            List<Damage> damage = new ArrayList<>();
            try {
                List<String> kept = read(file, damage);
                assertThat(kept.size()).isLessThanOrEqualTo(whole.size());
            } catch (TraceFormatException header) {
                reported++;
            }
            reported += damage.size();
        }
        assertThat(reported).isGreaterThan(50);
    }

    @Test
    void shouldSayWhatAnEmptyOrForeignFileIs() throws IOException {
        Path file = folder.resolve("x");
        Files.write(file, new byte[0]);
        assertThatThrownBy(() -> TraceReader.open(file)).hasMessageContaining("empty");
        Files.writeString(file, "hello, this is not a trace");
        assertThatThrownBy(() -> TraceReader.open(file)).hasMessageContaining("not a trace file");
        Files.write(file, Arrays.copyOf(Files.readAllBytes(write(1)), 100));
        assertThatThrownBy(() -> TraceReader.open(file)).hasMessageContaining("cut off");
    }

    @Test
    void shouldFrameMessagesBothWays() {
        CapturedEvent e = new EventSamples(3).of(EventKind.DOORBELL_RUNG);
        for (EventSerde serde : List.of(EventSerde.singleObject(), EventSerde.confluent(77))) {
            AvroOut out = new AvroOut(16);
            serde.encode(e, out);
            CapturedEvent back = new CapturedEvent();
            EventSerde.singleObject().decode(Arrays.copyOf(out.buffer(), out.position()), back);
            assertThat(back.seq).isEqualTo(e.seq);
            assertThat(back.value).isEqualTo(e.value);
        }
        assertThat(EventSerde.key(e)).hasSize(20);
    }

    @Test
    void shouldRefuseMessagesOfUnknownFraming() {
        CapturedEvent e = new CapturedEvent();
        EventSerde serde = EventSerde.singleObject();
        byte[] unknownSchema = new byte[30];
        unknownSchema[0] = (byte) 0xC3;
        unknownSchema[1] = 1;
        assertThatThrownBy(() -> serde.decode(unknownSchema, e)).hasMessageContaining("newer");
        assertThatThrownBy(() -> serde.decode(new byte[] {9}, e)).hasMessageContaining("framed");
    }
}
