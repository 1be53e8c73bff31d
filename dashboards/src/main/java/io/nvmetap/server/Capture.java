package io.nvmetap.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A trace file as it was when it was listed.
 *
 * @param id what addresses call it: letters, digits, dot, dash and underscore
 * @param found where it is
 * @param bytes its size
 * @param modifiedMs when it was last written
 */
record Capture(String id, CaptureFolder.Found found, long bytes, long modifiedMs) {
    static Capture of(String id, CaptureFolder.Found found) throws IOException {
        Path file = found.file();
        return new Capture(id, found, Files.size(file), Files.getLastModifiedTime(file).toMillis());
    }

    Path file() {
        return found.file();
    }

    /** Another key for another content. */
    String version() {
        return file() + "|" + bytes + "|" + modifiedMs;
    }
}
