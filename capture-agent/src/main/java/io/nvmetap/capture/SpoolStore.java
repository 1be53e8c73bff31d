package io.nvmetap.capture;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** Keeps the chunks of a spool, by number. One caller at a time. */
interface SpoolStore extends Closeable {
    /**
     * Keeps a chunk, whole or not at all.
     *
     * @throws IOException if there is no room or it cannot be written
     */
    void write(long number, SpoolChunk chunk) throws IOException;

    /**
     * @throws IOException if it cannot be read or is not what was written
     */
    void read(long number, SpoolChunk into) throws IOException;

    /** Forgets a chunk; does nothing if there is none. */
    void delete(long number);

    /**
     * @return numbers of the chunks kept, ascending
     * @throws IOException if they cannot be listed
     */
    List<Long> numbers() throws IOException;

    /**
     * @return its place, for people
     */
    String name();
}
