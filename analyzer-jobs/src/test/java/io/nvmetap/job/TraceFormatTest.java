package io.nvmetap.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.Simulation;
import io.nvmetap.guest.SimulationSpec;
import io.nvmetap.trace.TraceBlock;
import io.nvmetap.trace.TraceWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.connector.file.src.util.RecordAndPosition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceFormatTest {
    private static final int EVENTS_A_BLOCK = 50;
    private static final int EVENTS = 4 * EVENTS_A_BLOCK + 7;

    @TempDir private Path folder;
    private Path trace;

    @BeforeEach
    void write() throws IOException {
        trace = folder.resolve("t.avro");
        try (TraceWriter writer = TraceWriter.open(trace)) {
            for (CapturedEvent e :
                    Simulation.run(SimulationSpec.of(GuestKind.EDK2, 7, 10)).subList(0, EVENTS)) {
                writer.append(e);
                if (writer.written() % EVENTS_A_BLOCK == 0) {
                    writer.flush();
                }
            }
        }
    }

    private FileSourceSplit split(CheckpointedPosition at) throws IOException {
        long bytes = Files.size(trace);
        return new FileSourceSplit(
                "1",
                new org.apache.flink.core.fs.Path(trace.toUri()),
                0,
                bytes,
                0,
                bytes,
                new String[0],
                at);
    }

    private static List<RecordAndPosition<byte[]>> blocks(BulkFormat.Reader<byte[]> reader)
            throws IOException {
        List<RecordAndPosition<byte[]>> blocks = new ArrayList<>();
        try (reader) {
            for (BulkFormat.RecordIterator<byte[]> batch = reader.readBatch();
                    batch != null;
                    batch = reader.readBatch()) {
                blocks.add(batch.next());
                assertThat(batch.next()).isNull();
            }
        }
        return blocks;
    }

    private static List<Long> seqs(List<RecordAndPosition<byte[]>> blocks) {
        List<Long> seqs = new ArrayList<>();
        CapturedEvent e = new CapturedEvent();
        TraceBlock block = new TraceBlock();
        for (RecordAndPosition<byte[]> b : blocks) {
            block.wrap(b.getRecord());
            while (block.next(e)) {
                seqs.add(e.seq);
            }
        }
        return seqs;
    }

    @Test
    void shouldHandOverEachBlockAsItIsRead() throws IOException {
        List<RecordAndPosition<byte[]>> blocks =
                blocks(new TraceFormat().createReader(new Configuration(), split(null)));
        assertThat(blocks).hasSize(5);
        assertThat(seqs(blocks)).hasSize(EVENTS).doesNotHaveDuplicates().isSorted();
    }

    @Test
    void shouldGoOnBehindTheBlocksThatWereReadBefore() throws IOException {
        TraceFormat format = new TraceFormat();
        List<RecordAndPosition<byte[]>> all =
                blocks(format.createReader(new Configuration(), split(null)));
        RecordAndPosition<byte[]> third = all.get(2);
        CheckpointedPosition behind =
                new CheckpointedPosition(third.getOffset(), third.getRecordSkipCount());
        assertThat(seqs(blocks(format.restoreReader(new Configuration(), split(behind)))))
                .isEqualTo(seqs(all.subList(3, 5)));
    }

    @Test
    void shouldEndWhereTheFileIsCutOff() throws IOException {
        byte[] whole = Files.readAllBytes(trace);
        Files.write(trace, Arrays.copyOf(whole, whole.length - 5));
        List<RecordAndPosition<byte[]>> blocks =
                blocks(new TraceFormat().createReader(new Configuration(), split(null)));
        assertThat(seqs(blocks)).hasSize(4 * EVENTS_A_BLOCK);
    }
}
