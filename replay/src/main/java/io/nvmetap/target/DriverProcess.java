package io.nvmetap.target;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A driver build as a process: its output goes to a file, and nothing of it is left behind. */
final class DriverProcess implements AutoCloseable {
    private static final long END_PATIENCE_MS = 2_000;
    private static final int SIGNAL_STATUS = 128;

    private final Process process;
    private final KeptOutput output;
    private final Leftovers leftovers;

    /** A replay that is told to stop takes its driver with it. */
    private final Thread atExit = new Thread(this::end, "nvmetap-driver-end");

    /**
     * @param command for the shell
     * @param mark no other driver has it
     * @param file where its output goes
     * @throws IOException if there is no shell, or the file cannot be written
     */
    DriverProcess(String command, String mark, Path file) throws IOException {
        leftovers = new Leftovers(mark);
        ProcessBuilder builder =
                new ProcessBuilder(List.of("/bin/sh", "-c", "exec " + command))
                        .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectErrorStream(true);
        leftovers.mark(builder.environment());
        OutputStream to = open(file);
        try {
            process = builder.start();
        } catch (IOException e) {
            to.close();
            throw e;
        }
        output = new KeptOutput(process.getInputStream(), to);
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    private static OutputStream open(Path file) throws IOException {
        try {
            return Files.newOutputStream(file);
        } catch (IOException e) {
            throw new IOException(file + ": the driver's output cannot be written there", e);
        }
    }

    boolean alive() {
        return process.isAlive();
    }

    /** Waits a moment for its end, which its sockets may tell of first. */
    boolean endsWithin(long ms) {
        return await(ms);
    }

    /** It says more than anybody keeps. */
    boolean floods() {
        return output.full();
    }

    /** CPU time it and its children have used. */
    Duration cpu() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .map(p -> p.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }

    /** How it ended, in words; "" it has not. */
    String ended() {
        if (process.isAlive()) {
            return "";
        }
        int status = process.exitValue();
        String how =
                status > SIGNAL_STATUS
                        ? "was killed by signal " + (status - SIGNAL_STATUS) + name(status)
                        : "ended with status " + status;
        output.awaitEnd(END_PATIENCE_MS);
        return "the driver's process " + how + lastWords();
    }

    /** "; its last line: ..." or "". */
    String lastWords() {
        String last = output.lastLine();
        return last.isEmpty() ? "" : "; its last line: " + last;
    }

    private static String name(int status) {
        return switch (status - SIGNAL_STATUS) {
            case 6 -> " (SIGABRT)";
            case 9 -> " (SIGKILL)";
            case 11 -> " (SIGSEGV)";
            case 15 -> " (SIGTERM)";
            default -> "";
        };
    }

    @Override
    public void close() {
        end();
        output.close();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException stopping) {
            // It runs already, and finds nothing.
        }
    }

    private void end() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        await(END_PATIENCE_MS);
        process.destroyForcibly();
        leftovers.end(children);
        await(END_PATIENCE_MS);
    }

    private boolean await(long ms) {
        try {
            return process.waitFor(ms, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
