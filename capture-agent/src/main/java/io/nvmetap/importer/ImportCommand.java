package io.nvmetap.importer;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.trace.TraceWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nvmetap import}: a log from elsewhere becomes a trace. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = "Turns a log from elsewhere into a trace file.")
public final class ImportCommand implements Callable<Integer> {
    /** Log formats; the others come with later versions. */
    enum Format {
        QEMU,
        FTRACE,
        TAP
    }

    @Option(names = "--format", required = true, description = "qemu (ftrace and tap: later)")
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
        if (format != Format.QEMU) {
            throw CliFailure.usage("this version imports --format qemu only");
        }
        if (!Files.exists(input)) {
            throw CliFailure.environment(input + ": no such file; check the path");
        }
        ImportReport report;
        Path partial = output.resolveSibling(output.getFileName() + ".partial");
        try {
            try (TraceWriter writer = TraceWriter.open(partial)) {
                report = QemuLogImporter.run(input, mediator, e -> append(writer, e));
            }
            if (report.events() <= 2) {
                throw CliFailure.environment(
                        input
                                + ": no NVMe trace line in it; record with"
                                + " -trace 'pci_nvme_*' -msg timestamp=on");
            }
            Files.move(partial, output, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } catch (java.io.EOFException | java.util.zip.ZipException e) {
            throw CliFailure.environment(input + ": the gzip data is cut off or damaged");
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            Files.deleteIfExists(partial);
        }
        print(report);
        return ExitStatus.OK;
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
                "import    %,d lines -> %,d events   %,d folded   %,d foreign   %,d ghosts   %s%n",
                r.lines(), r.events(), r.folded(), r.foreign(), r.ghosts(), output);
        if (!r.firmware().isEmpty()) {
            out.printf("drivers   %s%n", String.join(" -> ", r.firmware()));
        }
        r.unparsed().forEach((name, n) -> out.printf("unparsed  %s   %,d lines%n", name, n));
        if (!r.mixedControllers().isEmpty()) {
            out.printf(
                    "mixed     several controllers in one log cannot be told apart (%s)%n",
                    r.mixedControllers());
        }
    }
}
