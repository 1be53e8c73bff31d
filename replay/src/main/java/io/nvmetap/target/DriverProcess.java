package io.nvmetap.target;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A driver build as a process: its output goes to a file, and nothing of it is left behind. */
final class DriverProcess implements AutoCloseable {
    private static final int TAIL_BYTES = 4096;
    private static final long END_PATIENCE_MS = 2_000;
    private static final int SIGNAL_STATUS = 128;

    private final Process process;
    private final Path output;

    /**
     * @param command for the shell
     * @throws IOException if there is no shell
     */
    DriverProcess(String command, Path output) throws IOException {
        this.output = output;
        process =
                new ProcessBuilder(List.of("/bin/sh", "-c", "exec " + command))
                        .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectOutput(output.toFile())
                        .redirectErrorStream(true)
                        .start();
    }

    boolean alive() {
        return process.isAlive();
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
        String last = lastLine();
        return "the driver's process " + how + (last.isEmpty() ? "" : "; its last line: " + last);
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

    /** The last line of its output that says something. */
    String lastLine() {
        try (RandomAccessFile file = new RandomAccessFile(output.toFile(), "r")) {
            long from = Math.max(0, file.length() - TAIL_BYTES);
            byte[] tail = new byte[(int) (file.length() - from)];
            file.seek(from);
            file.readFully(tail);
            String last = "";
            for (String line : new String(tail, StandardCharsets.UTF_8).split("\\R")) {
                last = line.isBlank() ? last : line.strip();
            }
            return last;
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> all = process.descendants().toList();
        process.destroy();
        await(END_PATIENCE_MS);
        all.forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        await(END_PATIENCE_MS);
    }

    private void await(long ms) {
        try {
            process.waitFor(ms, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
