package io.nvmetap.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.testkit.Recordings;
import io.nvmetap.trace.TraceReader;
import io.nvmetap.trace.TraceWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules say the same of a trace, whichever version of the schema it is written with. */
class OlderTraceTest {
    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "boots/shell.avro",
                "boots/chain.avro",
                "boots/linux-apple.avro",
                "taps/sqhd-not-translated.avro",
                "kernel/linux-6.12.avro"
            })
    void shouldBeJudgedAsTheSameEventsOfTheNewestVersion(String kept) throws IOException {
        Path older = Recordings.folder().resolve(kept);
        Path newest = folder.resolve("newest.avro");
        String session = copy(older, newest);
        assertThat(Files.size(newest)).isNotEqualTo(Files.size(older));
        Recordings.Said expected = Recordings.run(new FileRunner(), older, "", session);
        Recordings.Said said = Recordings.run(new FileRunner(), newest, "", session);
        assertThat(said.findings).isNotEmpty().isEqualTo(expected.findings);
        assertThat(said.summaries).isNotEmpty().isEqualTo(expected.summaries);
    }

    private static String copy(Path from, Path to) throws IOException {
        CapturedEvent e = new CapturedEvent();
        try (TraceReader reader = TraceReader.open(from);
                TraceWriter writer = TraceWriter.open(to)) {
            while (reader.next(e)) {
                writer.append(e);
            }
        }
        return e.sessionHex();
    }
}
