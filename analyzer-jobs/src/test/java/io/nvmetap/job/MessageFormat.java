package io.nvmetap.job;

import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.trace.EventSerde;
import io.nvmetap.trace.TraceReader;
import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.reader.SimpleStreamFormat;
import org.apache.flink.core.fs.FSDataInputStream;

/** A trace file as a bounded source of encoded events, for jobs that only count. */
final class MessageFormat extends SimpleStreamFormat<byte[]> {
    private static final long serialVersionUID = 1L;

    @Override
    public Reader<byte[]> createReader(Configuration config, FSDataInputStream in)
            throws IOException {
        TraceReader trace = TraceReader.open(in, "trace");
        return new EventReader(trace);
    }

    @Override
    public TypeInformation<byte[]> getProducedType() {
        return PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO;
    }

    private static final class EventReader implements Reader<byte[]> {
        private final TraceReader trace;
        private final CapturedEvent event = new CapturedEvent();
        private final AvroOut out = new AvroOut(1024);
        private final EventSerde serde = EventSerde.singleObject();

        EventReader(TraceReader trace) {
            this.trace = trace;
        }

        @Override
        public byte[] read() throws IOException {
            if (!trace.next(event)) {
                return null;
            }
            serde.encode(event, out.clear());
            return Arrays.copyOf(out.buffer(), out.position());
        }

        @Override
        public void close() throws IOException {
            trace.close();
        }
    }
}
