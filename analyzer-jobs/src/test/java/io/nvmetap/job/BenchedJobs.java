package io.nvmetap.job;

import io.nvmetap.bench.Stopwatch;
import io.nvmetap.cli.Brokers;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.finding.FindingCodec;
import io.nvmetap.finding.SessionSummary;
import io.nvmetap.rule.RuleSettings;
import io.nvmetap.trace.EventSerde;
import io.nvmetap.trace.TraceBlock;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;

/** The product's job, and jobs that only count, with a stopwatch before and after. */
public final class BenchedJobs {
    private BenchedJobs() {}

    /** One core, in this process; objects reused, as the product does. */
    public static StreamExecutionEnvironment environment() {
        Configuration conf = new Configuration();
        conf.setString("rest.port", "0");
        conf.setString("rest.bind-address", "127.0.0.1");
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1, conf);
        env.getConfig().enableObjectReuse();
        return env;
    }

    /** Encoded events of a trace file, each a message, for jobs that only count. */
    public static DataStream<byte[]> file(StreamExecutionEnvironment env, Path trace) {
        FileSource<byte[]> source =
                FileSource.forRecordStreamFormat(
                                new MessageFormat(),
                                new org.apache.flink.core.fs.Path(trace.toUri()))
                        .build();
        return timed(env.fromSource(source, WatermarkStrategy.noWatermarks(), "messages"));
    }

    /** The product over a trace file: all rules. */
    public static void judgeFile(StreamExecutionEnvironment env, Path trace) {
        end(
                AnalysisJob.judgeFile(
                        timed(AnalysisJob.file(env, trace)), List.of(), RuleSettings.DEFAULTS));
    }

    /** Encoded events of the topic. */
    public static DataStream<byte[]> topic(StreamExecutionEnvironment env, String brokers) {
        JobSettings settings =
                new JobSettings(
                        Brokers.plain(brokers),
                        List.of(),
                        RuleSettings.DEFAULTS,
                        false,
                        1,
                        "nvmetap-bench");
        return timed(AnalysisJob.topic(env, settings));
    }

    private static DataStream<byte[]> timed(DataStream<byte[]> events) {
        return events.map(
                        m -> {
                            Stopwatch.event();
                            return m;
                        })
                .returns(byte[].class);
    }

    /** The product over the topic: all rules. */
    public static void judge(DataStream<byte[]> events) {
        end(AnalysisJob.judge(events, List.of(), RuleSettings.DEFAULTS, 1).findings());
    }

    private static void end(DataStream<byte[]> said) {
        said.map(
                        m -> {
                            if (FindingCodec.decode(m) instanceof SessionSummary) {
                                Stopwatch.end();
                            }
                            return m;
                        })
                .returns(byte[].class)
                .sinkTo(new DiscardingSink<>());
    }

    /** Decodes and counts by key, in keyed state. */
    public static void countByKey(DataStream<byte[]> events) {
        events.keyBy(new EventKey())
                .process(new KeyedCount())
                .returns(Long.class)
                .sinkTo(new DiscardingSink<>());
    }

    /** Decodes the blocks that the product judges, and counts, without a key. */
    public static void countBlocks(StreamExecutionEnvironment env, Path trace) {
        timed(AnalysisJob.file(env, trace))
                .process(new BlockCount())
                .returns(Long.class)
                .sinkTo(new DiscardingSink<>());
    }

    private static final class KeyedCount extends KeyedProcessFunction<String, byte[], Long> {
        private static final long serialVersionUID = 1L;

        private transient CapturedEvent event;
        private transient EventSerde serde;
        private transient ValueState<Long> count;

        @Override
        public void open(OpenContext context) {
            event = new CapturedEvent();
            serde = EventSerde.singleObject();
            count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
        }

        @Override
        public void processElement(byte[] message, Context context, Collector<Long> out)
                throws Exception {
            serde.decode(message, event);
            Long before = count.value();
            count.update(before == null ? 1 : before + 1);
            if (event.kind == EventKind.CAPTURE_ENDED) {
                out.collect(count.value());
                Stopwatch.end();
            }
        }
    }

    private static final class BlockCount extends ProcessFunction<byte[], Long> {
        private static final long serialVersionUID = 1L;

        private transient CapturedEvent event;
        private transient TraceBlock block;
        private transient long count;

        @Override
        public void open(OpenContext context) {
            event = new CapturedEvent();
            block = new TraceBlock();
        }

        @Override
        public void processElement(byte[] bytes, Context context, Collector<Long> out) {
            block.wrap(bytes);
            while (block.next(event)) {
                count++;
                if (event.kind == EventKind.CAPTURE_ENDED) {
                    out.collect(count);
                    Stopwatch.end();
                }
            }
        }
    }
}
