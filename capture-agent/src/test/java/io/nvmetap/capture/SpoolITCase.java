package io.nvmetap.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.broker.BrokerAdmin;
import io.nvmetap.broker.LocalBroker;
import io.nvmetap.capture.SpoolSettings.Drop;
import io.nvmetap.event.AvroIn;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventCodec;
import io.nvmetap.trace.EventSerde;
import io.nvmetap.trace.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SpoolITCase {
    private static final String OUTAGE_S = "nvmetap.test.outage.s";

    private static final long SEED = 20_262;
    private static final int KILLS = 4;

    @TempDir Path temp;
    private final SpoolTally tally = new SpoolTally();
    private long victims;

    private LocalBroker broker() {
        return new LocalBroker(temp.resolve("home"));
    }

    private SpoolSink sink(String address) throws IOException {
        return SpoolSink.open(
                new SpoolSettings(temp.resolve("spool"), 1L << 30, Drop.OLDEST),
                KafkaEventSink.spooled(address, Map.of()));
    }

    @AfterEach
    void stop() throws IOException {
        broker().stop();
    }

    private void kill() throws Exception {
        ProcessHandle process = broker().process().orElseThrow();
        process.destroyForcibly();
        process.onExit().get(10, TimeUnit.SECONDS);
    }

    /** Events of three sessions at some 20,000 a second. */
    private void load(SpoolSink sink, long seconds) throws IOException {
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() < untilNs) {
            for (int i = 0; i < 200; i++) {
                tally.make(i % 3, sink::accept);
            }
            LockSupport.parkNanos(10_000_000);
        }
    }

    @Test
    void shouldHaveEveryEventOnceInOrderWhenTheBrokerIsKilledUnderLoad() throws Exception {
        String address = broker().start(Topics.ALL);
        long waited;
        try (SpoolSink sink = sink(address)) {
            load(sink, 2);
            kill();
            load(sink, Long.getLong(OUTAGE_S, 4));
            waited = sink.storedBytes();
            assertThat(broker().start(Topics.ALL)).isEqualTo(address);
            load(sink, 1);
            assertThat(sink.lost()).isZero();
        }
        TopicReader.see(address, tally);
        tally.assertExact();
        assertThat(tally.lost).isZero();
        assertThat(waited).isPositive();
        System.out.printf(
                "spool: %,d events, each once in order; %,d bytes waited on disk%n",
                tally.seen, waited);
        try (var left = Files.list(temp.resolve("spool"))) {
            assertThat(left.filter(f -> f.toString().endsWith(".spool"))).isEmpty();
        }
    }

    @Test
    void shouldDeliverWithTheNextAgentWhatOneLeftBecauseTheBrokerWasAway() throws Exception {
        String address = broker().start(Topics.ALL);
        SpoolSink first = sink(address);
        load(first, 1);
        kill();
        load(first, 1);
        assertThatThrownBy(first::close)
                .hasMessageContaining("events wait in " + temp.resolve("spool"));
        broker().start(Topics.ALL);
        try (SpoolSink second = sink(address)) {
            load(second, 1);
        }
        TopicReader.see(address, tally);
        tally.assertExact();
    }

    @Test
    void shouldDeliverWhatAKilledAgentHadSecuredAndNoNumberTwiceOutOfOrder() throws Exception {
        String address = broker().start(Topics.ALL);
        kill();
        Process agent = victim(address);
        try {
            await(agent, () -> spooledFiles() >= 3);
        } finally {
            agent.destroyForcibly().waitFor();
        }
        broker().start(Topics.ALL);
        sink(address).close();
        assertThat(arrivedWithoutAHole(address, true)).isGreaterThan(1_000);
    }

    /** Anywhere between taking an event and forgetting its file; the broker is killed, too. */
    @Test
    void shouldLeaveNoHoleWhereverTheAgentIsKilled() throws Exception {
        String address = broker().start(Topics.ALL);
        Random random = new Random(SEED);
        for (int round = 0; round < KILLS; round++) {
            long until = 1 + random.nextInt(30_000) + messages(address);
            Process agent = victim(address);
            try {
                await(agent, () -> messages(address) >= until);
                if (round % 2 == 1) {
                    kill();
                    int files = 1 + random.nextInt(4);
                    await(agent, () -> spooledFiles() >= files);
                }
            } finally {
                agent.destroyForcibly().waitFor();
            }
            broker().start(Topics.ALL);
            sink(address).close();
            assertThat(spooledFiles()).isZero();
            assertThat(arrivedWithoutAHole(address, false)).as("seed %d", SEED).isPositive();
        }
    }

    private Process victim(String address) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName(),
                        temp.resolve("spool").toString(),
                        address,
                        Long.toString(victims++))
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve("victim.log").toFile())
                .start();
    }

    private static long messages(String address) throws IOException {
        try (BrokerAdmin admin = BrokerAdmin.connect(address, Duration.ofSeconds(30))) {
            return admin.messages().get(Topics.EVENTS);
        }
    }

    private long spooledFiles() throws IOException {
        Path spool = temp.resolve("spool");
        if (!Files.isDirectory(spool)) {
            return 0;
        }
        try (var files = Files.list(spool)) {
            return files.filter(f -> f.toString().endsWith(".spool")).count();
        }
    }

    /** Something to wait for. */
    private interface Condition {
        boolean holds() throws IOException;
    }

    private void await(Process agent, Condition condition) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() < deadline && agent.isAlive()) {
            if (condition.holds()) {
                return;
            }
            LockSupport.parkNanos(20_000_000);
        }
        throw new AssertionError(
                "the agent did not come so far: " + Files.readString(temp.resolve("victim.log")));
    }

    /**
     * Reads the topic as a reader does who ignores numbers that were there.
     *
     * @param once no number may come twice
     * @return events of the last victim
     */
    private long arrivedWithoutAHole(String address, boolean once) {
        Map<Long, Long> next = new HashMap<>();
        CapturedEvent e = new CapturedEvent();
        int header = EventSerde.SINGLE_OBJECT_HEADER_BYTES;
        TopicReader.read(
                address,
                Map.of(),
                (key, m) -> {
                    EventCodec.decode(new AvroIn().wrap(m, header, m.length - header), e);
                    long expected = next.getOrDefault(e.sessionLow, 0L);
                    assertThat(e.seq).isLessThanOrEqualTo(expected);
                    assertThat(!once || e.seq == expected).isTrue();
                    next.put(e.sessionLow, Math.max(expected, e.seq + 1));
                });
        return next.get(victims - 1);
    }

    @Test
    void shouldRefuseAFolderThatAnotherAgentHas() throws Exception {
        try (SpoolFolder held = SpoolFolder.open(temp.resolve("spool"))) {
            assertThatThrownBy(() -> sink("127.0.0.1:1"))
                    .hasMessageContaining("another process spools there")
                    .hasMessageContaining("--spool");
            assertThat(held.numbers()).isEqualTo(List.of());
        }
    }

    /** An agent that is killed. */
    static final class Victim {
        private Victim() {}

        public static void main(String[] args) throws Exception {
            SpoolTally tally = new SpoolTally();
            long session = Long.parseLong(args[2]);
            try (SpoolSink sink =
                    SpoolSink.open(
                            new SpoolSettings(Path.of(args[0]), 1L << 30, Drop.OLDEST),
                            KafkaEventSink.spooled(args[1], Map.of()))) {
                while (!Thread.currentThread().isInterrupted()) {
                    for (int i = 0; i < 200; i++) {
                        tally.make(session, sink::accept);
                    }
                    LockSupport.parkNanos(10_000_000);
                }
            }
        }
    }
}
