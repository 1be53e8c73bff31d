package io.nvmetap.bench;

import io.nvmetap.bench.Figure.Bar;
import io.nvmetap.broker.LocalBroker;
import io.nvmetap.capture.KafkaEventSink;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.trace.Topics;
import io.nvmetap.trace.TraceReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** From the tap into a topic, and from file and topic through all rules. */
final class PipelineBench {
    private static final int PATIENCE_MS = 120_000;

    /** Events of a send for each I/O command of the recording: about what it has. */
    private static final int EVENTS_PER_OPERATION = 16;

    private static final Bar OVER_COUNT = Bar.atLeast(0.6);
    private static final Bar OVER_PLAIN = Bar.atLeast(4);

    private PipelineBench() {}

    /** Measures; a broker of its own runs in {@code folder} meanwhile. */
    static List<Figure> run(BenchEffort effort, Path folder) throws IOException {
        PlainClasses.make();
        Path trace = folder.resolve("bench.avro");
        Recording.write(trace, effort.operations());
        List<Figure> figures = new ArrayList<>(file(effort, trace));
        LocalBroker broker = new LocalBroker(folder.resolve("broker"));
        try {
            String address = broker.start(Topics.ALL);
            publish(trace, address);
            figures.addAll(topic(effort, trace, address));
        } finally {
            broker.stop();
        }
        // A topic of its own again: what is sent now is never read.
        LocalBroker other = new LocalBroker(folder.resolve("send"));
        try {
            figures.addAll(send(effort, other.start(Topics.ALL)));
        } finally {
            other.stop();
        }
        return figures;
    }

    private static void publish(Path trace, String address) throws IOException {
        CapturedEvent e = new CapturedEvent();
        try (TraceReader reader = TraceReader.open(trace);
                KafkaEventSink sink = new KafkaEventSink(address, PATIENCE_MS)) {
            while (reader.next(e)) {
                sink.accept(e);
            }
        }
    }

    private static List<Figure> file(BenchEffort effort, Path trace) throws IOException {
        ForkedWays w =
                new ForkedWays(effort, PipelineFork.class)
                        .run(
                                List.of(
                                        "FILE_COUNT_BY_KEY",
                                        "IN_PROCESS",
                                        "FILE_RULES",
                                        "FILE_COUNT",
                                        "FILE_PLAIN"),
                                trace.toString(),
                                "-");
        List<Double> rules = w.of("FILE_RULES");
        List<Double> inProcess = w.of("IN_PROCESS");
        List<Double> byKey = w.of("FILE_COUNT_BY_KEY");
        return List.of(
                Figure.ratio(
                        "fileOverCount",
                        "analyze FILE, all rules, speed over a Flink job that counts by key",
                        byKey,
                        inProcess,
                        OVER_COUNT),
                Figure.ratio(
                        "fileFlinkOverCount",
                        "analyze FILE --flink, the same",
                        byKey,
                        rules,
                        OVER_COUNT),
                Figure.ratio(
                        "fileFlinkOverBareCount",
                        "analyze FILE --flink, over one that only decodes the same blocks and counts",
                        w.of("FILE_COUNT"),
                        rules,
                        Bar.NONE),
                Figure.ratio(
                        "fileOverPlain",
                        "analyze FILE, all rules, speed over the plain way with all rules",
                        w.of("FILE_PLAIN"),
                        inProcess,
                        OVER_PLAIN),
                Figure.ratio(
                        "fileFlinkOverPlain",
                        "analyze FILE --flink, the same",
                        w.of("FILE_PLAIN"),
                        rules,
                        OVER_PLAIN));
    }

    private static List<Figure> topic(BenchEffort effort, Path trace, String address)
            throws IOException {
        ForkedWays w =
                new ForkedWays(effort, PipelineFork.class)
                        .run(
                                List.of("TOPIC_COUNT", "TOPIC_RULES", "TOPIC_PLAIN"),
                                trace.toString(),
                                address);
        List<Double> rules = w.of("TOPIC_RULES");
        return List.of(
                Figure.ratio(
                        "topicOverCount",
                        "analyze the topic, speed over a Flink job that counts by key",
                        w.of("TOPIC_COUNT"),
                        rules,
                        OVER_COUNT),
                Figure.ratio(
                        "topicOverPlain",
                        "analyze the topic, speed over the plain way with all rules",
                        w.of("TOPIC_PLAIN"),
                        rules,
                        OVER_PLAIN));
    }

    private static List<Figure> send(BenchEffort effort, String address) throws IOException {
        int events = effort.operations() * EVENTS_PER_OPERATION;
        ForkedWays w =
                new ForkedWays(effort, SendFork.class)
                        .run(
                                List.of("BARE", "AGENT", "AGENT_ON_ONE_THREAD"),
                                address,
                                Integer.toString(events));
        RecordSizes sizes = RecordSizes.ofRecordings();
        return List.of(
                Figure.ratio(
                        "sendOverBareProducer",
                        "tap to topic, tap and agent on a thread each as in production, speed over"
                                + " a bare producer with records made before",
                        w.of("BARE"),
                        w.of("AGENT"),
                        Bar.atLeast(0.8)),
                Figure.ratio(
                        "",
                        "the same, tap and agent on one thread",
                        w.of("BARE"),
                        w.of("AGENT_ON_ONE_THREAD"),
                        Bar.NONE),
                Figure.plain(
                        "bytesPerEvent",
                        "mean record, doorbells, completions and interrupts, recorded boots",
                        "B",
                        List.of(sizes.small()),
                        Bar.atMost(64)),
                Figure.plain(
                        "bytesPerCommand",
                        "mean record, commands, recorded boots",
                        "B",
                        List.of(sizes.command()),
                        Bar.atMost(112)),
                Figure.plain(
                        "bytesPerBareCommand",
                        "the same, 64-byte entries, without the list of data pages",
                        "B",
                        List.of(sizes.bareCommand()),
                        Bar.NONE));
    }
}
