package io.nvmetap.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** A file that a command will write at its end: what is wrong with it is said at its beginning. */
public final class OutputFile {
    private OutputFile() {}

    /**
     * Looks whether it can be written.
     *
     * @throws CliFailure one line that says what to do
     */
    public static void check(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw CliFailure.environment(file + ": its folder does not exist; create it");
        }
        if (Files.isDirectory(file)) {
            throw CliFailure.environment(file + ": is a folder; name a file");
        }
    }
}
