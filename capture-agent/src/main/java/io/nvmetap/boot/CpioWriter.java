package io.nvmetap.boot;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes the cpio format Linux unpacks as its first file system: "newc", ASCII headers, everything
 * padded to 4 bytes. All owned by root, all of time 0, so that equal input gives equal bytes.
 */
final class CpioWriter implements Closeable {
    /** The header's size field has 32 bits, and a Java array 31. */
    static final int FILE_BYTES_MAX = Integer.MAX_VALUE - 8;

    private static final String MAGIC = "070701";
    private static final int DIRECTORY = 0040000;
    private static final int CHARACTER_DEVICE = 0020000;
    private static final int REGULAR = 0100000;
    private static final byte[] NOTHING = {};

    private final OutputStream out;
    private long written;
    private int inode;

    CpioWriter(OutputStream out) {
        this.out = out;
    }

    /** A folder; its parent must have been written before it. */
    void directory(String name) throws IOException {
        entry(name, DIRECTORY | 0755, NOTHING, 0, 0);
    }

    void file(String name, int permissions, byte[] content) throws IOException {
        entry(name, REGULAR | permissions, content, 0, 0);
    }

    void characterDevice(String name, int major, int minor) throws IOException {
        entry(name, CHARACTER_DEVICE | 0600, NOTHING, major, minor);
    }

    private void entry(String name, int mode, byte[] content, int major, int minor)
            throws IOException {
        inode++;
        header(name, new int[] {inode, mode, 0, 0, 1, 0, content.length, 0, 0, major, minor});
        out.write(content);
        written += content.length;
        pad();
    }

    private void header(String name, int[] fields) throws IOException {
        byte[] path = (name + '\0').getBytes(StandardCharsets.US_ASCII);
        StringBuilder s = new StringBuilder(MAGIC);
        for (int field : fields) {
            s.append(String.format("%08X", field));
        }
        // Length of the name, and a checksum that newc leaves zero.
        s.append(String.format("%08X%08X", path.length, 0));
        byte[] head = s.toString().getBytes(StandardCharsets.US_ASCII);
        out.write(head);
        out.write(path);
        written += head.length + path.length;
        pad();
    }

    private void pad() throws IOException {
        while (written % 4 != 0) {
            out.write(0);
            written++;
        }
    }

    /** Writes the trailer and closes the stream. */
    @Override
    public void close() throws IOException {
        header("TRAILER!!!", new int[] {0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0});
        out.close();
    }
}
