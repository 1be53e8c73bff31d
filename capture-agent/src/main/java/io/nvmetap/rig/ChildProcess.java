package io.nvmetap.rig;

import io.nvmetap.cli.CliFailure;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs one program to its end, output into files, with a time limit. */
final class ChildProcess {
    /** How much of the end of a log is looked at for an error message. */
    private static final int TAIL_BYTES = 8192;

    private static final Duration KILL_PATIENCE = Duration.ofSeconds(5);

    private ChildProcess() {}

    /**
     * @param command program and arguments
     * @param environment variables to set on top of this process's own
     * @param out where its output is appended
     * @param err where its errors are appended; may be the same file
     * @param limit it is killed, with its children, when it takes longer
     * @return its exit status
     * @throws CliFailure if it cannot be started or takes too long
     */
    static int run(
            List<String> command,
            Map<String, String> environment,
            Path out,
            Path err,
            Duration limit)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        builder.redirectInput(Redirect.from(Path.of("/dev/null").toFile()));
        builder.redirectOutput(Redirect.appendTo(out.toFile()));
        if (out.equals(err)) {
            builder.redirectErrorStream(true);
        } else {
            builder.redirectError(Redirect.appendTo(err.toFile()));
        }
        Process child;
        try {
            child = builder.start();
        } catch (IOException e) {
            throw CliFailure.environment(e.getMessage() + "; install it or mend the path");
        }
        boolean ended = false;
        try {
            ended = child.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CliFailure.environment("interrupted while " + name(command) + " ran");
        } finally {
            if (!ended) {
                kill(child);
            }
        }
        if (!ended) {
            throw CliFailure.environment(
                    name(command)
                            + " was stopped after "
                            + limit.toSeconds()
                            + " s; try again, or see "
                            + err);
        }
        return child.exitValue();
    }

    private static void kill(Process child) {
        child.descendants().forEach(ProcessHandle::destroyForcibly);
        child.destroyForcibly();
        try {
            child.waitFor(KILL_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String name(List<String> command) {
        return Path.of(command.get(0)).getFileName().toString();
    }

    /**
     * @return the first line of {@code log} that apt marks as an error (what follows is a summary),
     *     else its last line
     */
    static String complaint(Path log) {
        String last = "it said nothing";
        String marked = "";
        for (String line : tail(log).split("\\R")) {
            if (!line.isBlank()) {
                last = line.strip();
                if (marked.isEmpty() && line.startsWith("E: ")) {
                    marked = line.substring(3).strip();
                }
            }
        }
        return marked.isEmpty() ? last : marked;
    }

    private static String tail(Path log) {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long from = Math.max(0, file.length() - TAIL_BYTES);
            byte[] bytes = new byte[(int) (file.length() - from)];
            file.seek(from);
            file.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}
