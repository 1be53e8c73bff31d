package io.nvmetap.importer;

import io.nvmetap.cli.CliFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Text out of a {@code trace.dat}, by the machine's own {@code trace-cmd}. */
final class TraceCmd {
    /** What a trace.dat begins with (trace-cmd.dat(5)). */
    private static final byte[] MAGIC = {0x17, 0x08, 0x44, 't', 'r', 'a', 'c', 'i', 'n', 'g'};

    private static final int COMPLAINT_BYTES_MAX = 4_096;

    private TraceCmd() {}

    static boolean isTraceDat(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return Arrays.equals(in.readNBytes(MAGIC.length), MAGIC);
        }
    }

    /**
     * @param program name or path of trace-cmd
     * @param limitS longest it may take, seconds
     * @return a file of text, to be deleted by the caller
     * @throws CliFailure if the program is not there or does not succeed
     */
    static Path report(String program, Path traceDat, long limitS) throws IOException {
        Path text = Files.createTempFile("nvmetap-trace-cmd", ".txt");
        Path complaint = Files.createTempFile("nvmetap-trace-cmd", ".err");
        boolean good = false;
        try {
            Process p = start(program, traceDat, text, complaint);
            try {
                if (!p.waitFor(limitS, TimeUnit.SECONDS)) {
                    throw CliFailure.environment(
                            program + " took over " + limitS + " s and was stopped");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw CliFailure.environment("interrupted while " + program + " ran");
            } finally {
                p.destroyForcibly();
            }
            if (p.exitValue() != 0) {
                throw CliFailure.environment(
                        traceDat + ": " + program + " cannot read it: " + firstLine(complaint));
            }
            good = true;
            return text;
        } finally {
            Files.delete(complaint);
            if (!good) {
                Files.delete(text);
            }
        }
    }

    private static Process start(String program, Path traceDat, Path text, Path complaint) {
        try {
            return new ProcessBuilder(program, "report", "-i", traceDat.toString())
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(text.toFile())
                    .redirectError(complaint.toFile())
                    .start();
        } catch (IOException absent) {
            throw CliFailure.environment(
                    traceDat
                            + ": a trace.dat is read by trace-cmd, which is not on this machine;"
                            + " install it, or give the text of `trace-cmd report`");
        }
    }

    private static String firstLine(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            String said = new String(in.readNBytes(COMPLAINT_BYTES_MAX), StandardCharsets.UTF_8);
            return said.lines().findFirst().orElse("it said nothing");
        }
    }
}
