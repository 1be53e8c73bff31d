package io.nvmetap.importer;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.AvroIn;
import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever the bytes, an import ends, and its events can be read back. Seeds are the parameters.
 */
class HostileLogTest {
    private static void check(byte[] content) {
        ImportedLog log = ImportedLog.bytes(content, "");
        long seq = 0;
        long last = 0;
        CapturedEvent back = new CapturedEvent();
        AvroOut out = new AvroOut(256);
        for (CapturedEvent e : log.events()) {
            assertThat(e.seq).isEqualTo(seq++);
            assertThat(e.timeNs).isGreaterThanOrEqualTo(last);
            last = e.timeNs;
            EventCodec.encode(e, out.clear());
            EventCodec.decode(new AvroIn().wrap(out.buffer(), 0, out.position()), back);
        }
        assertThat(log.report().events()).isEqualTo(seq);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldSurviveRandomBytes(long seed) {
        Random random = new Random(seed);
        byte[] content = new byte[50_000];
        random.nextBytes(content);
        check(content);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15, 16})
    void shouldSurviveEveryEventWithRandomNumbers(long seed) throws IOException {
        Random random = new Random(seed);
        List<String> formats = TraceEventsTest.lines("trace-events-nvme-11.1.txt");
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            String line = formats.get(random.nextInt(formats.size()));
            int bits = 1 + random.nextInt(64);
            String number = Long.toUnsignedString(random.nextLong() >>> 64 - bits, 16);
            text.append(random.nextInt(9)).append("@17953530").append(10 + random.nextInt(80));
            text.append(".000000:").append(line.replaceAll("\\b1\\b", number)).append('\n');
        }
        check(text.toString().getBytes(StandardCharsets.US_ASCII));
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23, 24})
    void shouldSurviveARealLogWithFlippedBytes(long seed) throws IOException {
        Random random = new Random(seed);
        byte[] log = Files.readAllBytes(Path.of("src/test/recordings/format-samples/q7-ts.log"));
        for (int i = 0; i < 400; i++) {
            log[random.nextInt(log.length)] = (byte) random.nextInt(256);
        }
        check(log);
    }

    @ParameterizedTest
    @ValueSource(longs = {31, 32, 33})
    void shouldSurviveARealLogInAnyOrder(long seed) throws IOException {
        List<String> lines =
                Files.readAllLines(Path.of("src/test/recordings/format-samples/q11-ts.log"));
        java.util.Collections.shuffle(lines, new Random(seed));
        check(String.join("\n", lines).getBytes(StandardCharsets.US_ASCII));
    }
}
