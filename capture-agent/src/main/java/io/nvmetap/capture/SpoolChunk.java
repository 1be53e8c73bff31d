package io.nvmetap.capture;

import io.nvmetap.event.AvroIn;
import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventCodec;
import io.nvmetap.event.MalformedEventException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;

/**
 * A run of events on their way to the topic: one file of the spool, or memory. Each is stored as
 * bytes of key (int), key, bytes of body (int), body; big-endian. In memory they are always of the
 * schema version that is written; a file says by its first number of which version its events are.
 */
final class SpoolChunk {
    /** A chunk is closed when it has as many bytes; one large event may make it longer. */
    static final int BYTES = 1 << 18;

    /** Largest chunk read back: one chunk and one event of the largest kind. */
    static final int BYTES_MAX = BYTES + (4 << 20);

    private static final int FIRST_BYTES = 16 * 1024;
    private static final int FILE_OVERHEAD_BYTES = 4 * 1024;
    private static final int KEY_BYTES_MAX = 1_024;
    private static final int EVENT_OVERHEAD_BYTES = 8;

    /** What a file begins with: no key has a negative length, with which an older file begins. */
    private static final int MARK = -EventCodec.VERSION;

    /** Version of the events in a file without a mark; 1 reads the same. */
    private static final int UNMARKED_VERSION = 2;

    private static final byte[] NOTHING = {};

    private byte[] bytes = new byte[FIRST_BYTES];
    private int length;
    private int events;
    private final AtomicInteger pending = new AtomicInteger();
    private volatile boolean refused;
    long number;
    boolean stored;

    /** A file whose events this version cannot read, and a later one can. */
    static final class NewerException extends IOException {
        private static final long serialVersionUID = 1L;

        NewerException() {
            super("a newer nvmetap wrote it");
        }
    }

    /** One event of a chunk. */
    interface Visitor {
        void event(byte[] key, byte[] from, int at, int count) throws IOException;
    }

    void append(byte[] key, byte[] body, int from, int count) {
        int need = length + EVENT_OVERHEAD_BYTES + key.length + count;
        if (need > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(need, bytes.length * 2));
        }
        ByteBuffer to = ByteBuffer.wrap(bytes, length, bytes.length - length);
        to.putInt(key.length).put(key).putInt(count).put(body, from, count);
        length = need;
        events++;
    }

    void forEach(Visitor visitor) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(bytes, 0, length);
        byte[] key = {};
        while (in.hasRemaining()) {
            int keyBytes = in.getInt();
            if (!same(key, keyBytes, in.position())) {
                key = Arrays.copyOfRange(bytes, in.position(), in.position() + keyBytes);
            }
            in.position(in.position() + keyBytes);
            int count = in.getInt();
            visitor.event(key, bytes, in.position(), count);
            in.position(in.position() + count);
        }
    }

    private boolean same(byte[] key, int keyBytes, int at) {
        return key.length == keyBytes && Arrays.equals(key, 0, keyBytes, bytes, at, at + keyBytes);
    }

    /** What a file holds: the version of its events, the events, a checksum of both. */
    ByteBuffer image() {
        ByteBuffer image = ByteBuffer.allocate(Integer.BYTES + length + Integer.BYTES);
        image.putInt(MARK).put(bytes, 0, length);
        image.putInt(checksum(image.array(), image.position()));
        return image.flip();
    }

    /**
     * @throws NewerException if a newer version wrote it
     * @throws IOException if the bytes are not those of a chunk
     */
    void restore(byte[] image) throws IOException {
        int end = image.length - Integer.BYTES;
        if (end < 0 || ByteBuffer.wrap(image).getInt(end) != checksum(image, end)) {
            throw new IOException("its checksum does not fit");
        }
        int first = end < Integer.BYTES ? 0 : ByteBuffer.wrap(image).getInt();
        if (first < MARK) {
            throw new NewerException();
        }
        int begin = first < 0 ? Integer.BYTES : 0;
        int version = first < 0 ? -first : UNMARKED_VERSION;
        bytes = Arrays.copyOfRange(image, begin, end);
        length = bytes.length;
        events = countEvents(ByteBuffer.wrap(bytes));
        if (version < EventCodec.VERSION) {
            renew(version);
        }
    }

    /** Writes the events anew: what takes them knows one version. */
    private void renew(int version) throws IOException {
        SpoolChunk renewed = new SpoolChunk();
        CapturedEvent event = new CapturedEvent();
        AvroIn in = new AvroIn();
        AvroOut out = new AvroOut(FIRST_BYTES);
        try {
            forEach(
                    (key, from, at, count) -> {
                        EventCodec.decode(in.wrap(from, at, count), event, version);
                        EventCodec.encode(event, out.clear());
                        renewed.append(key, out.buffer(), 0, out.position());
                    });
        } catch (MalformedEventException bad) {
            throw new IOException("an event in it is none: " + bad.getMessage());
        }
        bytes = renewed.bytes;
        length = renewed.length;
    }

    private static int countEvents(ByteBuffer in) throws IOException {
        int found = 0;
        while (in.hasRemaining()) {
            skip(in, KEY_BYTES_MAX);
            skip(in, BYTES_MAX);
            found++;
        }
        return found;
    }

    private static void skip(ByteBuffer in, int max) throws IOException {
        int count = in.remaining() < 4 ? -1 : in.getInt();
        if (count < 0 || count > max || count > in.remaining()) {
            throw new IOException("a length in it is out of range");
        }
        in.position(in.position() + count);
    }

    private static int checksum(byte[] of, int count) {
        CRC32C crc = new CRC32C();
        crc.update(of, 0, count);
        return (int) crc.getValue();
    }

    /** Sending begins: as many answers are awaited as there are events. */
    void sending() {
        pending.set(events);
        refused = false;
    }

    /**
     * One answer, on any thread.
     *
     * @return all are here
     */
    boolean answered(boolean safe) {
        if (!safe) {
            refused = true;
        }
        return pending.decrementAndGet() == 0;
    }

    boolean delivered() {
        return pending.get() == 0 && !refused;
    }

    int length() {
        return length;
    }

    /**
     * @return what a file of it counts for: a file is not free
     */
    int fileBytes() {
        return length + FILE_OVERHEAD_BYTES;
    }

    int events() {
        return events;
    }

    void clear() {
        length = 0;
        events = 0;
        pending.set(0);
        refused = false;
        stored = false;
    }

    /**
     * @return what remains in memory of a chunk that is in the store
     */
    SpoolChunk handle() {
        SpoolChunk handle = new SpoolChunk();
        handle.bytes = NOTHING;
        handle.length = length;
        handle.events = events;
        handle.number = number;
        handle.stored = true;
        return handle;
    }

    boolean loaded() {
        return bytes != NOTHING;
    }
}
