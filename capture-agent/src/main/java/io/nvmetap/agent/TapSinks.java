package io.nvmetap.agent;

import io.nvmetap.capture.CaptureWatch;
import io.nvmetap.capture.EventSink;
import io.nvmetap.capture.FileSink;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where sessions go: the topic, or a trace file for each. Any thread. */
final class TapSinks implements Closeable {
    private final Path file;
    private final EventSink topic;
    private final CaptureWatch watch;
    private final TapTotals totals = new TapTotals();
    private int files;

    private TapSinks(Path file, EventSink topic, CaptureWatch watch) {
        this.file = file;
        this.topic = topic;
        this.watch = watch;
    }

    /** The first session into {@code file}, later ones beside it: {@code name-2.avro} and so on. */
    static TapSinks ofFile(Path file, CaptureWatch watch) {
        return new TapSinks(file, null, watch);
    }

    /** All sessions into the topic; closed with this. */
    static TapSinks ofTopic(EventSink topic, CaptureWatch watch) {
        return new TapSinks(null, topic, watch);
    }

    /** What came of all taps that are to be kept here. */
    TapTotals totals() {
        return totals;
    }

    /**
     * @param sink for one session
     * @param name for people
     */
    record Place(EventSink sink, String name) {}

    /**
     * @throws IOException if a file cannot be made
     */
    synchronized Place open(long sessionHigh, long sessionLow) throws IOException {
        if (topic != null) {
            return new Place(
                    watch.sink(new Shared(topic)),
                    String.format("%016x%016x", sessionHigh, sessionLow));
        }
        files++;
        Path target = file;
        // Only the file that was named is replaced if it is there.
        while (files > 1 && Files.exists(target = file.resolveSibling(numbered(file, files)))) {
            files++;
        }
        EventSink sink = watch.sink(FileSink.open(target, sessionHigh, sessionLow));
        return new Place(sink, target.toString());
    }

    private static String numbered(Path file, int number) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot <= 0
                ? name + "-" + number
                : name.substring(0, dot) + "-" + number + name.substring(dot);
    }

    @Override
    public void close() throws IOException {
        if (topic != null) {
            topic.close();
        }
    }

    /** One session's part of the topic: its end leaves the producer to the others. */
    private record Shared(EventSink topic) implements EventSink {
        @Override
        public void accept(byte[] body, int count, byte[] key) throws IOException {
            topic.accept(body, count, key);
        }

        @Override
        public void flush() throws IOException {
            topic.flush();
        }

        @Override
        public long lost() {
            return topic.lost();
        }

        @Override
        public void close() throws IOException {
            topic.flush();
        }
    }
}
