package io.nvmetap.bench;

import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.trace.EventSerde;
import io.nvmetap.trace.TraceReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Mean bytes of a Kafka message, framing and all, over the boots recorded on both sides that are
 * kept in the project.
 *
 * @param small doorbells, completions and interrupts
 * @param command commands
 * @param bareCommand commands, but for the list of their data pages, which grows with the transfer
 */
public record MessageSizes(double small, double command, double bareCommand) {
    /** Weighs the recordings that are kept. */
    static MessageSizes ofRecordings() throws IOException {
        Path home = Path.of(System.getProperty("nvmetap.home", ".."));
        try (Stream<Path> all =
                Files.list(home.resolve("capture-agent/src/test/recordings/boots"))) {
            return of(all.filter(f -> f.toString().endsWith(".avro")).sorted().toList());
        }
    }

    private static MessageSizes of(List<Path> traces) throws IOException {
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
                            e.pageCount = 0;
                            bare.weigh(e);
                        }
                        default -> {
                            // Few, or of no size of their own.
                        }
                    }
                }
            }
        }
        return new MessageSizes(small.mean(), command.mean(), bare.mean());
    }

    private static final class Scales {
        private final EventSerde serde = EventSerde.singleObject();
        private final AvroOut out = new AvroOut(1024);
        private long messages;
        private long bytes;

        void weigh(CapturedEvent e) {
            serde.encode(e, out.clear());
            messages++;
            bytes += out.position();
        }

        double mean() {
            return (double) bytes / messages;
        }
    }
}
