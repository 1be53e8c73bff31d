package io.nvmetap.compare;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.plan.Plan;
import io.nvmetap.plan.PlanFile;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nvmetap diff}: where two recordings part, by meaning. */
@Command(
        name = "diff",
        mixinStandardHelpOptions = true,
        description = "First difference in meaning between two recordings, then a summary.")
public final class DiffCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "A", description = "recording, a trace file")
    private Path first;

    @Parameters(index = "1", paramLabel = "B", description = "another one")
    private Path second;

    @Option(names = "--format", defaultValue = "text", description = "text or json")
    private String format;

    private final PrintStream out;
    private final PrintStream err;

    DiffCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        System.exit(CommandRunner.run(new DiffCommand(System.out, System.err), args, System.err));
    }

    @Override
    public Integer call() throws IOException {
        if (!format.equals("text") && !format.equals("json")) {
            throw CliFailure.usage("--format is text or json");
        }
        Plan a = read(first);
        Plan b = read(second);
        PlanDiff diff = new PlanDiff(a, b);
        if (format.equals("json")) {
            json(diff);
        } else {
            text(diff);
        }
        if (diff.first().isPresent()) {
            return ExitStatus.FOUND;
        }
        return a.unknown().isPresent() || b.unknown().isPresent()
                ? ExitStatus.UNKNOWN
                : ExitStatus.OK;
    }

    private Plan read(Path trace) throws IOException {
        PlanFile file = PlanFile.read(trace);
        file.damage().ifPresent(d -> err.println("nvmetap: " + d));
        file.plan()
                .unknown()
                .ifPresent(
                        u ->
                                err.println(
                                        "nvmetap: "
                                                + trace
                                                + ": compared up to event "
                                                + u.seq()
                                                + ": "
                                                + u.reason()));
        return file.plan();
    }

    private void text(PlanDiff diff) {
        Optional<PlanDiff.Difference> where = diff.first();
        if (where.isEmpty()) {
            out.println("diff      no difference in meaning");
        }
        where.ifPresent(
                d -> {
                    out.printf("diff      %s, number %d%n", d.stream(), d.number());
                    out.printf("  A       %s%s%n", at(d.seqFirst()), d.first());
                    out.printf("  B       %s%s%n", at(d.seqSecond()), d.second());
                });
        for (PlanDiff.Difference d : diff.all()) {
            if (!d.equals(where.orElse(null))) {
                out.printf(
                        "also      %s, number %d: %s | %s%n",
                        d.stream(), d.number(), d.first(), d.second());
            }
        }
        diff.counts()
                .forEach(
                        (name, n) ->
                                out.printf(
                                        Locale.ROOT,
                                        "commands  %-32s %,8d | %,d%n",
                                        name,
                                        n[0],
                                        n[1]));
        int[] all = diff.commands();
        out.printf(Locale.ROOT, "commands  %-32s %,8d | %,d%n", "all", all[0], all[1]);
    }

    private static String at(long seq) {
        return seq < 0 ? "" : "event " + seq + ": ";
    }

    private void json(PlanDiff diff) throws IOException {
        for (PlanDiff.Difference d : diff.all()) {
            out.println(line(d));
        }
        StringWriter line = new StringWriter();
        try (JsonGenerator g = new JsonFactory().createGenerator(line)) {
            g.writeStartObject();
            g.writeObjectFieldStart("summary");
            g.writeBooleanField("same", diff.first().isEmpty());
            g.writeNumberField("commandsA", diff.commands()[0]);
            g.writeNumberField("commandsB", diff.commands()[1]);
            g.writeObjectFieldStart("differing");
            for (Map.Entry<String, int[]> e : diff.counts().entrySet()) {
                g.writeArrayFieldStart(e.getKey());
                g.writeNumber(e.getValue()[0]);
                g.writeNumber(e.getValue()[1]);
                g.writeEndArray();
            }
            g.writeEndObject();
            g.writeEndObject();
            g.writeEndObject();
        }
        out.println(line);
    }

    private static String line(PlanDiff.Difference d) throws IOException {
        StringWriter line = new StringWriter();
        try (JsonGenerator g = new JsonFactory().createGenerator(line)) {
            g.writeStartObject();
            g.writeStringField("stream", d.stream());
            g.writeNumberField("number", d.number());
            g.writeNumberField("seqA", d.seqFirst());
            g.writeStringField("a", d.first());
            g.writeNumberField("seqB", d.seqSecond());
            g.writeStringField("b", d.second());
            g.writeEndObject();
        }
        return line.toString();
    }
}
