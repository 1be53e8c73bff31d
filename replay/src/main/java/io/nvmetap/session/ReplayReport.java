package io.nvmetap.session;

import io.nvmetap.compare.Verdict;
import io.nvmetap.compare.VerdictJson;
import io.nvmetap.compare.VerdictJunit;
import io.nvmetap.compare.VerdictText;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes a verdict where and as the user wants it. */
final class ReplayReport {
    /** Report formats. */
    enum Format {
        TEXT,
        JSON,
        JUNIT
    }

    private final Format format;
    private final Path output;
    private final PrintStream out;

    /**
     * @param output file to write, null: {@code out}
     */
    ReplayReport(Format format, Path output, PrintStream out) {
        this.format = format;
        this.output = output;
        this.out = out;
    }

    /**
     * Writes the report.
     *
     * @param recording name of the recording
     * @param more lines for people, after the verdict's
     */
    void write(Verdict verdict, String recording, List<String> more) throws IOException {
        if (output == null) {
            write(verdict, recording, more, new OutputStreamWriter(out, StandardCharsets.UTF_8));
            return;
        }
        try (Writer file = Files.newBufferedWriter(output)) {
            write(verdict, recording, more, file);
        }
    }

    private void write(Verdict verdict, String recording, List<String> more, Writer to)
            throws IOException {
        switch (format) {
            case JSON -> VerdictJson.write(verdict, to);
            case JUNIT -> VerdictJunit.write(verdict, recording, to);
            default -> {
                for (String line : VerdictText.lines(verdict)) {
                    to.write(line + "\n");
                }
                for (String line : more) {
                    to.write(line + "\n");
                }
                to.flush();
            }
        }
    }
}
