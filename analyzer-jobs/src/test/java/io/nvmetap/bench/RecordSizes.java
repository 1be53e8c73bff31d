package io.nvmetap.bench;

import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventCodec;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.trace.TraceReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Mean bytes of an Avro record, without the ten bytes that frame it in a message, over the boots
 * recorded on both sides that are kept in the project.
 *
 * @param small doorbells, completions and interrupts
 * @param command commands
 * @param bareCommand commands of 64 bytes without the list of their data pages, which grows with
 *     the transfer
 */
public record RecordSizes(double small, double command, double bareCommand) {
    /** Weighs the recordings that are kept. */
    static RecordSizes ofRecordings() throws IOException {
        Path home = Path.of(System.getProperty("nvmetap.home", ".."));
        try (Stream<Path> all =
                Files.list(home.resolve("capture-agent/src/test/recordings/boots"))) {
            return of(all.filter(f -> f.toString().endsWith(".avro")).sorted().toList());
        }
    }

    private static RecordSizes of(List<Path> traces) throws IOException {
        Scales small = new Scales();
        Scales command = new Scales();
        Scales bare = new Scales();
        CapturedEvent e = new CapturedEvent();
        for (Path trace : traces) {
            try (TraceReader reader = TraceReader.open(trace)) {
                while (reader.next(e)) {
                    switch (e.kind) {
                        case DOORBELL_RUNG,
                                COMPLETION_SEEN,
                                COMPLETION_COPIED,
                                INTERRUPT_RAISED,
                                INTERRUPT_DELIVERED ->
                                small.weigh(e);
                        case COMMAND_FETCHED, COMMAND_EMITTED -> {
                            command.weigh(e);
                            if (e.entryBytes == Sqe.SIZE) {
                                e.pageCount = 0;
                                bare.weigh(e);
                            }
                        }
                        default -> {
                            // Few, or of no size of their own.
                        }
                    }
                }
            }
        }
        return new RecordSizes(small.mean(), command.mean(), bare.mean());
    }

    private static final class Scales {
        private final AvroOut out = new AvroOut(1024);
        private long records;
        private long bytes;

        void weigh(CapturedEvent e) {
            EventCodec.encode(e, out.clear());
            records++;
            bytes += out.position();
        }

        double mean() {
            return (double) bytes / records;
        }
    }
}
