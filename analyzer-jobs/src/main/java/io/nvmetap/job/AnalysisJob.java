package io.nvmetap.job;

import io.nvmetap.rule.RuleSettings;
import io.nvmetap.trace.Topics;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Builds the job graph: a source of encoded events, the rules, the findings. */
public final class AnalysisJob {
    /** Longest a transaction is open: below the 15 minutes that a broker allows by default. */
    private static final String TRANSACTION_TIMEOUT_MS = "600000";

    /**
     * Messages handed over to the source's thread at once: Kafka's own 500 are taken in half a
     * millisecond, and each time a thread is woken. Their bytes have Kafka's bounds.
     */
    private static final String POLL_RECORDS_MAX = "4000";

    private static final String RULES = "rules";

    /** Key of a block, which is of no use: its events have theirs. */
    private static final String ONE_KEY = "trace";

    private static final TypeInformation<byte[]> BYTES =
            PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO;

    private AnalysisJob() {}

    /**
     * The whole live job: topic of events, rules, topics of findings and dead letters. The same in
     * a process of ours and in a cluster.
     *
     * @param env with checkpoints enabled: what is promised of findings rests on them
     */
    public static void live(StreamExecutionEnvironment env, JobSettings settings) {
        // Fails where an operator has no uid: its state would be lost in an upgrade.
        env.configure(new Configuration().set(PipelineOptions.AUTO_GENERATE_UIDS, false));
        env.getConfig().enableObjectReuse();
        env.setMaxParallelism(ShareKey.GROUPS);
        Said said =
                judge(
                        topic(env, settings),
                        settings.rules(),
                        settings.thresholds(),
                        settings.shares());
        toTopics(said, settings);
    }

    /** Events of a topic, live, from its beginning. */
    static DataStream<byte[]> topic(StreamExecutionEnvironment env, JobSettings settings) {
        KafkaSource<byte[]> source =
                KafkaSource.<byte[]>builder()
                        .setProperties(properties(settings))
                        .setBootstrapServers(settings.brokers().servers())
                        .setTopics(Topics.EVENTS)
                        .setGroupId(settings.name())
                        .setStartingOffsets(OffsetsInitializer.earliest())
                        .setProperty("commit.offsets.on.checkpoint", "false")
                        .setProperty("reconnect.backoff.max.ms", "1000")
                        .setProperty("max.poll.records", POLL_RECORDS_MAX)
                        .setDeserializer(
                                KafkaRecordDeserializationSchema.valueOnly(
                                        ByteArrayDeserializer.class))
                        .build();
        return env.fromSource(source, WatermarkStrategy.noWatermarks(), "events", BYTES)
                .uid("events-topic");
    }

    /** Blocks of events of a trace file, bounded. */
    static DataStream<byte[]> file(StreamExecutionEnvironment env, Path trace) {
        FileSource<byte[]> source =
                FileSource.forBulkFileFormat(
                                new TraceFormat(), new org.apache.flink.core.fs.Path(trace.toUri()))
                        .build();
        return env.fromSource(source, WatermarkStrategy.noWatermarks(), "trace")
                .uid("events-file")
                .setParallelism(1);
    }

    /**
     * The rules over a trace file, beside its source on one thread: there is one reader, and what
     * it costs to hand each event to another task is more than half of what the rules cost.
     *
     * @param blocks as {@link #file} gives them
     * @return encoded findings and summaries
     */
    static DataStream<byte[]> judgeFile(
            DataStream<byte[]> blocks, List<String> ruleIds, RuleSettings settings) {
        return DataStreamUtils.reinterpretAsKeyedStream(blocks, b -> ONE_KEY, Types.STRING)
                .transform(RULES, BYTES, new TraceOperator(new TraceFunction(ruleIds, settings)))
                .uid(RULES)
                .setParallelism(1);
    }

    /** What comes of the rules: encoded findings and summaries; and messages that are no event. */
    record Said(DataStream<byte[]> findings, DataStream<byte[]> dead) {}

    /**
     * The rules over events.
     *
     * @param shares among how many analyzers of one controller they are divided
     */
    static Said judge(
            DataStream<byte[]> events, List<String> ruleIds, RuleSettings settings, int shares) {
        if (shares > 1) {
            return shared(events, new ShareFunction(ruleIds, settings, shares), shares);
        }
        SingleOutputStreamOperator<byte[]> findings =
                events.keyBy(new EventKey())
                        .transform(
                                RULES,
                                BYTES,
                                new AnalyzerOperator<>(new JudgeFunction(ruleIds, settings)))
                        .uid(RULES);
        return new Said(findings, findings.getSideOutput(AnalyzerFunction.DEAD));
    }

    /** The number of shares is part of the uid: sessions under way cannot change it. */
    private static Said shared(DataStream<byte[]> events, ShareFunction rules, int shares) {
        SingleOutputStreamOperator<Tuple2<String, byte[]>> parts =
                events.flatMap(new ShareSplit(shares))
                        .returns(Types.TUPLE(Types.INT, BYTES))
                        .name("shares")
                        .uid("shares")
                        .keyBy(new ShareKey(shares))
                        .transform(
                                RULES,
                                Types.TUPLE(Types.STRING, BYTES),
                                new AnalyzerOperator<>(rules))
                        .uid(RULES + "-in-" + shares);
        DataStream<byte[]> findings =
                parts.keyBy(p -> p.f0, Types.STRING)
                        .process(new MergeFunction(shares))
                        .returns(BYTES)
                        .name("merge")
                        .uid("merge-of-" + shares);
        return new Said(findings, parts.getSideOutput(AnalyzerFunction.DEAD));
    }

    /** Findings, and what could not be decoded, to their topics. */
    private static void toTopics(Said said, JobSettings settings) {
        said.findings
                .sinkTo(sink(settings, Topics.FINDINGS, new FindingSchema(Topics.FINDINGS)))
                .name("findings")
                .uid("findings-topic");
        String dead = Topics.EVENTS + Topics.DEAD_LETTER_SUFFIX;
        said.dead
                .sinkTo(sink(settings, dead, new DeadLetterSchema(dead)))
                .name("dead letters")
                .uid("dead-letters-topic");
    }

    private static KafkaSink<byte[]> sink(
            JobSettings settings, String topic, KafkaRecordSerializationSchema<byte[]> schema) {
        Properties properties = properties(settings);
        properties.setProperty("delivery.timeout.ms", "600000");
        properties.setProperty("transaction.timeout.ms", TRANSACTION_TIMEOUT_MS);
        return KafkaSink.<byte[]>builder()
                .setKafkaProducerConfig(properties)
                .setBootstrapServers(settings.brokers().servers())
                .setDeliveryGuarantee(
                        settings.exactlyOnce()
                                ? DeliveryGuarantee.EXACTLY_ONCE
                                : DeliveryGuarantee.AT_LEAST_ONCE)
                .setTransactionalIdPrefix(settings.name() + "-" + topic)
                .setRecordSerializer(schema)
                .build();
    }

    private static Properties properties(JobSettings settings) {
        Properties properties = new Properties();
        settings.brokers().client().forEach(properties::setProperty);
        return properties;
    }
}
