package io.nvmetap.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.trace.TraceReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bytes of a tap, kept in a file. */
class TapImportTest {
    @TempDir Path folder;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @Test
    void shouldGiveTheSameTraceForTheSameBytesPlainOrGzipped() throws IOException {
        byte[] tap = tap();
        Path plain = Files.write(folder.resolve("a.tap"), tap);
        Path one = folder.resolve("one.avro");
        Path two = folder.resolve("two.avro");
        run(plain, one);
        run(plain, two);
        assertThat(two).hasSameBinaryContentAs(one);
        assertThat(said()).contains("events").contains("lost");
    }

    @Test
    void shouldMakeATraceOfEachSession() throws IOException {
        byte[] tap = tap();
        byte[] twice = new byte[tap.length * 2];
        System.arraycopy(tap, 0, twice, 0, tap.length);
        System.arraycopy(tap, 0, twice, tap.length, tap.length);
        Path out = folder.resolve("t.avro");
        run(Files.write(folder.resolve("two.tap"), twice), out);
        assertThat(said()).contains("sessions  2");
        String first = last(out).sessionHex();
        String second = last(folder.resolve("t-2.avro")).sessionHex();
        assertThat(first).isNotEqualTo(second);
    }

    @Test
    void shouldRefuseAFileOfTooManySessions() throws IOException {
        byte[] tap = tap();
        int hello = 48 + (tap[4] & 0xFF | (tap[5] & 0xFF) << 8);
        byte[] many = new byte[hello * (TapImport.SESSIONS_MAX + 1)];
        for (int i = 0; i * hello < many.length; i++) {
            System.arraycopy(tap, 0, many, i * hello, hello);
        }
        Path in = Files.write(folder.resolve("many.tap"), many);
        assertThatThrownBy(() -> run(in, folder.resolve("t.avro")))
                .isInstanceOf(CliFailure.class)
                .hasMessageContaining("over 100 sessions");
    }

    @Test
    void shouldEndInOrderWhenTheFileIsCutOff() throws IOException {
        byte[] cut = java.util.Arrays.copyOf(tap(), 9_999);
        Path out = folder.resolve("t.avro");
        run(Files.write(folder.resolve("cut.tap"), cut), out);
        assertThat(last(out).kind).isEqualTo(EventKind.CAPTURE_ENDED);
        assertThat(last(out).label).isEqualTo("the file ends without the tap's last word");
        assertThat(said()).contains("bytes are no frames");
    }

    @Test
    void shouldLeaveNothingBehindWhenThereIsNoTapInIt() throws IOException {
        Path log = Files.writeString(folder.resolve("x"), "hello");
        assertThatThrownBy(() -> run(log, folder.resolve("t.avro")))
                .isInstanceOf(CliFailure.class)
                .hasMessageContaining("no header of a tap");
        assertThat(Files.list(folder)).containsExactly(log);
    }

    private void run(Path in, Path out) throws IOException {
        TapImport.run(in, out, new PrintStream(said, true));
    }

    private String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    private static byte[] tap() throws IOException {
        try (InputStream in =
                new GZIPInputStream(
                        TapImportTest.class.getResourceAsStream(
                                "/io/nvmetap/wire/every-kind.tap.gz"))) {
            return in.readAllBytes();
        }
    }

    private static CapturedEvent last(Path trace) throws IOException {
        CapturedEvent e = new CapturedEvent();
        CapturedEvent last = e;
        try (TraceReader reader = TraceReader.open(trace)) {
            while (reader.next(e)) {
                last = e.copy();
            }
        }
        return last;
    }
}
