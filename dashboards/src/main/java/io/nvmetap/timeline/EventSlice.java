package io.nvmetap.timeline;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.trace.TraceReader;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Events of a trace file by number, read from the block they are in. */
public final class EventSlice {
    /** Told of each event; it is reused. */
    public interface Sink {
        /**
         * @param ordinal number of the event in the file
         * @return go on
         */
        boolean accept(int ordinal, CapturedEvent e) throws IOException;
    }

    private final Path trace;
    private final CaptureIndex index;

    /**
     * @param trace the file that {@code index} was made of
     */
    public EventSlice(Path trace, CaptureIndex index) {
        this.trace = trace;
        this.index = index;
    }

    /**
     * Number of the first event with this sequence number or a later one, for {@link #read}.
     *
     * @return a number at or before it: the first of its block
     */
    public int before(long seq) {
        int block = 0;
        List<CaptureIndex.Block> blocks = index.blocks();
        while (block + 1 < blocks.size() && blocks.get(block + 1).seq() <= seq) {
            block++;
        }
        return blocks.isEmpty() ? 0 : blocks.get(block).ordinal();
    }

    /** Reads events {@code from} to {@code to}, both included. */
    public void read(int from, int to, Sink sink) throws IOException {
        List<CaptureIndex.Block> blocks = index.blocks();
        int block = blocks.size() - 1;
        while (block > 0 && blocks.get(block).ordinal() > from) {
            block--;
        }
        if (block < 0) {
            return;
        }
        int ordinal = blocks.get(block).ordinal();
        CapturedEvent e = new CapturedEvent();
        int last = Math.min(to, index.span().events() - 1);
        try (TraceReader reader =
                TraceReader.open(at(blocks.get(block).byteOffset()), trace.toString())) {
            while (ordinal <= last && reader.next(e)) {
                if (ordinal >= from && !sink.accept(ordinal, e)) {
                    return;
                }
                ordinal++;
            }
        }
    }

    /** The file's header, then what follows from {@code byteOffset} on. */
    private InputStream at(long byteOffset) throws IOException {
        long headerBytes = index.blocks().get(0).byteOffset();
        InputStream in = Files.newInputStream(trace);
        try {
            byte[] header = in.readNBytes((int) headerBytes);
            in.skipNBytes(byteOffset - headerBytes);
            return new SequenceInputStream(
                    new ByteArrayInputStream(header), new BufferedInputStream(in, 1 << 16));
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }
}
