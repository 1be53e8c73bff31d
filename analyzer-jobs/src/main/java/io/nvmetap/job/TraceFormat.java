package io.nvmetap.job;

import io.nvmetap.trace.TraceReader;
import java.io.IOException;
import java.util.Optional;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.connector.file.src.util.SingletonResultIterator;

/**
 * A trace file as a bounded source of its blocks, unpacked. Flink reads ahead on a thread of its
 * own, two blocks or three, and what it costs to hand one over is shared by some thousand events.
 */
public final class TraceFormat implements BulkFormat<byte[], FileSourceSplit> {
    private static final long serialVersionUID = 1L;

    @Override
    public Reader<byte[]> createReader(Configuration config, FileSourceSplit file)
            throws IOException {
        TraceReader trace =
                TraceReader.open(file.path().getFileSystem().open(file.path()), "trace");
        return new BlockReader(trace);
    }

    @Override
    public Reader<byte[]> restoreReader(Configuration config, FileSourceSplit file)
            throws IOException {
        Reader<byte[]> reader = createReader(config, file);
        long read =
                file.getReaderPosition()
                        .map(CheckpointedPosition::getRecordsAfterOffset)
                        .orElse(0L);
        while (read-- > 0) {
            reader.readBatch();
        }
        return reader;
    }

    @Override
    public boolean isSplittable() {
        return false;
    }

    @Override
    public TypeInformation<byte[]> getProducedType() {
        return PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO;
    }

    private static final class BlockReader implements Reader<byte[]> {
        private final TraceReader trace;
        private long blocks;

        BlockReader(TraceReader trace) {
            this.trace = trace;
        }

        @Override
        public RecordIterator<byte[]> readBatch() throws IOException {
            Optional<byte[]> block = trace.nextBlock();
            if (block.isEmpty()) {
                return null;
            }
            SingletonResultIterator<byte[]> one = new SingletonResultIterator<>();
            one.set(block.get(), CheckpointedPosition.NO_OFFSET, ++blocks);
            return one;
        }

        @Override
        public void close() throws IOException {
            trace.close();
        }
    }
}
