package io.nvmetap.finding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.event.MalformedEventException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.idl.IdlReader;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;

class FindingCodecTest {
    private static final int HEADER_BYTES = 10;

    private static final Finding FINDING =
            new Finding(
                    "id",
                    "00ff",
                    "command-stall",
                    Verdict.VIOLATED,
                    Severity.ERROR,
                    Party.CONTROLLER,
                    1,
                    2,
                    -1,
                    45824,
                    7,
                    1L << 40,
                    123_456_789_012L,
                    "title",
                    "waits \u00e4 \"long\" time",
                    List.of(7L, 1L << 40),
                    "clause",
                    "remedy",
                    List.of("E8"));

    private static final SessionSummary SUMMARY =
            new SessionSummary("00ff", 10, 2, 1, 3, 4, List.of("one", "two"), List.of("three"));

    private static Schema schema(String name) throws IOException {
        return new IdlReader()
                .parse(Path.of("src/main/avro/findings.avdl"))
                .getProtocol()
                .getType("io.nvmetap.finding." + name);
    }

    private static void sameAsAvro(byte[] message, String name, long fingerprint)
            throws IOException {
        Schema schema = schema(name);
        assertThat(SchemaNormalization.parsingFingerprint64(schema)).isEqualTo(fingerprint);
        byte[] body = Arrays.copyOfRange(message, HEADER_BYTES, message.length);
        Object datum =
                new GenericDatumReader<Object>(schema)
                        .read(null, DecoderFactory.get().binaryDecoder(body, null));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<Object>(schema).write(datum, encoder);
        encoder.flush();
        assertThat(out.toByteArray()).isEqualTo(body);
    }

    @Test
    void shouldWriteWhatAvroWrites() throws IOException {
        sameAsAvro(FindingCodec.encode(FINDING), "Finding", FindingCodec.FINDING_FINGERPRINT);
        sameAsAvro(
                FindingCodec.encode(SUMMARY), "SessionSummary", FindingCodec.SUMMARY_FINGERPRINT);
    }

    @Test
    void shouldShipTheSchemaThatTheIdlSays() throws IOException {
        for (String name : List.of("Finding", "SessionSummary")) {
            String file = "/io/nvmetap/finding/" + name.toLowerCase(Locale.ROOT) + "-1.avsc";
            try (InputStream in = FindingCodec.class.getResourceAsStream(file)) {
                assertThat(new Schema.Parser().parse(in)).isEqualTo(schema(name));
            }
        }
    }

    @Test
    void shouldReadBackWhatItWrote() {
        assertThat(FindingCodec.decode(FindingCodec.encode(FINDING))).isEqualTo(FINDING);
        assertThat(FindingCodec.decode(FindingCodec.encode(SUMMARY))).isEqualTo(SUMMARY);
    }

    @Test
    void shouldRefuseAnythingElse() {
        byte[] cut = Arrays.copyOf(FindingCodec.encode(FINDING), 40);
        assertThatThrownBy(() -> FindingCodec.decode(cut))
                .isInstanceOf(MalformedEventException.class);
        assertThatThrownBy(() -> FindingCodec.decode(new byte[20]))
                .isInstanceOf(MalformedEventException.class);
    }

    @Test
    void shouldKeepTheFieldOrderOfTheContract() {
        assertThat(FindingJson.line(FINDING))
                .startsWith(
                        "{\"rule\":\"command-stall\",\"verdict\":\"VIOLATED\",\"severity\":"
                                + "\"ERROR\",\"owner\":\"CONTROLLER\",\"controller\":1,\"sqid\":2,"
                                + "\"cqid\":-1,\"cid\":45824,\"fromSeq\":7,");
        assertThat(FindingJson.line(SUMMARY)).startsWith("{\"summary\":{\"session\":\"00ff\",");
    }
}
