package io.nvmetap.export;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.export.pcapng.PcapngExport;
import io.nvmetap.export.perfetto.FindingLines;
import io.nvmetap.export.perfetto.PerfettoExport;
import io.nvmetap.export.sink.EventExport;
import io.nvmetap.export.sink.ExportFile;
import io.nvmetap.nvme.VendorCatalog;
import io.nvmetap.show.EventText;
import io.nvmetap.trace.TraceReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nvmetap export}: a trace for other people's tools. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = "Writes a trace for the Perfetto UI, for Wireshark, as JSON lines or as CSV.")
public final class ExportCommand implements Callable<Integer> {
    /** Formats. */
    enum Format {
        PERFETTO,
        PCAPNG,
        JSON,
        CSV
    }

    @Parameters(index = "0", paramLabel = "F", description = "trace file")
    private Path trace;

    @Option(
            names = "--format",
            required = true,
            paramLabel = "FORMAT",
            description = "perfetto, pcapng, json or csv")
    private Format format;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "F",
            description = "file to write, replaced if it exists; - is standard output")
    private Path output;

    @Option(names = "--controller", paramLabel = "N", description = "only this controller, from 0")
    private Integer controller;

    @Option(
            names = "--side",
            paramLabel = "SIDE",
            description =
                    "pcapng: guest or device (default: guest, device if nobody stood between)")
    private Side side;

    @Option(
            names = "--findings",
            paramLabel = "F",
            description = "perfetto: what `analyze --format json` said, as marks on top")
    private Path findings;

    private final OutputStream standardOutput;
    private final PrintStream err;

    ExportCommand(OutputStream standardOutput, PrintStream err) {
        this.standardOutput = standardOutput;
        this.err = err;
    }

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        // Not System.out, which keeps a full disk and a reader that left to itself.
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        ExportCommand command = new ExportCommand(out, System.err);
        System.exit(CommandRunner.run(command, args, System.err));
    }

    @Override
    public Integer call() throws IOException {
        checkOptions();
        List<FindingLines.Mark> marks = findings == null ? List.of() : FindingLines.read(findings);
        try (TraceReader reader = TraceReader.open(trace);
                ExportFile file = ExportFile.open(output, trace, standardOutput)) {
            EventExport export = writing(file, () -> export(file.stream(), marks));
            Pass pass = new Pass(reader, file);
            pass.run(export);
            List<String> said = writing(file, export::end);
            if (controller != null && pass.taken == 0 && reader.events() > 0) {
                throw CliFailure.environment(
                        trace + ": no event of controller " + controller + "; they count from 0");
            }
            writing(file, () -> keep(file));
            report(pass.taken, said);
            if (reader.damage().isPresent()) {
                throw CliFailure.environment(trace + ": " + reader.damage().get().describe());
            }
        }
        return ExitStatus.OK;
    }

    private void checkOptions() {
        if (side != null && format != Format.PCAPNG) {
            throw CliFailure.usage("--side is for --format pcapng");
        }
        if (side == Side.NONE) {
            throw CliFailure.usage("--side is guest or device");
        }
        if (findings != null && format != Format.PERFETTO) {
            throw CliFailure.usage("--findings is for --format perfetto");
        }
        if (controller != null && controller < 0) {
            throw CliFailure.usage("--controller counts from 0");
        }
    }

    private EventExport export(OutputStream out, List<FindingLines.Mark> marks) throws IOException {
        VendorCatalog vendors = VendorCatalog.bundled();
        return switch (format) {
            case PERFETTO -> new PerfettoExport(out, vendors, marks);
            case PCAPNG -> new PcapngExport(out, side == null ? Side.NONE : side);
            case JSON, CSV -> new TextExport(out, new EventText(vendors), format == Format.CSV);
        };
    }

    private static Void keep(ExportFile file) throws IOException {
        file.keep();
        return null;
    }

    /** Something that writes. */
    private interface Writing<T> {
        T run() throws IOException;
    }

    /** What fails to be written is told of the file written, not of the one read. */
    private static <T> T writing(ExportFile file, Writing<T> work) {
        try {
            return work.run();
        } catch (IOException e) {
            throw file.failure(e);
        }
    }

    /** One pass over the trace. */
    private final class Pass {
        private final TraceReader reader;
        private final ExportFile file;
        private long taken;
        private long nextSeq = -1;

        Pass(TraceReader reader, ExportFile file) {
            this.reader = reader;
            this.file = file;
        }

        void run(EventExport export) throws IOException {
            CapturedEvent e = new CapturedEvent();
            while (reader.next(e)) {
                long missing = nextSeq < 0 ? 0 : e.seq - nextSeq;
                nextSeq = e.seq + 1;
                writing(file, () -> pass(export, e, missing));
            }
        }

        private Void pass(EventExport export, CapturedEvent e, long missing) throws IOException {
            if (missing > 0) {
                export.lost(missing);
            }
            boolean wanted = controller == null || e.controller == controller;
            if (wanted || ofTheSession(e.kind)) {
                export.event(e);
            }
            taken += wanted ? 1 : 0;
            return null;
        }
    }

    /** Events that are about all controllers, whichever they carry. */
    private static boolean ofTheSession(EventKind kind) {
        return kind == EventKind.CAPTURE_STARTED
                || kind == EventKind.EVENTS_LOST
                || kind == EventKind.CAPTURE_ENDED;
    }

    private void report(long events, List<String> said) {
        StringBuilder line = new StringBuilder(String.format("export    %,d events", events));
        said.forEach(s -> line.append("   ").append(s));
        // Standard output is the file itself then.
        boolean piped = ExportFile.isStandardOutput(output);
        PrintStream to = piped ? err : new PrintStream(standardOutput, true);
        to.println(line + (piped ? "" : "   " + output));
    }
}
