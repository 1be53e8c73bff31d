package io.nvmetap.show;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.VendorCatalog;
import io.nvmetap.nvme.VendorCatalogException;
import io.nvmetap.trace.TraceReader;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nvmetap show}: decoded events of a trace file. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = "Prints the events of a trace file, decoded.")
public final class ShowCommand implements Callable<Integer> {
    private static final int RAW_LINE_BYTES = 16;

    /** Output formats. */
    enum Format {
        TEXT,
        JSON
    }

    @Parameters(index = "0", paramLabel = "F", description = "trace file")
    private Path trace;

    @Option(names = "--format", defaultValue = "text", description = "text or json")
    private Format format;

    @Option(names = "--raw", description = "the bytes of entries too (json always has them)")
    private boolean raw;

    @Option(names = "--cid", paramLabel = "N", description = "only this command identifier")
    private Integer cid;

    @Option(names = "--sqid", paramLabel = "N", description = "only this submission queue")
    private Integer sqid;

    @Option(names = "--from", paramLabel = "SEQ", defaultValue = "0", description = "first event")
    private long from;

    @Option(names = "--to", paramLabel = "SEQ", description = "last event")
    private Long to;

    @Option(names = "--vendor-catalog", paramLabel = "F", description = "more vendor commands")
    private Path vendorCatalog;

    private final PrintStream out;

    ShowCommand(PrintStream out) {
        this.out = out;
    }

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        PrintStream out =
                new PrintStream(
                        new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16),
                        false,
                        StandardCharsets.UTF_8);
        int status = CommandRunner.run(new ShowCommand(out), args, System.err);
        out.flush();
        System.exit(status);
    }

    @Override
    public Integer call() throws IOException {
        EventText text = new EventText(catalog());
        CapturedEvent e = new CapturedEvent();
        try (TraceReader reader = TraceReader.open(trace)) {
            while (reader.next(e) && (to == null || e.seq <= to) && !out.checkError()) {
                if (e.seq >= from && wanted(e)) {
                    out.println(format == Format.JSON ? EventJson.line(e, text) : text.line(e));
                    if (raw && format == Format.TEXT && (isCommand(e) || isCompletion(e))) {
                        raw(e);
                    }
                }
            }
            if (reader.damage().isPresent()) {
                out.flush();
                throw CliFailure.environment(trace + ": " + reader.damage().get().describe());
            }
        }
        return ExitStatus.OK;
    }

    private VendorCatalog catalog() throws IOException {
        if (vendorCatalog == null) {
            return VendorCatalog.bundled();
        }
        try {
            return VendorCatalog.bundled().withFile(vendorCatalog);
        } catch (VendorCatalogException e) {
            throw CliFailure.environment(e.getMessage());
        }
    }

    private static boolean isCommand(CapturedEvent e) {
        return e.kind == EventKind.COMMAND_FETCHED || e.kind == EventKind.COMMAND_EMITTED;
    }

    private static boolean isCompletion(CapturedEvent e) {
        return e.kind == EventKind.COMPLETION_SEEN || e.kind == EventKind.COMPLETION_COPIED;
    }

    /** 16 bytes a line, as far as the source saw them: "--" it did not. */
    private void raw(CapturedEvent e) {
        for (int at = 0; at < e.entryBytes; at += RAW_LINE_BYTES) {
            StringBuilder line = new StringBuilder(String.format("%41s%02x:", "", at));
            for (int i = at; i < at + RAW_LINE_BYTES; i++) {
                boolean seen = i >= Long.SIZE || (e.known >>> i & 1) != 0;
                line.append(seen ? String.format(" %02x", e.entry[i]) : " --");
            }
            out.println(line);
        }
    }

    private boolean wanted(CapturedEvent e) {
        if (cid == null && sqid == null) {
            return true;
        }
        if (isCommand(e)) {
            return (cid == null || Sqe.cid(e.entry, 0) == cid) && (sqid == null || e.qid == sqid);
        }
        return isCompletion(e)
                && (cid == null || Cqe.cid(e.entry, 0) == cid)
                && (sqid == null || Cqe.sqid(e.entry, 0) == sqid);
    }
}
