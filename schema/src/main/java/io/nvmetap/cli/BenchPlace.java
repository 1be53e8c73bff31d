package io.nvmetap.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Where and when a benchmark ran: the last fields of its summary. */
public final class BenchPlace {
    private BenchPlace() {}

    /**
     * @param home folder of the project
     * @return {@code "machine":"…","commit":"…","date":"…"}, without braces
     */
    public static String fields(Path home) throws IOException {
        return String.format(
                "\"machine\":\"%s\",\"commit\":\"%s\",\"date\":\"%s\"",
                machine(), commit(home), date());
    }

    /** Now, to the second. */
    public static String date() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** Processors, system, JDK. */
    public static String machine() {
        return Runtime.getRuntime().availableProcessors()
                + " CPUs, "
                + System.getProperty("os.name")
                + " "
                + System.getProperty("os.arch")
                + ", JDK "
                + System.getProperty("java.version");
    }

    /**
     * @param home folder of the project
     * @return short commit, "unknown" if git does not tell
     */
    public static String commit(Path home) throws IOException {
        Process git =
                new ProcessBuilder("git", "-C", home.toString(), "rev-parse", "--short", "HEAD")
                        .redirectErrorStream(true)
                        .start();
        String said = new String(git.getInputStream().readAllBytes()).strip();
        return said.matches("[0-9a-f]{4,40}") ? said : "unknown";
    }
}
