package io.nvmetap.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class RecordSizesTest {
    /** Means over every recorded boot that is kept. */
    @Test
    void shouldKeepRecordsSmallOverRecordedBoots() throws IOException {
        RecordSizes sizes = RecordSizes.ofRecordings();
        assertThat(sizes.small()).isBetween(20.0, 64.0);
        assertThat(sizes.bareCommand()).isBetween(70.0, 92.0);
        assertThat(sizes.command()).isBetween(sizes.bareCommand(), 112.0);
    }
}
