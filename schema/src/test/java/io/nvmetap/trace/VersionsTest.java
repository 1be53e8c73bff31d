package io.nvmetap.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.event.AvroCommand;
import io.nvmetap.event.AvroIn;
import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventCodec;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.EventSamples;
import io.nvmetap.event.MalformedEventException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each version of the schema wrote is read as it was meant, here and by Avro itself. */
class VersionsTest {
    private static final Path KEPT = Path.of("../capture-agent/src/test/recordings");
    private static final Path NEWEST = KEPT.resolve("versions/version-3.avro");
    private static final Schema SCHEMA = new Schema.Parser().parse(EventSchema.json());
    private static final int REGISTRY_ID = 77;
    private static final long SEED = 0x5eed;

    /** Golden traces of all versions; never written again. */
    static List<Path> kept() throws IOException {
        List<Path> all = new ArrayList<>();
        for (String folder : List.of("boots", "taps", "kernel", "versions")) {
            try (Stream<Path> files = Files.list(KEPT.resolve(folder))) {
                files.filter(f -> f.toString().endsWith(".avro")).sorted().forEach(all::add);
            }
        }
        return all;
    }

    private static byte[] encode(CapturedEvent e) {
        AvroOut out = new AvroOut(256);
        EventCodec.encode(e, out);
        return Arrays.copyOf(out.buffer(), out.position());
    }

