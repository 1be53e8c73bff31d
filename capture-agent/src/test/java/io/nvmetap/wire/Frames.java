package io.nvmetap.wire;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** Frames made by hand, and what becomes of them. */
final class Frames {
    static final long TICKS_PER_SECOND = 1_000_000_000L;

    final List<CapturedEvent> events = new ArrayList<>();
    final TapTranslator translator;
    final Deframer deframer;

    Frames() {
        translator = new TapTranslator(e -> events.add(e.copy()), () -> 7, () -> 9, () -> 1234);
        deframer = new Deframer(translator::accept);
    }

    Frames feed(byte[]... frames) {
        for (byte[] f : frames) {
            deframer.accept(f, 0, f.length);
        }
        return this;
    }

    List<EventKind> kinds() {
        return events.stream().map(e -> e.kind).toList();
    }

    /** Events told, without the first and last of the session, heartbeats and losses. */
    List<Long> doorbells() {
        return events.stream()
                .filter(e -> e.kind == EventKind.DOORBELL_RUNG)
                .map(e -> e.value)
                .toList();
    }

    long lost() {
        return events.stream()
                .filter(e -> e.kind == EventKind.EVENTS_LOST)
                .mapToLong(e -> e.value)
                .sum();
    }

    /** Losses as {@code count stage}, in order. */
    List<String> losses() {
        return events.stream()
                .filter(e -> e.kind == EventKind.EVENTS_LOST)
                .map(e -> e.value + " " + e.label)
                .toList();
    }

    static byte[] doorbell(long order, int value) {
        return doorbell(order, value, 0);
    }

    static byte[] doorbell(long order, int value, int dropped) {
        ByteBuffer body = body(8);
        body.putShort(0, (short) 0).putShort(2, (short) 1).putInt(4, value);
        return frame(EventKind.DOORBELL_RUNG, order, dropped, body.array());
    }

    static byte[] hello(long order, long id) {
        return hello(order, id, 0);
    }

    static byte[] hello(long order, long id, int dropped) {
        return hello(order, id, dropped, 1);
    }

    static byte[] hello(long order, long id, int dropped, int controllers) {
        ByteBuffer b = body(56 + 2 * 6 + controllers * (28 + 2 * 4 + 8) + 7);
        b.putLong(id).putLong(0).putLong(0).putLong(TICKS_PER_SECOND);
        b.putLong(order * 1000).putLong(1).putInt(0).put((byte) 1).put((byte) controllers);
        b.putShort((short) 0);
        for (String s : List.of("", "", "", "sampler", "", "")) {
            text(b, s);
        }
        for (int c = 0; c < controllers; c++) {
            b.putInt(-1).putInt(-1).putLong(0).putLong(0).putInt(-1);
            for (int i = 0; i < 4; i++) {
                text(b, "");
            }
            b.putLong(0);
        }
        return frame(EventKind.CAPTURE_STARTED, order, dropped, b.array());
    }

    static byte[] ended(long order, int dropped, String reason) {
        ByteBuffer b = body(18 + reason.length());
        b.putLong(order).putLong(dropped);
        text(b, reason);
        return frame(EventKind.CAPTURE_ENDED, order, dropped, b.array());
    }

    static byte[] heartbeat(long order, long ticks) {
        byte[] f = frame(EventKind.HEARTBEAT, order, 0, new byte[0]);
        ByteBuffer.wrap(f).order(ByteOrder.LITTLE_ENDIAN).putLong(32, ticks);
        return seal(f);
    }

    static byte[] frame(EventKind kind, long order, int dropped, byte[] body) {
        ByteBuffer f = body(TapFrame.HEADER_BYTES + body.length);
        f.putInt(0, TapFrame.SYNC).putInt(4, body.length);
        f.put(8, (byte) TapFrame.VERSION).put(9, (byte) kind.ordinal()).put(10, (byte) 1);
        f.putShort(12, (short) 0).putInt(16, (int) order).putInt(20, dropped);
        f.putLong(24, order).putLong(32, order * 1000);
        System.arraycopy(body, 0, f.array(), TapFrame.HEADER_BYTES, body.length);
        return seal(f.array());
    }

    /** Computes the checksums anew. */
    static byte[] seal(byte[] frame) {
        ByteBuffer f = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
        f.putInt(40, sum(frame, TapFrame.HEADER_BYTES, frame.length - TapFrame.HEADER_BYTES));
        f.putInt(44, sum(frame, 4, 40));
        return frame;
    }

    private static int sum(byte[] bytes, int at, int count) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, at, count);
        return (int) crc.getValue();
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] p : parts) {
            out.writeBytes(p);
        }
        return out.toByteArray();
    }

    private static ByteBuffer body(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void text(ByteBuffer b, String s) {
        b.putShort((short) s.length()).put(s.getBytes(StandardCharsets.UTF_8));
    }
}
