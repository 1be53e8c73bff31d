package io.nvmetap.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class TeeSinkTest {
    private final KeptSink file = new KeptSink();
    private final KeptSink topic = new KeptSink();
    private final TeeSink tee = new TeeSink(file, topic);
    private final SpoolTally tally = new SpoolTally();

    @Test
    void shouldGiveEachEventOnceToBothWhenTheSecondRefusesAtFirst() throws IOException {
        tally.make(1, tee::accept);
        topic.failures = 1;
        tally.make(
                1,
                (body, count, key) -> {
                    assertThatThrownBy(() -> tee.accept(body, count, key))
                            .isInstanceOf(IOException.class);
                    tee.accept(body, count, key);
                });
        assertThat(file.events).hasSize(2);
        assertThat(topic.events).hasSize(2);
    }

    @Test
    void shouldCloseBoth() throws IOException {
        tee.close();
        assertThat(file.closed).isTrue();
        assertThat(topic.closed).isTrue();
    }
}
