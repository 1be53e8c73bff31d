package io.nvmetap.bench;

import io.nvmetap.event.AvroIn;
import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventCodec;
import io.nvmetap.event.EventKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecordBase;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Doorbells, commands and completions of the simulated recording, in its order, to and from bytes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EncodeBenchmark {
    static final int BATCH = 1_024;

    private static final int OPERATIONS = 1_000;

    private final List<CapturedEvent> events = new ArrayList<>();
    private final List<SpecificRecordBase> records = new ArrayList<>();
    private final List<byte[]> encoded = new ArrayList<>();
    private final AvroOut out = new AvroOut(4_096);
    private final AvroIn in = new AvroIn();
    private final CapturedEvent decoded = new CapturedEvent();
    private final HandEncoder hand = new HandEncoder();
    private final ByteArrayOutputStream stream = new ByteArrayOutputStream(4_096);
    private BinaryEncoder encoder;
    private BinaryDecoder decoder;
    private SpecificDatumWriter<SpecificRecordBase> writer;
    private SpecificDatumReader<SpecificRecordBase> reader;

    /** Each event three times: as ours, as Avro's, as bytes. */
    @Setup(Level.Trial)
    public void begin() throws IOException {
        writer = new SpecificDatumWriter<>(PlainClasses.schema());
        reader = new SpecificDatumReader<>(PlainClasses.schema());
        for (CapturedEvent e : Recording.events(OPERATIONS)) {
            boolean taken =
                    e.kind == EventKind.DOORBELL_RUNG
                            || e.kind == EventKind.COMMAND_FETCHED
                            || e.kind == EventKind.COMMAND_EMITTED
                            || e.kind == EventKind.COMPLETION_SEEN
                            || e.kind == EventKind.COMPLETION_COPIED;
            if (taken && events.size() < BATCH) {
                EventCodec.encode(e, out.clear());
                byte[] bytes = java.util.Arrays.copyOf(out.buffer(), out.position());
                events.add(e);
                encoded.add(bytes);
                records.add(reader.read(null, DecoderFactory.get().binaryDecoder(bytes, null)));
            }
        }
        if (events.size() < BATCH) {
            throw new IllegalStateException("only " + events.size() + " events to encode");
        }
    }

    /** The product's encoder. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int ours() {
        int bytes = 0;
        for (CapturedEvent e : events) {
            EventCodec.encode(e, out.clear());
            bytes += out.position();
        }
        return bytes;
    }

    /** The least that must be done. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int hand() {
        int bytes = 0;
        for (CapturedEvent e : events) {
            bytes += hand.encode(e);
        }
        return bytes;
    }

    /** Avro's SpecificDatumWriter into its buffered encoder, reused: the faster of its ways. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int specificWriter() throws IOException {
        int bytes = 0;
        for (SpecificRecordBase r : records) {
            stream.reset();
            encoder = EncoderFactory.get().binaryEncoder(stream, encoder);
            writer.write(r, encoder);
            encoder.flush();
            bytes += stream.size();
        }
        return bytes;
    }

    /** The product's decoder. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long oursDecoding() {
        long sum = 0;
        for (byte[] b : encoded) {
            EventCodec.decode(in.wrap(b, 0, b.length), decoded);
            sum += decoded.seq;
        }
        return sum;
    }

    /** Avro's SpecificDatumReader. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int specificReader() throws IOException {
        int sum = 0;
        for (byte[] b : encoded) {
            decoder = DecoderFactory.get().binaryDecoder(b, decoder);
            sum += System.identityHashCode(reader.read(null, decoder)) & 1;
        }
        return sum;
    }
}
