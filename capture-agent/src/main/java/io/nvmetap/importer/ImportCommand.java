package io.nvmetap.importer;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.trace.TraceWriter;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.zip.ZipException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nvmetap import}: a log from elsewhere becomes a trace. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = "Turns a log from elsewhere into a trace file.")
public final class ImportCommand implements Callable<Integer> {
    /** Formats of what comes from elsewhere. */
    enum Format {
        QEMU,
        FTRACE,
        TAP
    }

    @Option(names = "--format", required = true, description = "qemu, ftrace or tap")
    private Format format;

    @Parameters(index = "0", paramLabel = "IN", description = "log file, plain or gzipped")
    private Path input;

    @Option(names = "--out", required = true, paramLabel = "F", description = "trace to write")
    private Path output;

    @Option(
            names = "--mediator",
            paramLabel = "NAME",
            defaultValue = "",
            description = "a mediator of this name stood between guest and this device")
    private String mediator;

    @Option(
            names = "--join",
            paramLabel = "F",
            description =
                    "ftrace: put the kernel's view into this recording of the same guest, as"
                            + " annotations")
    private Path join;

    private static final int DRIVERS_SHOWN = 12;

    private final PrintStream out;

    ImportCommand(PrintStream out) {
        this.out = out;
    }

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        System.exit(CommandRunner.run(new ImportCommand(System.out), args, System.err));
    }

    @Override
    public Integer call() throws IOException {
        if (!mediator.isEmpty() && format != Format.QEMU) {
            throw CliFailure.usage("--mediator is for QEMU logs");
        }
        if (join != null && format != Format.FTRACE) {
            throw CliFailure.usage("--join is for --format ftrace");
        }
        checkFiles();
        switch (format) {
            case QEMU -> print(importLog());
            case TAP -> importTap();
            case FTRACE -> importFtrace();
            default -> throw new IllegalStateException(format.name());
        }
        return ExitStatus.OK;
    }

    private void checkFiles() throws IOException {
        if (!Files.exists(input)) {
            throw CliFailure.environment(input + ": no such file; check the path");
        }
        if (!Files.isRegularFile(input)) {
            throw CliFailure.environment(input + ": not a file; the log is read twice, save it");
        }
        Path folder = output.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw CliFailure.environment(output + ": its folder does not exist; create it");
        }
        if (Files.isDirectory(output)) {
            throw CliFailure.environment(output + ": is a folder; name a file");
        }
        if (Files.exists(output) && Files.isSameFile(input, output)) {
            throw CliFailure.usage("--out is the log itself; name another file");
        }
    }

    private void importTap() throws IOException {
        try {
            TapImport.run(input, output, out);
        } catch (EOFException | ZipException e) {
            throw CliFailure.environment(input + ": the gzip data is cut off or damaged");
        }
    }

    private void importFtrace() throws IOException {
        if (join != null && Files.exists(output) && Files.isSameFile(join, output)) {
            throw CliFailure.usage("--out is the recording to join; name another file");
        }
        try {
            FtraceImport.run(input, output, Optional.ofNullable(join), "trace-cmd", out);
        } catch (EOFException | ZipException e) {
            throw CliFailure.environment(input + ": the gzip data is cut off or damaged");
        }
    }

    private ImportReport importLog() throws IOException {
        Path partial = output.resolveSibling(output.getFileName() + ".partial");
        try {
            byte[] digest = QemuLogImporter.digest(input);
            ImportReport report;
            try (TraceWriter writer = open(partial, digest)) {
                report = QemuLogImporter.run(input, digest, mediator, e -> append(writer, e));
            }
            if (report.nothingFound()) {
                throw CliFailure.environment(
                        input
                                + ": no NVMe trace line in it; record with"
                                + " -trace 'pci_nvme_*' -msg timestamp=on");
            }
            Files.move(partial, output, StandardCopyOption.REPLACE_EXISTING);
            return report;
        } catch (EOFException | ZipException e) {
            throw CliFailure.environment(input + ": the gzip data is cut off or damaged");
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    /** The marker comes from the log, as the session id does: the same log gives the same bytes. */
    private static TraceWriter open(Path file, byte[] digest) throws IOException {
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
        return new TraceWriter(out, Arrays.copyOfRange(digest, 16, 32));
    }

    private static void append(TraceWriter writer, CapturedEvent e) {
        try {
            writer.append(e);
        } catch (IOException io) {
            throw new UncheckedIOException(io);
        }
    }

    private void print(ImportReport r) {
        out.printf(
                "import    %,d lines -> %,d events   %,d folded   %,d unused   %,d foreign   %s%n",
                r.lines(), r.events(), r.folded(), r.unused(), r.foreign(), output);
        if (r.ghosts() + r.unmatched() > 0) {
            out.printf(
                    "ghosts    %,d commands finished after their queue was gone"
                            + "   %,d completions of unknown commands%n",
                    r.ghosts(), r.unmatched());
        }
        if (!r.drivers().isEmpty()) {
            out.printf("drivers   %s%n", drivers(r.driversInTurn()));
        }
        r.unparsed()
                .forEach((name, n) -> out.printf("unparsed  %s   %,d lines left out%n", name, n));
        if (!r.mixedControllers().isEmpty()) {
            out.printf(
                    "mixed     several controllers in one log cannot be told apart (%s)%n",
                    r.mixedControllers());
        }
    }

    private static String drivers(List<String> turns) {
        boolean all = turns.size() <= DRIVERS_SHOWN;
        String shown = String.join(" -> ", all ? turns : turns.subList(0, DRIVERS_SHOWN));
        return all ? shown : shown + " -> ...";
    }
}
