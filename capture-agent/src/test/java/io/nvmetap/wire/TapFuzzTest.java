package io.nvmetap.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.AvroIn;
import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventCodec;
import io.nvmetap.event.EventKind;
import io.nvmetap.nvme.LittleEndian;
import java.io.IOException;
import java.io.InputStream;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** Bytes of a real tap, damaged in every way a line or an enemy may damage them. */
class TapFuzzTest {
    private static final int STREAMS = 60;
    private static final byte[] GOOD = good();

    private static byte[] good() {
        try (InputStream in =
                new GZIPInputStream(TapFuzzTest.class.getResourceAsStream("every-kind.tap.gz"))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @RepeatedTest(5)
    void shouldKeepSeqGaplessAndEventsReadableWhateverComes(RepetitionInfo run) {
        long seed = 0x7a9_0000L + run.getCurrentRepetition();
        Random random = new Random(seed);
        for (int i = 0; i < STREAMS; i++) {
            Checked checked = new Checked("seed " + seed + " stream " + i);
            TapTranslator translator = new TapTranslator(checked::event, () -> 1, () -> 2, () -> 3);
            Deframer deframer = new Deframer(translator::accept);
            byte[] bytes = damaged(random);
            try {
                for (int at = 0; at < bytes.length; ) {
                    int part = Math.min(bytes.length - at, 1 + random.nextInt(9_000));
                    deframer.accept(bytes, at, part);
                    at += part;
                }
                deframer.end();
            } catch (TapVersionException other) {
                // A header whose version byte was changed and whose checksum was made anew.
                continue;
            } finally {
                translator.end("fuzz");
            }
            assertThat(translator.open()).isFalse();
        }
    }

    private static byte[] damaged(Random random) {
        byte[] bytes = GOOD.clone();
        int wounds = 1 + random.nextInt(40);
        boolean reseal = random.nextBoolean();
        for (int w = 0; w < wounds; w++) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes = cut(bytes, at, random.nextInt(200));
                case 2 -> bytes = twice(bytes, at, random.nextInt(500));
                default -> {
                    byte[] noise = new byte[Math.min(random.nextInt(300), bytes.length - at)];
                    random.nextBytes(noise);
                    System.arraycopy(noise, 0, bytes, at, noise.length);
                }
            }
        }
        // An enemy's checksums are right.
        return reseal ? resealed(bytes) : bytes;
    }

    private static byte[] cut(byte[] bytes, int at, int count) {
        int n = Math.min(count, bytes.length - at - 1);
        byte[] out = new byte[bytes.length - Math.max(0, n)];
        System.arraycopy(bytes, 0, out, 0, at);
        System.arraycopy(bytes, at + Math.max(0, n), out, at, out.length - at);
        return out;
    }

    private static byte[] twice(byte[] bytes, int at, int count) {
        int n = Math.min(count, bytes.length - at);
        byte[] out = new byte[bytes.length + n];
        System.arraycopy(bytes, 0, out, 0, at + n);
        System.arraycopy(bytes, at, out, at + n, bytes.length - at);
        return out;
    }

    private static byte[] resealed(byte[] bytes) {
        for (int at = 0; at + TapFrame.HEADER_BYTES <= bytes.length; at++) {
            int length = LittleEndian.i32(bytes, at + 4);
            if (LittleEndian.i32(bytes, at) == TapFrame.SYNC
                    && length >= 0
                    && length <= bytes.length - at - TapFrame.HEADER_BYTES) {
                int end = at + TapFrame.HEADER_BYTES + length;
                byte[] frame = Frames.seal(java.util.Arrays.copyOfRange(bytes, at, end));
                System.arraycopy(frame, 0, bytes, at, frame.length);
            }
        }
        return bytes;
    }

    /** What every consumer of events relies on. */
    private static final class Checked {
        private final String where;
        private long next;
        private long lastNs;

        Checked(String where) {
            this.where = where;
        }

        void event(CapturedEvent e) {
            if (e.kind == EventKind.CAPTURE_STARTED) {
                next = 0;
                lastNs = 0;
            }
            assertThat(e.seq).as(where).isEqualTo(next);
            assertThat(e.timeNs).as(where).isGreaterThanOrEqualTo(lastNs);
            lastNs = e.timeNs;
            next = e.seq + 1 + (e.kind == EventKind.EVENTS_LOST ? e.value : 0);
            AvroOut out = new AvroOut(256);
            EventCodec.encode(e, out);
            EventCodec.decode(
                    new AvroIn().wrap(out.buffer(), 0, out.position()), new CapturedEvent());
        }
    }
}
