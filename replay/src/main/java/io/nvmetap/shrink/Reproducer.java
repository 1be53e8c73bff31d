package io.nvmetap.shrink;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.plan.Plan;
import io.nvmetap.script.CText;
import io.nvmetap.script.QtestText;
import io.nvmetap.script.Script;
import io.nvmetap.session.ScriptMaker;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Kinds of reproducer that a shrunk recording is written down as. */
enum Reproducer {
    /** Lines of QEMU's qtest protocol. */
    QTEST(".qtest"),
    /** One C99 program. */
    C(".c");

    private final String suffix;

    Reproducer(String suffix) {
        this.suffix = suffix;
    }

    /** The file next to a recording. */
    Path beside(Path recording) {
        String name = recording.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return recording.resolveSibling((dot > 0 ? name.substring(0, dot) : name) + suffix);
    }

    /**
     * Writes it.
     *
     * @param about what it shows
     * @throws CliFailure if the plan is nothing for QEMU's own device
     */
    void write(Plan plan, List<String> about, Path file) throws IOException {
        Script script;
        try {
            script = ScriptMaker.of(plan, about);
        } catch (IllegalArgumentException e) {
            throw CliFailure.environment("no reproducer: " + e.getMessage());
        }
        List<String> lines = new ArrayList<>();
        if (this == QTEST) {
            QtestText.write(script, lines::add);
        } else {
            CText.write(script, lines::add);
        }
        try (Writer out = Files.newBufferedWriter(file)) {
            for (String line : lines) {
                out.write(line);
                out.write('\n');
            }
        }
    }
}
