package io.nvmetap.importer;

import io.nvmetap.cli.CliFailure;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** {@code import --format ftrace}: a kernel's own view becomes a trace, or joins one. */
final class FtraceImport {
    /** Longest trace-cmd may take, seconds. */
    static final long TRACE_CMD_LIMIT_S = 600;

    private FtraceImport() {}

    /**
     * @param input text, plain or gzipped, or a trace.dat
     * @param join recording to join, if it is to be joined
     * @param traceCmd name or path of trace-cmd
     * @param out where the summary goes
     * @throws CliFailure if there is nothing of NVMe in it
     */
    static void run(Path input, Path output, Optional<Path> join, String traceCmd, PrintStream out)
            throws IOException {
        byte[] digest = QemuLogImporter.digest(input);
        boolean dat = TraceCmd.isTraceDat(input);
        Path text = dat ? TraceCmd.report(traceCmd, input, TRACE_CMD_LIMIT_S) : input;
        try {
            if (join.isPresent()) {
                KernelJoin.run(text, join.get(), output, digest, out);
            } else {
                alone(text, output, digest, out);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            if (dat) {
                Files.delete(text);
            }
        }
    }

    private static void alone(Path text, Path output, byte[] digest, PrintStream out)
            throws IOException {
        FtraceImporter.Result r;
        try (PartialTrace trace = new PartialTrace(output, Arrays.copyOfRange(digest, 16, 32))) {
            r = FtraceImporter.run(text, digest, trace::append);
            if (r.survey().empty()) {
                throw nothing(text);
            }
            trace.finish();
        }
        FtraceTranslator t = r.translator();
        out.printf(
                "import    %,d lines -> %,d events   %,d commands   %,d completions   %,d lost   %s%n",
                r.lines(), t.events(), t.commands, t.completions, t.lost(), output);
        if (t.unmatched + t.damaged > 0) {
            out.printf(
                    "remarks   %,d completions of commands that were not seen   %,d lines damaged%n",
                    t.unmatched, t.damaged);
        }
    }

    static CliFailure nothing(Path text) {
        return CliFailure.environment(
                text
                        + ": no nvme tracepoint in it; enable /sys/kernel/tracing/events/nvme and"
                        + " save /sys/kernel/tracing/trace");
    }
}
