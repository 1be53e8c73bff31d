package io.nvmetap.session;

import io.nvmetap.capture.DirectTap;
import io.nvmetap.capture.Tap;
import io.nvmetap.compare.Verdict;
import io.nvmetap.device.Timeline;
import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.trace.TraceWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;

/** A replay's own recording, or none. */
final class Recorder implements AutoCloseable {
    /** Session id of a replay's own recording: the same replay gives the same file. */
    private static final long SESSION = 0x7265_706C_6179L;

    private final TraceWriter writer;
    private final Trail trail = new Trail();
    private DirectTap tap;

    private Recorder(TraceWriter writer) {
        this.writer = writer;
    }

    /**
     * @throws IOException if the file cannot be written
     */
    static Recorder to(Optional<Path> file) throws IOException {
        return new Recorder(file.isPresent() ? TraceWriter.open(file.get()) : null);
    }

    Tap start(Timeline timeline, CaptureStarted header) {
        if (writer == null) {
            return Tap.OFF;
        }
        tap = new DirectTap(timeline, SESSION, 0, this::append);
        tap.start(header);
        return tap;
    }

    private void append(CapturedEvent e) {
        try {
            writer.append(e);
        } catch (IOException cannot) {
            throw new UncheckedIOException(cannot);
        }
    }

    /** This event of the original is replayed next. */
    void step(long seq) {
        if (writer != null) {
            trail.step(writer.written(), seq);
        }
    }

    Replayed end(Verdict verdict) {
        if (tap != null) {
            tap.end("replay ended: " + verdict.outcome());
        }
        return new Replayed(verdict, trail);
    }

    /**
     * Closes the file.
     *
     * @throws IOException if the recording is not complete
     */
    @Override
    public void close() throws IOException {
        if (writer == null) {
            return;
        }
        writer.close();
        if (tap != null && tap.failure().isPresent()) {
            throw new IOException("the recording: " + tap.failure().get().getMessage());
        }
    }
}
