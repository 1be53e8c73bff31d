package io.nvmetap.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.agent.CPrograms.Compiler;
import io.nvmetap.broker.LocalBroker;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.trace.EventSerde;
import io.nvmetap.trace.Topics;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Taps into the topic, and an agent that is stopped by a signal. */
class AgentTopicITCase {
    @TempDir Path folder;

    private LocalBroker broker() {
        return new LocalBroker(folder.resolve("home"));
    }

    @AfterEach
    void stop() throws IOException {
        broker().stop();
    }

    @Test
    void shouldCarryEachTapsSessionWholeAndInOrder() throws Exception {
        String address = broker().start(Topics.ALL);
        String sample =
                CPrograms.with(Compiler.GCC, folder)
                        .build("sample", List.of("-O2"), "mediator")
                        .toString();
        Path socket = folder.resolve("s");
        try (AgentRun agent =
                AgentRun.start("--listen", "unix:" + socket, "--bootstrap-servers", address)) {
            List<Process> taps = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                taps.add(CPrograms.start(List.of(sample, "unix:" + socket, "0", "10")));
            }
            for (Process tap : taps) {
                assertThat(tap.waitFor()).isZero();
            }
            agent.await(
                    "three sessions end",
                    () -> agent.text().split("the guest shut down", -1).length == 4);
        }
        Map<String, List<Long>> sessions = sessions(address);
        assertThat(sessions).hasSize(3);
        for (List<Long> seqs : sessions.values()) {
            for (int i = 0; i < seqs.size(); i++) {
                assertThat(seqs.get(i)).isEqualTo(i);
            }
        }
    }

    @Test
    void shouldSayWithinSecondsThatNoBrokerAnswers() throws Exception {
        try (AgentRun agent =
                AgentRun.start(
                        "--listen", "tcp:127.0.0.1:0", "--bootstrap-servers", "127.0.0.1:1")) {
            assertThat(agent.status()).isEqualTo(ExitStatus.FAILURE);
            assertThat(agent.error()).contains("cannot reach a Kafka broker").hasLineCount(1);
        }
    }

    @Test
    void shouldEndTheSessionsAndExitWithZeroWhenTerminated() throws Exception {
        Path trace = folder.resolve("t.avro");
        Process agent =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                AgentCommand.class.getName(),
                                "--listen",
                                "tcp:127.0.0.1:0",
                                "--out",
                                trace.toString())
                        .redirectErrorStream(true)
                        .start();
        try (BufferedReader said =
                        new BufferedReader(new InputStreamReader(agent.getInputStream()));
                GZIPInputStream tap =
                        new GZIPInputStream(
                                getClass()
                                        .getResourceAsStream(
                                                "/io/nvmetap/wire/every-kind.tap.gz"))) {
            String first = said.readLine();
            int port = Integer.parseInt(first.substring(first.lastIndexOf(':') + 1));
            try (Socket s = new Socket(InetAddress.getLoopbackAddress(), port)) {
                // The last word is kept back: the tap is still there.
                byte[] bytes = tap.readAllBytes();
                s.getOutputStream().write(bytes, 0, bytes.length - 70);
                assertThat(said.readLine()).contains("records");
                agent.destroy();
                assertThat(agent.waitFor(30, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(agent.exitValue()).isZero();
        } finally {
            agent.destroyForcibly();
        }
        List<CapturedEvent> events = AgentRun.events(trace);
        CapturedEvent last = events.get(events.size() - 1);
        assertThat(last.kind).isEqualTo(EventKind.CAPTURE_ENDED);
        assertThat(last.label).isEqualTo("the agent was stopped");
    }

    /** Sequence numbers of each session, in the topic's order. */
    private static Map<String, List<Long>> sessions(String address) {
        Map<String, List<Long>> sessions = new TreeMap<>();
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
            long left = consumer.endOffsets(all).values().stream().mapToLong(Long::longValue).sum();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (left > 0 && System.nanoTime() < deadline) {
                for (ConsumerRecord<byte[], byte[]> r : consumer.poll(Duration.ofMillis(200))) {
                    serde.decode(r.value(), e);
                    sessions.computeIfAbsent(e.sessionHex(), s -> new ArrayList<>()).add(e.seq);
                    left--;
                }
            }
        }
        return sessions;
    }
}
