package io.nvmetap.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.trace.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalBrokerITCase {
    @TempDir Path temp;

    private LocalBroker broker() {
        return new LocalBroker(temp.resolve("home"));
    }

    @AfterEach
    void stop() throws IOException {
        broker().stop();
    }

    @Test
    void shouldStartOnceKeepItsAddressAndStop() throws Exception {
        CompletableFuture<BrokerState> a = CompletableFuture.supplyAsync(this::up);
        CompletableFuture<BrokerState> b = CompletableFuture.supplyAsync(this::up);
        BrokerState first = a.get(90, TimeUnit.SECONDS);
        assertThat(b.get(90, TimeUnit.SECONDS)).isEqualTo(first);
        assertThat(first.answers()).isTrue();
        assertThat(broker().status()).isEqualTo(first);
        try (BrokerAdmin admin =
                BrokerAdmin.connect(first.bootstrapServers(), Duration.ofSeconds(10))) {
            assertThat(admin.messages())
                    .containsOnlyKeys(Topics.ALL)
                    .containsEntry(Topics.EVENTS, 0L);
        }

        assertThat(broker().stop()).isTrue();
        assertThat(broker().stop()).isFalse();
        assertThat(broker().status().running()).isFalse();

        BrokerState again = up();
        assertThat(again.bootstrapServers()).isEqualTo(first.bootstrapServers());
        assertThat(again.pid()).isNotEqualTo(first.pid());
    }

    @Test
    void shouldComeBackAfterItWasKilled() throws Exception {
        BrokerState first = up();
        ProcessHandle victim = ProcessHandle.of(first.pid()).orElseThrow();
        victim.destroyForcibly();
        victim.onExit().get(10, TimeUnit.SECONDS);
        assertThat(broker().status().running()).isFalse();
        BrokerState again = up();
        assertThat(again.answers()).isTrue();
        assertThat(again.bootstrapServers()).isEqualTo(first.bootstrapServers());
    }

    @Test
    void shouldSayWhenNobodyAnswers() {
        assertThatThrownBy(() -> BrokerAdmin.connect("127.0.0.1:1", Duration.ofSeconds(1)))
                .isInstanceOf(BrokerException.class)
                .hasMessage(
                        "cannot reach a Kafka broker at 127.0.0.1:1; start one with `nvmetap up` or"
                                + " name another with --bootstrap-servers");
        assertThatThrownBy(() -> BrokerAdmin.connect("no port here", Duration.ofSeconds(1)))
                .isInstanceOf(BrokerException.class)
                .hasMessageContaining("no port here");
    }

    private BrokerState up() {
        try {
            broker().start(Topics.ALL);
            return broker().status();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
