package io.nvmetap.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Runs a {@link Tool} to its end, a bounded number at once, bounded in time and output. */
final class ToolRunner {
    /** Processes at once. */
    static final int PROCESSES_MAX = 2;

    /** Bytes of output kept; a tool that says more is ended. */
    static final int OUTPUT_BYTES_MAX = 32 << 20;

    /** Longest run. */
    static final long RUN_S_MAX = 300;

    private final Semaphore free = new Semaphore(PROCESSES_MAX);
    private final int outputBytesMax;

    ToolRunner() {
        this(OUTPUT_BYTES_MAX);
    }

    ToolRunner(int outputBytesMax) {
        this.outputBytesMax = outputBytesMax;
    }

    /**
     * How it ended.
     *
     * @param exitStatus exit status
     * @param lines lines of its output
     * @param error last line it said is wrong, "" none
     */
    record Result(int exitStatus, List<String> lines, String error) {}

    Result run(Tool tool, List<String> arguments) throws IOException {
        try {
            free.acquire();
            try {
                return runNow(tool, arguments);
            } finally {
                free.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a command ran");
        }
    }

    private Result runNow(Tool tool, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx512m"));
        command.add("--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED");
        command.add(tool.mainClass());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        // Not as an argument: the system shows and keeps only the first page of a command line.
        builder.environment().put("CLASSPATH", tool.classPath());
        Process p = builder.start();
        try {
            p.getOutputStream().close();
            Output error = new Output(p.getErrorStream(), 64 << 10);
            Output said = new Output(p.getInputStream(), outputBytesMax);
            if (!said.await(RUN_S_MAX) || said.tooMuch || !p.waitFor(10, TimeUnit.SECONDS)) {
                throw new IOException(
                        tool.name().toLowerCase(java.util.Locale.ROOT)
                                + " was ended: it ran over "
                                + RUN_S_MAX
                                + " s or said over "
                                + (outputBytesMax >> 20)
                                + " MiB; run it in a terminal");
            }
            error.await(10);
            List<String> complaints = error.lines();
            String last = complaints.isEmpty() ? "" : complaints.get(complaints.size() - 1);
            return new Result(p.exitValue(), said.lines(), last);
        } finally {
            p.destroyForcibly();
        }
    }

    /** Takes in what a process says, on a thread of its own. */
    private static final class Output {
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
        private final Thread reader;
        private volatile boolean tooMuch;

        Output(InputStream in, int bytesMax) {
            reader = new Thread(() -> read(in, bytesMax), "nvmetap-tool-output");
            reader.setDaemon(true);
            reader.start();
        }

        private void read(InputStream in, int bytesMax) {
            byte[] buffer = new byte[8192];
            try {
                for (int n = in.read(buffer); n >= 0 && !tooMuch; n = in.read(buffer)) {
                    kept.write(buffer, 0, n);
                    tooMuch = kept.size() > bytesMax;
                }
            } catch (IOException ended) {
                // The process was ended; what was said until then counts.
            }
        }

        boolean await(long seconds) throws InterruptedException {
            reader.join(seconds * 1000);
            return !reader.isAlive();
        }

        List<String> lines() {
            return kept.toString(StandardCharsets.UTF_8).lines().toList();
        }
    }
}
