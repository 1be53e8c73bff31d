package io.nvmetap.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A trace file as it was when it was listed.
 *
 * @param id what addresses call it: letters, digits, dot, dash and underscore
 * @param file where it is
 * @param bytes its size
 * @param modifiedMs when it was last written
 */
record Capture(String id, Path file, long bytes, long modifiedMs) {
    static Capture of(String id, Path file) throws IOException {
        return new Capture(
                id, file, Files.size(file), Files.getLastModifiedTime(file).toMillis());
    }

    /** Another key for another content. */
    String version() {
        return file + "|" + bytes + "|" + modifiedMs;
    }
}
