package io.nvmetap.report;

import io.nvmetap.testkit.Recordings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Boots of real firmware and kernels that were kept. */
class RecordedBootsTest {
    static List<Path> recordings() throws IOException {
        return RecordedBoots.in(Recordings.folder().resolve("boots"));
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void shouldNameTheFirmwaresOmissionAndNothingElse(Path trace) throws IOException {
        RecordedBoots.assertTrue(trace);
    }
}
