package io.nvmetap.capture;

import java.io.IOException;
import java.util.List;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/** A store of a limited size that refuses and spoils on demand. */
final class MemoryStore implements SpoolStore {
    final TreeMap<Long, byte[]> files = new TreeMap<>();
    long roomBytes = Long.MAX_VALUE;
    LongPredicate refuses = number -> false;
    boolean closed;

    @Override
    public void write(long number, SpoolChunk chunk) throws IOException {
        byte[] image = chunk.image().array();
        long used = files.values().stream().mapToLong(f -> f.length).sum();
        if (used + image.length > roomBytes || refuses.test(number)) {
            throw new IOException("No space left on device");
        }
        files.put(number, image);
    }

    @Override
    public void read(long number, SpoolChunk into) throws IOException {
        into.restore(files.get(number).clone());
    }

    @Override
    public void delete(long number) {
        files.remove(number);
    }

    @Override
    public List<Long> numbers() {
        return List.copyOf(files.keySet());
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public void close() {
        closed = true;
    }
}
