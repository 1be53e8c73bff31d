package io.nvmetap.export;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.nvme.VendorCatalog;
import io.nvmetap.show.EventJson;
import io.nvmetap.show.EventText;
import io.nvmetap.trace.TraceReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nvmetap export}: a trace for other people's tools. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = "Writes a trace as JSON lines or CSV.")
public final class ExportCommand implements Callable<Integer> {
    /** Formats; perfetto and pcapng come with a later version. */
    enum Format {
        JSON,
        CSV,
        PERFETTO,
        PCAPNG
    }

    @Parameters(index = "0", paramLabel = "F", description = "trace file")
    private Path trace;

    @Option(names = "--format", required = true, description = "json or csv")
    private Format format;

    @Option(names = "--out", required = true, paramLabel = "F", description = "file to write")
    private Path output;

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        System.exit(CommandRunner.run(new ExportCommand(), args, System.err));
    }

    @Override
    public Integer call() throws IOException {
        if (format != Format.JSON && format != Format.CSV) {
            throw CliFailure.usage("this version exports --format json or csv");
        }
        EventText text = new EventText(VendorCatalog.bundled());
        CsvRow csv = new CsvRow(text);
        CapturedEvent e = new CapturedEvent();
        try (TraceReader reader = TraceReader.open(trace);
                Writer out = Files.newBufferedWriter(output, StandardCharsets.UTF_8)) {
            if (format == Format.CSV) {
                out.write(CsvRow.HEADER + "\r\n");
            }
            while (reader.next(e)) {
                out.write(
                        format == Format.CSV ? csv.of(e) + "\r\n" : EventJson.line(e, text) + "\n");
            }
            out.flush();
            System.out.printf("export    %,d events   %s%n", reader.events(), output);
            if (reader.damage().isPresent()) {
                throw CliFailure.environment(trace + ": " + reader.damage().get().describe());
            }
        }
        return ExitStatus.OK;
    }
}
