package io.nvmetap.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;

/**
 * A run of events on their way to the topic: one file of the spool, or memory. Each is stored as
 * bytes of key (int), key, bytes of body (int), body; big-endian.
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

    private static final byte[] NOTHING = {};

    private byte[] bytes = new byte[FIRST_BYTES];
    private int length;
    private int events;
    private final AtomicInteger pending = new AtomicInteger();
    private volatile boolean refused;
    long number;
    boolean stored;

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

    /** What a file holds: the events, then their checksum. */
    ByteBuffer image() {
        ByteBuffer image = ByteBuffer.allocate(length + 4);
        image.put(bytes, 0, length).putInt(checksum(bytes, length));
        return image.flip();
    }

    /**
     * @throws IOException if the bytes are not those of a chunk
     */
    void restore(byte[] image) throws IOException {
        int count = image.length - 4;
        if (count < 0 || ByteBuffer.wrap(image).getInt(count) != checksum(image, count)) {
            throw new IOException("its checksum does not fit");
        }
        bytes = image;
        length = count;
        events = countEvents(ByteBuffer.wrap(image, 0, count));
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
