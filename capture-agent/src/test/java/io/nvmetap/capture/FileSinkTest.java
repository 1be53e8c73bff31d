package io.nvmetap.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventCodec;
import io.nvmetap.trace.TraceReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSinkTest {
    private static final byte[] KEY = {};

    @TempDir Path temp;
    private final AvroOut out = new AvroOut(64);
    private final CapturedEvent event = new CapturedEvent();
    private final Random random = new Random(42);
    private long made;

    private void offer(FileSink sink) throws IOException {
        byte[] noise = new byte[1000];
        random.nextBytes(noise);
        event.asPayload(
                io.nvmetap.event.Side.GUEST,
                io.nvmetap.event.Transfer.TO_DEVICE,
                1,
                1,
                1000,
                noise);
        event.seq = made;
        EventCodec.encode(event, out.clear());
        sink.accept(out.buffer(), out.position(), KEY);
        made++;
    }

    private static long readable(TraceReader reader) throws IOException {
        CapturedEvent e = new CapturedEvent();
        long n = 0;
        while (reader.next(e)) {
            assertThat(e.seq).isEqualTo(n++);
        }
        assertThat(reader.damage()).isEmpty();
        return n;
    }

    @Test
    void shouldWriteATraceThatCanBeRead() throws IOException {
        Path file = temp.resolve("t.avro");
        try (FileSink sink = FileSink.open(file, 1, 2)) {
            for (int i = 0; i < 1_000; i++) {
                offer(sink);
            }
            assertThat(sink.lost()).isZero();
        }
        try (TraceReader reader = TraceReader.open(file)) {
            assertThat(readable(reader)).isEqualTo(1_000);
        }
    }

    @Test
    void shouldLoseNothingWhenSpaceComesBack() throws IOException {
        Disk disk = new Disk(300_000);
        FileSink sink = new FileSink(disk, "t.avro", new byte[16]);
        assertThatThrownBy(
                        () -> {
                            while (true) {
                                offer(sink);
                            }
                        })
                .hasMessage("t.avro: cannot be written (No space left on device); free some space");
        assertThatThrownBy(() -> offer(sink)).isInstanceOf(IOException.class);
        disk.room = 10_000_000;
        for (int i = 0; i < 1_000; i++) {
            offer(sink);
        }
        sink.close();
        assertThat(sink.lost()).isZero();
        assertThat(readable(disk.read())).isEqualTo(made);
    }

    @Test
    void shouldLeaveAReadableFileAndCountTheRestWhenTheDiskStaysFull() throws IOException {
        Disk disk = new Disk(600_000);
        FileSink sink = new FileSink(disk, "t.avro", new byte[16]);
        assertThatThrownBy(
                        () -> {
                            while (true) {
                                offer(sink);
                            }
                        })
                .isInstanceOf(IOException.class);
        assertThatThrownBy(sink::close).hasMessageContaining("free some space");
        sink.close();
        long kept = readable(disk.read());
        assertThat(kept).isPositive();
        assertThat(kept + sink.lost()).isEqualTo(made);
        assertThat(disk.isOpen()).isFalse();
    }

    @Test
    void shouldRefuseAFolderThatIsNotThere() {
        assertThatThrownBy(() -> FileSink.open(temp.resolve("no/t.avro"), 1, 2))
                .isInstanceOf(IOException.class);
    }

    /** A file on a disk with little room; a write that does not fit is done in part. */
    private static final class Disk implements SeekableByteChannel {
        private byte[] bytes = {};
        private long room;
        private int position;
        private boolean open = true;

        Disk(long room) {
            this.room = room;
        }

        TraceReader read() throws IOException {
            return TraceReader.open(new ByteArrayInputStream(bytes), "disk");
        }

        @Override
        public int write(ByteBuffer src) throws IOException {
            int n = (int) Math.min(src.remaining(), room - position);
            if (n <= 0) {
                throw new IOException("No space left on device");
            }
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length, position + n));
            src.get(bytes, position, n);
            position += n;
            return n;
        }

        @Override
        public SeekableByteChannel truncate(long size) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(bytes.length, size));
            return this;
        }

        @Override
        public SeekableByteChannel position(long newPosition) {
            position = (int) newPosition;
            return this;
        }

        @Override
        public long position() {
            return position;
        }

        @Override
        public int read(ByteBuffer dst) {
            throw new UnsupportedOperationException("only written");
        }

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void close() {
            open = false;
        }
    }
}
