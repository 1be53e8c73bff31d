package io.nvmetap.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeframerTest {
    private final List<Long> orders = new ArrayList<>();
    private final Deframer deframer = new Deframer(f -> orders.add(f.order()));

    @Test
    void shouldFindFramesWhenBytesComeOneByOne() {
        byte[] stream = Frames.join(Frames.doorbell(0, 1), Frames.doorbell(1, 2));
        for (byte b : stream) {
            deframer.accept(new byte[] {b}, 0, 1);
        }
        assertThat(orders).containsExactly(0L, 1L);
        assertThat(deframer.skippedBytes()).isZero();
    }

    @Test
    void shouldGoOnWithTheNextFrameWhenNoiseIsBetween() {
        byte[] noise = {0x4E, 0x56, 0x54, (byte) 0xA5, 1, 2, 3, 0x4E, 0x56};
        feed(Frames.join(noise, Frames.doorbell(0, 1), noise, Frames.doorbell(1, 2)));
        assertThat(orders).containsExactly(0L, 1L);
        assertThat(deframer.skippedBytes()).isEqualTo(2L * noise.length);
    }

    @Test
    void shouldLoseOneFrameWhenOneOfItsBytesIsLost() {
        byte[] first = Frames.doorbell(0, 1);
        byte[] second = Frames.doorbell(1, 2);
        byte[] third = Frames.doorbell(2, 3);
        for (int missing = 0; missing < second.length; missing++) {
            orders.clear();
            byte[] cut = new byte[second.length - 1];
            System.arraycopy(second, 0, cut, 0, missing);
            System.arraycopy(second, missing + 1, cut, missing, cut.length - missing);
            Deframer d = new Deframer(f -> orders.add(f.order()));
            byte[] stream = Frames.join(first, cut, third);
            d.accept(stream, 0, stream.length);
            d.end();
            assertThat(orders).as("byte %d missing", missing).containsExactly(0L, 2L);
        }
    }

    @Test
    void shouldLoseOneFrameWhenOneOfItsBytesIsChanged() {
        byte[] second = Frames.doorbell(1, 2);
        for (int at = 0; at < second.length; at++) {
            orders.clear();
            byte[] bad = second.clone();
            bad[at] ^= 0x10;
            Deframer d = new Deframer(f -> orders.add(f.order()));
            byte[] stream = Frames.join(Frames.doorbell(0, 1), bad, Frames.doorbell(2, 3));
            d.accept(stream, 0, stream.length);
            d.end();
            assertThat(orders).as("byte %d changed", at).containsExactly(0L, 2L);
        }
    }

    @Test
    void shouldFindFramesBehindOneThatWasCutOffWhenTheStreamEnds() {
        byte[] cut = java.util.Arrays.copyOf(Frames.hello(0, 1), 90);
        feed(Frames.join(cut, Frames.doorbell(1, 2)));
        deframer.end();
        assertThat(orders).containsExactly(1L);
        assertThat(deframer.skippedBytes()).isEqualTo(cut.length);
    }

    @Test
    void shouldTakeTheLargestBodyAndNoLargerOne() {
        byte[] largest =
                Frames.frame(
                        io.nvmetap.event.EventKind.HEARTBEAT,
                        5,
                        0,
                        new byte[TapFrame.BODY_BYTES_MAX]);
        feed(largest);
        assertThat(orders).containsExactly(5L);
        byte[] larger = Frames.doorbell(6, 1);
        ByteBuffer.wrap(larger)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(4, TapFrame.BODY_BYTES_MAX + 1);
        Frames.seal(larger);
        feed(Frames.join(larger, Frames.doorbell(7, 1)));
        assertThat(orders).containsExactly(5L, 7L);
    }

    @Test
    void shouldRefuseWhenTheTapSpeaksAnotherVersion() {
        byte[] later = Frames.doorbell(0, 1);
        later[8] = 2;
        Frames.seal(later);
        assertThatThrownBy(() -> feed(later))
                .isInstanceOf(TapVersionException.class)
                .hasMessageContaining("version 2");
    }

    @Test
    void shouldNotLookAtAllBytesAgainForEachFrameThatIsWrongOnPurpose() {
        // 48 bytes each, with right headers and the largest wrong body: a look at each whole body
        // would be a hundred gigabytes.
        byte[] evil = new byte[TapFrame.HEADER_BYTES];
        ByteBuffer f = ByteBuffer.wrap(evil).order(ByteOrder.LITTLE_ENDIAN);
        f.putInt(0, TapFrame.SYNC).putInt(4, TapFrame.BODY_BYTES_MAX).put(8, (byte) 1);
        f.putInt(40, 12345);
        byte[] whole = evil.clone();
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(whole, 4, 40);
        ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).putInt(44, (int) crc.getValue());
        org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
                java.time.Duration.ofSeconds(60),
                () -> {
                    for (int i = 0; i < 200_000; i++) {
                        deframer.accept(whole, 0, whole.length);
                    }
                    deframer.end();
                });
        assertThat(orders).isEmpty();
        assertThat(deframer.skippedBytes()).isEqualTo(200_000L * whole.length);
    }

    private void feed(byte[] bytes) {
        deframer.accept(bytes, 0, bytes.length);
    }
}
