package io.nvmetap.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.testkit.BigTrace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TileTest {
    @TempDir private Path folder;

    private static ByteBuffer tile(CaptureIndex index, int level, long number) {
        byte[] bytes = Tile.of(index, new TileRequest(level, number));
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void shouldTellFewCommandsOneByOne() throws IOException {
        CaptureIndex index = SmallTrace.mediated().whole(7, 1_000).index(folder);
        ByteBuffer b = tile(index, 10, 0);
        assertThat(b.getInt()).isEqualTo(Tile.MAGIC);
        assertThat(b.getInt()).isEqualTo(10);
        assertThat(b.getDouble()).isZero();
        assertThat(b.getInt()).as("lanes").isEqualTo(2);
        assertThat(b.getShort()).as("lane").isZero();
        assertThat(b.getShort()).as("commands").isEqualTo((short) 1);
        assertThat(b.getDouble()).as("start").isEqualTo(1_100);
        assertThat(b.getFloat()).as("fetched").isEqualTo(100f);
        assertThat(b.getFloat()).as("emitted").isEqualTo(200f);
        assertThat(b.getFloat()).as("seen").isEqualTo(400f);
        assertThat(b.getFloat()).as("copied").isEqualTo(500f);
        assertThat(b.getFloat()).as("acknowledged").isEqualTo(600f);
        assertThat(b.getFloat()).as("end").isEqualTo(600f);
        assertThat(b.getDouble()).as("id").isEqualTo(7);
        b.position(b.position() + 8);
        assertThat(b.getShort()).as("marks").isEqualTo((short) 2);
    }

    @Test
    void shouldBeEmptyWhereNothingHappened() throws IOException {
        CaptureIndex index = SmallTrace.mediated().whole(7, 1_000).index(folder);
        assertThat(tile(index, 0, 1_000_000).getInt(16)).isZero();
    }

    @Test
    void shouldLeaveOutNoCommandWhenItSums() throws IOException {
        Path file = folder.resolve("big.avro");
        BigTrace.write(file, 40_000, 11, "m");
        CaptureIndex index = CaptureIndex.of(file);
        int level = 16;
        double depthNs = 0;
        int sums = 0;
        long last = index.span().toNs() / ((long) TileRequest.BUCKETS << level);
        for (long n = 0; n <= last; n++) {
            TileRequest request = new TileRequest(level, n);
            ByteBuffer b = tile(index, level, n);
            int lanes = b.getInt(16);
            b.position(20);
            for (int i = 0; i < lanes; i++) {
                b.getShort();
                int commands = b.getShort();
                sums += commands < 0 ? 1 : 0;
                depthNs += commands < 0 ? summed(b, level) : singles(b, commands, request);
                int marks = b.getShort();
                int bytes = marks < 0 ? 4 * TileRequest.BUCKETS : marks * Tile.MARK_BYTES;
                b.position(b.position() + bytes);
            }
        }
        assertThat(sums).isPositive();
        double expected = 0;
        CommandTable t = index.commands();
        for (int c = 0; c < t.size(); c++) {
            expected += t.endNs(c, true) - t.startNs(c, true);
            expected += t.endNs(c, false) - t.startNs(c, false);
        }
        assertThat(depthNs).isCloseTo(expected, org.assertj.core.data.Percentage.withPercentage(1));
    }

    @Test
    void shouldRefuseTilesThatCannotBe() {
        assertThatThrownBy(() -> new TileRequest(50, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TileRequest(-1, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TileRequest(0, -1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TileRequest(49, 1L << 40))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static double summed(ByteBuffer b, int level) {
        double ns = 0;
        for (int k = 0; k < TileRequest.BUCKETS; k++) {
            ns += (b.getShort() & 0xFFFF) / 256.0 * (1L << level);
            b.getShort();
        }
        return ns;
    }

    private static double singles(ByteBuffer b, int commands, TileRequest r) {
        double ns = 0;
        for (int k = 0; k < commands; k++) {
            int at = b.position();
            double start = b.getDouble(at);
            double end = start + b.getFloat(at + 28);
            ns += Math.min(end, r.toNs()) - Math.max(start, r.fromNs());
            b.position(at + Tile.COMMAND_BYTES);
        }
        return ns;
    }
}
