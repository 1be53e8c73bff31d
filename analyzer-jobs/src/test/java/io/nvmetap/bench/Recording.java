package io.nvmetap.bench;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.Simulation;
import io.nvmetap.guest.SimulationSpec;
import io.nvmetap.trace.TraceWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What is measured with: a Linux guest at depth 64 on two queue pairs behind the reference driver,
 * both sides seen, each store told. The same for everybody, from one seed.
 */
final class Recording {
    private static final long SEED = 7;

    private Recording() {}

    /**
     * Writes it as a trace file.
     *
     * @param operations I/O commands; some 16 events each
     * @return events
     */
    static long write(Path file, int operations) throws IOException {
        try (TraceWriter writer = TraceWriter.open(file)) {
            Simulation.run(
                    SimulationSpec.of(GuestKind.LINUX, SEED, operations),
                    e -> {
                        try {
                            writer.append(e);
                        } catch (IOException io) {
                            throw new UncheckedIOException(io);
                        }
                    });
            return writer.written();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /**
     * @return its events, without those that begin and end it; texts apart, all kinds
     */
    static List<CapturedEvent> events(int operations) {
        List<CapturedEvent> kept = new ArrayList<>();
        Simulation.run(
                SimulationSpec.of(GuestKind.LINUX, SEED, operations),
                e -> {
                    boolean frame =
                            e.kind == EventKind.CAPTURE_STARTED
                                    || e.kind == EventKind.CAPTURE_ENDED
                                    || e.kind == EventKind.PAYLOAD;
                    if (!frame) {
                        kept.add(e.copy());
                    }
                });
        return kept;
    }
}
