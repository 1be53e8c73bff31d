package io.nvmetap.session;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The boots that this build itself recorded, with real firmware and kernels. */
class RecordedBootsITCase {
    @Test
    void shouldReplayEachTheSame() throws IOException {
        for (Path trace : BootRecordings.fresh()) {
            BootRecordings.assertSame(trace);
        }
    }
}
