package io.nvmetap.job;

import io.nvmetap.rule.RuleSettings;
import io.nvmetap.trace.Topics;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
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
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Builds the job graph: a source of encoded events, the rules, the findings. */
public final class AnalysisJob {
    /** Longest a transaction is open: below the 15 minutes that a broker allows by default. */
    private static final String TRANSACTION_TIMEOUT_MS = "600000";

    private AnalysisJob() {}

    /**
     * The whole live job: topic of events, rules, topics of findings and dead letters. The same in a
     * process of ours and in a cluster.
     *
     * @param env with checkpoints enabled: what is promised of findings rests on them
     */
    public static void live(StreamExecutionEnvironment env, JobSettings settings) {
        // Fails where an operator has no uid: its state would be lost in an upgrade.
        env.configure(new Configuration().set(PipelineOptions.AUTO_GENERATE_UIDS, false));
        env.getConfig().enableObjectReuse();
        toTopics(judge(topic(env, settings), settings.rules(), settings.thresholds()), settings);
    }

    /** Events of a topic, live, from its beginning. */
    private static DataStream<byte[]> topic(
            StreamExecutionEnvironment env, JobSettings settings) {
        KafkaSource<byte[]> source =
                KafkaSource.<byte[]>builder()
                        .setProperties(properties(settings))
                        .setBootstrapServers(settings.brokers())
                        .setTopics(Topics.EVENTS)
                        .setGroupId(settings.name())
                        .setStartingOffsets(OffsetsInitializer.earliest())
                        .setProperty("commit.offsets.on.checkpoint", "false")
                        .setProperty("reconnect.backoff.max.ms", "1000")
                        .setDeserializer(
                                KafkaRecordDeserializationSchema.valueOnly(
                                        ByteArrayDeserializer.class))
                        .build();
        return env.fromSource(
                        source,
                        WatermarkStrategy.noWatermarks(),
                        "events",
                        PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO)
                .uid("events-topic");
    }

    /** Events of a trace file, bounded. */
    public static DataStream<byte[]> file(StreamExecutionEnvironment env, Path trace) {
        FileSource<byte[]> source =
                FileSource.forRecordStreamFormat(
                                new TraceFormat(), new org.apache.flink.core.fs.Path(trace.toUri()))
                        .build();
        return env.fromSource(source, WatermarkStrategy.noWatermarks(), "trace").uid("events-file");
    }

    /** The rules over events: encoded findings and summaries. */
    public static SingleOutputStreamOperator<byte[]> judge(
            DataStream<byte[]> events, List<String> ruleIds, RuleSettings settings) {
        return events.keyBy(new EventKey())
                .process(new JudgeFunction(ruleIds, settings))
                .returns(PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO)
                .name("rules")
                .uid("rules");
    }

    /** Findings, and what could not be decoded, to their topics. */
    private static void toTopics(
            SingleOutputStreamOperator<byte[]> findings, JobSettings settings) {
        findings.sinkTo(sink(settings, Topics.FINDINGS, new FindingSchema(Topics.FINDINGS)))
                .name("findings")
                .uid("findings-topic");
        String dead = Topics.EVENTS + Topics.DEAD_LETTER_SUFFIX;
        findings.getSideOutput(JudgeFunction.DEAD)
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
                .setBootstrapServers(settings.brokers())
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
        settings.client().forEach(properties::setProperty);
        return properties;
    }
}
