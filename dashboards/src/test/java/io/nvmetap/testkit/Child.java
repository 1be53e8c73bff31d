package io.nvmetap.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs somebody's program to its end. */
public final class Child {
    private static final int LIMIT_S = 120;

    private Child() {}

    /**
     * @param input its standard input
     * @param folder where what it says is kept
     * @return lines it said; it must end with status 0
     */
    public static List<String> lines(List<String> command, Path input, Path folder)
            throws IOException, InterruptedException {
        Path out = Files.createTempFile(folder, "said", ".out");
        Path err = Files.createTempFile(folder, "said", ".err");
        Process child =
                new ProcessBuilder(command)
                        .redirectInput(Redirect.from(input.toFile()))
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
        try {
            assertThat(child.waitFor(LIMIT_S, TimeUnit.SECONDS)).as("ends").isTrue();
        } finally {
            child.destroyForcibly();
        }
        assertThat(child.exitValue()).as(() -> text(err)).isZero();
        return Files.readAllLines(out);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