    private static byte[] avro(GenericRecord event, Schema schema) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(schema).write(event, encoder);
        encoder.flush();
        return out.toByteArray();
    }

    private static boolean isCommand(CapturedEvent e) {
        return e.kind == EventKind.COMMAND_FETCHED || e.kind == EventKind.COMMAND_EMITTED;
    }

    @Test
    void shouldKeepATraceOfEveryVersion() throws IOException {
        List<Integer> versions = new ArrayList<>();
        for (Path trace : kept()) {
            try (DataFileReader<Object> avro =
                    new DataFileReader<>(trace.toFile(), new GenericDatumReader<>())) {
                versions.add(EventSchema.version(avro.getMetaString("avro.schema")));
            }
        }
        for (int version = 1; version <= EventSchema.VERSION; version++) {
            assertThat(versions).contains(version);
        }
    }

    /** Avro resolves the version it was written with to the one that is written now. */
    @ParameterizedTest
    @MethodSource("kept")
    void shouldReadFromEveryVersionWhatAvroReads(Path trace) throws IOException {
        CapturedEvent e = new CapturedEvent();
        CapturedEvent resolved = new CapturedEvent();
        try (DataFileReader<GenericRecord> avro =
                        new DataFileReader<>(
                                trace.toFile(), new GenericDatumReader<>(null, SCHEMA));
                TraceReader ours = TraceReader.open(trace)) {
            while (ours.next(e)) {
                GenericRecord event = avro.next();
                byte[] bytes = avro(event, SCHEMA);
                EventCodec.decode(new AvroIn().wrap(bytes, 0, bytes.length), resolved);
                assertThat(encode(resolved)).as("event %d", e.seq).isEqualTo(encode(e));
                if (isCommand(e)) {
                    assertThat(AvroCommand.of((GenericRecord) event.get("body")))
                            .isEqualTo(AvroCommand.of(e));
                }
            }
            assertThat(ours.damage()).isEmpty();
            assertThat(avro.hasNext()).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("kept")
    void shouldReadBlocksOfEveryVersion(Path trace) throws IOException {
        CapturedEvent whole = new CapturedEvent();
        CapturedEvent cut = new CapturedEvent();
        TraceBlock block = new TraceBlock();
        try (TraceReader events = TraceReader.open(trace);
                TraceReader blocks = TraceReader.open(trace)) {
            for (var b = blocks.nextBlock(); b.isPresent(); b = blocks.nextBlock()) {
                block.wrap(b.get());
                while (block.next(cut)) {
                    assertThat(events.next(whole)).isTrue();
                    assertThat(encode(cut)).as("event %d", cut.seq).isEqualTo(encode(whole));
                }
            }
            assertThat(events.next(whole)).isFalse();
        }
    }

    @Test
    void shouldWriteCommandsThatAvroReads() throws IOException {
        EventSamples samples = new EventSamples(SEED);
        GenericDatumReader<GenericRecord> reader = new GenericDatumReader<>(SCHEMA);
        for (int i = 0; i < 2_000; i++) {
            CapturedEvent e = samples.of(EventKind.COMMAND_FETCHED);
            byte[] bytes = encode(e);
            GenericRecord event =
                    reader.read(null, DecoderFactory.get().binaryDecoder(bytes, null));
            assertThat(AvroCommand.of((GenericRecord) event.get("body")))
                    .as("seed %x, sample %d", SEED, i)
                    .isEqualTo(AvroCommand.of(e));
        }
    }

    @Test
    void shouldReadTheGoldenTraceOfVersion3() throws IOException {
        List<String> commands = new ArrayList<>();
        CapturedEvent e = new CapturedEvent();
        long events;
        try (TraceReader reader = TraceReader.open(NEWEST)) {
            while (reader.next(e)) {
                if (isCommand(e)) {
                    commands.add(line(e));
                }
            }
            events = reader.events();
            assertThat(reader.damage()).isEmpty();
        }
        List<String> golden = Files.readAllLines(KEPT.resolve("versions/version-3.txt"));
        assertThat(commands).isEqualTo(golden.subList(1, golden.size()));
        assertThat(events + " events").isEqualTo(golden.get(0));
    }

    private static String line(CapturedEvent e) {
        StringBuilder line = new StringBuilder();
        line.append(e.seq).append(' ').append(e.kind).append(" sq ").append(e.qid);
        line.append(" slot ").append(e.slot).append(" id ").append(e.commandId);
        line.append(' ').append(e.owner).append(" bytes ").append(e.dataBytes);
        line.append(e.sgl ? " sgl" : "").append(e.known == -1 ? "" : " known " + e.known);
        line.append(' ').append(HexFormat.of().formatHex(e.entry, 0, e.entryBytes));
        for (int i = 0; i < e.pageCount; i++) {
            line.append(' ').append(Long.toHexString(e.pageAddress[i]));
            line.append('+').append(e.pageLengthBytes[i]);
        }
        return line.toString();
    }

    private static byte[] single(byte[] body, long fingerprint) {
        ByteBuffer message =
                ByteBuffer.allocate(EventSerde.SINGLE_OBJECT_HEADER_BYTES + body.length);
        message.put((byte) 0xC3).put((byte) 1).putLong(Long.reverseBytes(fingerprint)).put(body);
        return message.array();
    }

    private static byte[] confluent(byte[] body) {
        ByteBuffer message = ByteBuffer.allocate(EventSerde.CONFLUENT_HEADER_BYTES + body.length);
        return message.put((byte) 0).putInt(REGISTRY_ID).put(body).array();
    }

    /** As messages of one topic, in either framing; a registry's id is of no help. */
    @ParameterizedTest
    @ValueSource(strings = {"boots/shell.avro", "taps/sound.avro", "versions/version-3.avro"})
    void shouldReadMessagesOfEveryVersion(String trace) throws IOException {
        EventSerde serde = EventSerde.singleObject();
        CapturedEvent e = new CapturedEvent();
        CapturedEvent got = new CapturedEvent();
        try (DataFileReader<GenericRecord> avro =
                        new DataFileReader<>(
                                KEPT.resolve(trace).toFile(), new GenericDatumReader<>());
                TraceReader ours = TraceReader.open(KEPT.resolve(trace))) {
            Schema schema = avro.getSchema();
            long fingerprint = SchemaNormalization.parsingFingerprint64(schema);
            while (ours.next(e)) {
                byte[] written = avro(avro.next(), schema);
                byte[] now = encode(e);
                for (byte[] message :
                        List.of(
                                single(written, fingerprint),
                                confluent(written),
                                single(now, EventSchema.FINGERPRINT),
                                confluent(now))) {
                    serde.decode(message, got);
                    assertThat(encode(got)).as("event %d", e.seq).isEqualTo(now);
                }
                assertMalformed(confluent(Arrays.copyOf(written, written.length + 1)));
                assertMalformed(confluent(Arrays.copyOf(now, now.length + 1)));
            }
        }
    }

    private static void assertMalformed(byte[] message) {
        assertThatThrownBy(() -> EventSerde.singleObject().decode(message, new CapturedEvent()))
                .isInstanceOf(MalformedEventException.class);
    }

    /** A command of version 2 under the name of version 3, and the other way round. */
    @Test
    void shouldNotReadACommandAsAnotherVersion() {
        byte[] body = encode(new EventSamples(SEED).of(EventKind.COMMAND_EMITTED));
        byte[] message = single(body, EventSchema.FINGERPRINT);
        message[2] ^= 1;
        assertThatThrownBy(() -> EventSerde.singleObject().decode(message, new CapturedEvent()))
                .hasMessageContaining("newer");
        Schema second = new Schema.Parser().parse(EventSchema.json(2));
        byte[] older = single(body, SchemaNormalization.parsingFingerprint64(second));
        assertThatThrownBy(() -> EventSerde.singleObject().decode(older, new CapturedEvent()))
                .hasMessageContaining("bytes after the event");
    }
}
