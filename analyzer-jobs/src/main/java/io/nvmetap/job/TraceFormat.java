package io.nvmetap.job;

import io.nvmetap.trace.TraceReader;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.reader.SimpleStreamFormat;
import org.apache.flink.core.fs.FSDataInputStream;

/**
 * A trace file as a bounded source of its blocks, unpacked. Flink reads ahead on a thread of its
 * own and hands over what it has read piece by piece: some thousand events at once cost what one
 * would.
 */
public final class TraceFormat extends SimpleStreamFormat<byte[]> {
    private static final long serialVersionUID = 1L;

    @Override
    public Reader<byte[]> createReader(Configuration config, FSDataInputStream in)
            throws IOException {
        return new BlockReader(TraceReader.open(in, "trace"));
    }

    @Override
    public TypeInformation<byte[]> getProducedType() {
        return PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO;
    }

    private record BlockReader(TraceReader trace) implements Reader<byte[]> {
        @Override
        public byte[] read() throws IOException {
            return trace.nextBlock().orElse(null);
        }

        @Override
        public void close() throws IOException {
            trace.close();
        }
    }
}
