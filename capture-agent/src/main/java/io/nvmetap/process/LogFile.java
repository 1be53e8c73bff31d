package io.nvmetap.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * What a process in the background says.
 *
 * @param path the file
 */
public record LogFile(Path path) {
    /** The log is started afresh when it is longer; one older log is kept. */
    public static final long BYTES_MAX = 8L << 20;

    /** Keeps it bounded; before a process is started. */
    public void rotate() throws IOException {
        if (Files.exists(path) && Files.size(path) > BYTES_MAX) {
            Files.move(
                    path,
                    path.resolveSibling(path.getFileName() + ".1"),
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Its last line that is not empty, for an error message. */
    public String lastLine() {
        try {
            List<String> lines = Files.readAllLines(path, StandardCharsets.ISO_8859_1);
            for (int i = lines.size() - 1; i >= 0; i--) {
                if (!lines.get(i).isBlank()) {
                    return lines.get(i).strip();
                }
            }
        } catch (IOException e) {
            return "no log";
        }
        return "empty log";
    }
}
