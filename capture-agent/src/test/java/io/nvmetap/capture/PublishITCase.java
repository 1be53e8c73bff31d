package io.nvmetap.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.broker.LocalBroker;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.Side;
import io.nvmetap.trace.EventSerde;
import io.nvmetap.trace.Topics;
import io.nvmetap.trace.TraceWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishITCase {
    private static final int EVENTS = 60_000;

    @TempDir Path temp;

    private LocalBroker broker() {
        return new LocalBroker(temp.resolve("home"));
    }

    @AfterEach
    void stop() throws IOException {
        broker().stop();
    }

    @Test
    void shouldHaveEachEventOnceInOrderThoughTheBrokerIsKilled() throws Exception {
        String address = broker().start(Topics.ALL);
        CapturedEvent e = doorbell();
        try (KafkaEventSink sink = new KafkaEventSink(address, 120_000)) {
            for (int i = 0; i < EVENTS; i++) {
                sink.accept(e.at(i, i, 0, 0));
                if (i == EVENTS / 6) {
                    sink.flush(); // Some of it is there, some under way, some not made yet.
                }
                if (i == EVENTS / 3) {
                    kill();
                }
            }
            // By another than the publisher, who may be waiting for it.
            CompletableFuture<String> again = CompletableFuture.supplyAsync(this::up);
            sink.flush();
            assertThat(again.get(60, TimeUnit.SECONDS)).isEqualTo(address);
            assertThat(sink.lost()).isZero();
        }
        assertThat(sequence(address, EVENTS))
                .isEqualTo(IntStream.range(0, EVENTS).mapToObj(i -> (long) i).toList());
    }

    @Test
    void shouldPublishAFileAndSayWhatItDid() throws Exception {
        String address = broker().start(Topics.ALL);
        Path trace = temp.resolve("t.avro");
        try (TraceWriter writer = TraceWriter.open(trace)) {
            for (int i = 0; i < 1_000; i++) {
                writer.append(doorbell().at(i, i, 0, 0));
            }
        }
        String[] args = {trace.toString(), "--bootstrap-servers", address};
        assertThat(run(args)).isEqualTo(ExitStatus.OK + " ");
        assertThat(sequence(address, 1_000)).hasSize(1_000);
    }

    @Test
    void shouldSayWithinSecondsThatNobodyAnswers() throws IOException {
        Path trace = temp.resolve("t.avro");
        TraceWriter.open(trace).close();
        long begin = System.nanoTime();
        String[] args = {trace.toString(), "--bootstrap-servers", "127.0.0.1:1"};
        assertThat(run(args))
                .isEqualTo(
                        ExitStatus.FAILURE
                                + " nvmetap: cannot reach a Kafka broker at 127.0.0.1:1; start one"
                                + " with `nvmetap up` or name another with --bootstrap-servers");
        assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(20));
    }

    @Test
    void shouldEndWithOneLineWhenTheBrokerStaysAway() throws Exception {
        String address = broker().start(Topics.ALL);
        KafkaEventSink sink = new KafkaEventSink(address, 10_000);
        sink.accept(doorbell().at(0, 0, 0, 0));
        sink.flush();
        kill();
        for (int i = 1; i <= 10; i++) {
            sink.accept(doorbell().at(i, i, 0, 0));
        }
        assertThatThrownBy(sink::flush)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("events could not be delivered to topic nvmetap.events")
                .hasMessageContaining(address);
        assertThat(sink.lost()).isEqualTo(10);
        assertThatThrownBy(() -> sink.accept(doorbell())).isInstanceOf(IOException.class);
        sink.close();
        sink.close();
    }

    @Test
    void shouldRefuseAnAddressThatIsNone() {
        assertThatThrownBy(() -> new KafkaEventSink("nowhere", 1_000))
                .hasMessageContaining("HOST:PORT");
    }

    @Test
    void shouldCarryALiveCaptureFromTapToTopic() throws Exception {
        String address = broker().start(Topics.ALL);
        EventRing ring = new EventRing(EventRing.CAPACITY_BYTES_DEFAULT, System::nanoTime);
        Session session = new Session(5, 6, CaptureStarted.unknown());
        Agent agent =
                new Agent(
                        ring, session, c -> LiveState.UNKNOWN, new KafkaEventSink(address, 60_000));
        agent.start();
        Tap tap = new RingTap(ring, 0);
        for (int i = 0; i < 10_000; i++) {
            tap.emit(tap.event().asDoorbell(Side.GUEST, DoorbellKind.SQ_TAIL, 1, i), 0);
        }
        agent.close();
        assertThat(agent.lost()).isZero();
        int sent = (int) agent.sent();
        assertThat(sent).isGreaterThanOrEqualTo(10_002);
        assertThat(sequence(address, sent))
                .isEqualTo(IntStream.range(0, sent).mapToObj(i -> (long) i).toList());
    }

    private String up() {
        try {
            return broker().start(Topics.ALL);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void kill() throws Exception {
        ProcessHandle process = broker().process().orElseThrow();
        process.destroyForcibly();
        process.onExit().get(10, TimeUnit.SECONDS);
    }

    private static CapturedEvent doorbell() {
        CapturedEvent e = new CapturedEvent();
        e.sessionLow = 77;
        return e.asDoorbell(Side.GUEST, DoorbellKind.SQ_TAIL, 1, 1);
    }

    private static String run(String[] args) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        int status = CommandRunner.run(new PublishCommand(), args, err);
        return status + " " + bytes.toString(StandardCharsets.UTF_8).strip();
    }

    /** Sequence numbers in the topic, in order; reads on a little to find what should not be. */
    private static List<Long> sequence(String address, int expected) {
        List<Long> got = new java.util.ArrayList<>();
        CapturedEvent e = new CapturedEvent();
        EventSerde serde = EventSerde.singleObject();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        Map.of("bootstrap.servers", address, "auto.offset.reset", "earliest"),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            List<TopicPartition> all =
                    consumer.partitionsFor(Topics.EVENTS).stream()
                            .map(p -> new TopicPartition(p.topic(), p.partition()))
                            .toList();
            consumer.assign(all);
            long there =
                    consumer.endOffsets(all).values().stream().mapToLong(Long::longValue).sum();
            assertThat(there).isEqualTo(expected);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (got.size() < there && System.nanoTime() < deadline) {
                for (ConsumerRecord<byte[], byte[]> r : consumer.poll(Duration.ofMillis(200))) {
                    serde.decode(r.value(), e);
                    assertThat(r.key()).isEqualTo(EventSerde.key(e));
                    got.add(e.seq);
                }
            }
        }
        return got;
    }
}
