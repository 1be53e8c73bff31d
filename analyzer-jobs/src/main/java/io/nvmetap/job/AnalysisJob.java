package io.nvmetap.job;

import io.nvmetap.rule.RuleSettings;
import io.nvmetap.trace.Topics;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.connector.file.src.FileSource;
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
    private AnalysisJob() {}

    /** Events of a topic, live, from its beginning. */
    public static DataStream<byte[]> topic(StreamExecutionEnvironment env, String brokers) {
        KafkaSource<byte[]> source =
                KafkaSource.<byte[]>builder()
                        .setBootstrapServers(brokers)
                        .setTopics(Topics.EVENTS)
                        .setGroupId("nvmetap-analyzer")
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
    public static void toTopics(SingleOutputStreamOperator<byte[]> findings, String brokers) {
        findings.sinkTo(sink(brokers, Topics.FINDINGS)).name("findings").uid("findings-topic");
        findings.getSideOutput(JudgeFunction.DEAD)
                .sinkTo(sink(brokers, Topics.EVENTS + Topics.DEAD_LETTER_SUFFIX))
                .name("dead letters")
                .uid("dead-letters-topic");
    }

    private static KafkaSink<byte[]> sink(String brokers, String topic) {
        boolean dead = topic.endsWith(Topics.DEAD_LETTER_SUFFIX);
        return KafkaSink.<byte[]>builder()
                .setBootstrapServers(brokers)
                .setRecordSerializer(dead ? new DeadLetterSchema(topic) : new FindingSchema(topic))
                .setProperty("delivery.timeout.ms", "600000")
                .build();
    }
}
