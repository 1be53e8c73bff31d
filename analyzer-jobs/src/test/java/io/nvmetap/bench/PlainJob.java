package io.nvmetap.bench;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.finding.FindingCodec;
import io.nvmetap.rule.Analyzer;
import io.nvmetap.rule.RuleSet;
import io.nvmetap.rule.RuleSettings;
import io.nvmetap.trace.EventSerde;
import io.nvmetap.trace.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificFixed;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.serialization.AbstractDeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.reader.SimpleStreamFormat;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.formats.avro.typeutils.AvroTypeInfo;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;

/**
 * The same analysis the plain way: Avro's generated classes from the source on, Flink's own Avro
 * serializer between source and rules, no object reuse. The rules are the product's.
 */
final class PlainJob {
    private PlainJob() {}

    /** Records of a trace file, read by Avro. */
    static DataStream<SpecificRecordBase> file(StreamExecutionEnvironment env, Path trace) {
        FileSource<SpecificRecordBase> source =
                FileSource.forRecordStreamFormat(
                                new AvroFormat(), new org.apache.flink.core.fs.Path(trace.toUri()))
                        .build();
        return timed(env.fromSource(source, WatermarkStrategy.noWatermarks(), "plain trace"));
    }

    /** Records of the topic, read by Avro. */
    static DataStream<SpecificRecordBase> topic(StreamExecutionEnvironment env, String brokers) {
        KafkaSource<SpecificRecordBase> source =
                KafkaSource.<SpecificRecordBase>builder()
                        .setBootstrapServers(brokers)
                        .setTopics(Topics.EVENTS)
                        .setGroupId("nvmetap-plain")
                        .setStartingOffsets(OffsetsInitializer.earliest())
                        .setValueOnlyDeserializer(new AvroMessages())
                        .build();
        return timed(env.fromSource(source, WatermarkStrategy.noWatermarks(), "plain topic"));
    }

    private static DataStream<SpecificRecordBase> timed(DataStream<SpecificRecordBase> records) {
        return records.map(
                r -> {
                    Stopwatch.event();
                    return r;
                },
                type());
    }

    @SuppressWarnings("unchecked")
    private static TypeInformation<SpecificRecordBase> type() {
        return new AvroTypeInfo<>((Class<SpecificRecordBase>) PlainClasses.event());
    }

    private static String key(SpecificRecordBase r) {
        return Arrays.toString(((SpecificFixed) r.get(0)).bytes()) + "/" + r.get(1);
    }

    /** All rules. */
    static void judge(DataStream<SpecificRecordBase> records) {
        records.keyBy(PlainJob::key)
                .process(new Judge())
                .returns(byte[].class)
                .sinkTo(new DiscardingSink<>());
    }

    private static final class Judge
            extends KeyedProcessFunction<String, SpecificRecordBase, byte[]> {
        private static final long serialVersionUID = 1L;

        private transient PlainMapper mapper;
        private transient CapturedEvent event;
        private transient Analyzer analyzer;

        @Override
        public void open(OpenContext context) {
            mapper = new PlainMapper();
            event = new CapturedEvent();
            analyzer = new Analyzer(RuleSet.all(), RuleSettings.DEFAULTS);
        }

        @Override
        public void processElement(SpecificRecordBase r, Context context, Collector<byte[]> out)
                throws IOException {
            mapper.map(r, event);
            analyzer.accept(
                    event,
                    f -> out.collect(FindingCodec.encode(f)),
                    s -> out.collect(FindingCodec.encode(s)));
            if (event.kind == EventKind.CAPTURE_ENDED) {
                Stopwatch.end();
            }
        }
    }

    private static final class AvroFormat extends SimpleStreamFormat<SpecificRecordBase> {
        private static final long serialVersionUID = 1L;

        @Override
        public Reader<SpecificRecordBase> createReader(Configuration c, FSDataInputStream in)
                throws IOException {
            DataFileStream<SpecificRecordBase> stream =
                    new DataFileStream<>(
                            in, new SpecificDatumReader<>(null, PlainClasses.schema()));
            return new Reader<>() {
                @Override
                public SpecificRecordBase read() {
                    return stream.hasNext() ? stream.next() : null;
                }

                @Override
                public void close() throws IOException {
                    stream.close();
                }
            };
        }

        @Override
        public TypeInformation<SpecificRecordBase> getProducedType() {
            return type();
        }
    }

    private static final class AvroMessages
            extends AbstractDeserializationSchema<SpecificRecordBase> {
        private static final long serialVersionUID = 1L;

        private transient SpecificDatumReader<SpecificRecordBase> reader;
        private transient BinaryDecoder decoder;

        AvroMessages() {
            super(type());
        }

        @Override
        public SpecificRecordBase deserialize(byte[] message) throws IOException {
            if (reader == null) {
                reader = new SpecificDatumReader<>(PlainClasses.schema());
            }
            int header = EventSerde.SINGLE_OBJECT_HEADER_BYTES;
            decoder =
                    DecoderFactory.get()
                            .binaryDecoder(message, header, message.length - header, decoder);
            return reader.read(null, decoder);
        }
    }
}
