package io.nvmetap.corpus;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.guest.Simulation;
import io.nvmetap.guest.SimulationSpec;
import io.nvmetap.trace.TraceWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * First half of {@code nvmetap bench faults}: writes recordings of planted faults, of the same runs
 * without, and of every guest on every controller, each with a label file {@code NAME.json} beside
 * {@code NAME.avro}.
 */
@Command(
        name = "corpus",
        mixinStandardHelpOptions = true,
        description = "Writes labelled recordings of planted faults and of healthy runs.")
public final class CorpusCommand implements Callable<Integer> {
    private static final int SEEDS_MAX = 10_000;

    @Option(names = "--write", required = true, paramLabel = "DIR", description = "made if need be")
    private Path folder;

    @Option(names = "--seeds", paramLabel = "N", defaultValue = "20", description = "runs of each")
    private int seeds;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "7", description = "the first one")
    private long firstSeed;

    @Option(
            names = "--fault",
            paramLabel = "ID",
            description = "only this one; healthy for runs without any, healthy.linux.samsung")
    private String only;

    private final PrintStream out;

    /**
     * One run to be recorded.
     *
     * @param name of the recording, but for the seed
     * @param fault "" none
     * @param owner "" none
     */
    private record Run(
            String name,
            String fault,
            String owner,
            boolean faulted,
            SimulationSpec spec,
            List<String> alsoTrue) {}

    CorpusCommand(PrintStream out) {
        this.out = out;
    }

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        System.exit(CommandRunner.run(new CorpusCommand(System.out), args, System.err));
    }

    @Override
    public Integer call() throws IOException {
        if (seeds < 1 || seeds > SEEDS_MAX) {
            throw CliFailure.usage("--seeds is 1 to " + SEEDS_MAX);
        }
        List<Run> wanted = all().stream().filter(this::wanted).toList();
        if (wanted.isEmpty()) {
            throw CliFailure.usage("no fault '" + only + "' can be planted; there are " + names());
        }
        Files.createDirectories(folder);
        for (Run run : wanted) {
            for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
                write(run, seed);
            }
        }
        out.printf("corpus    %d recordings in %s%n", wanted.size() * seeds, folder);
        return ExitStatus.OK;
    }

    private boolean wanted(Run run) {
        boolean healthy = run.fault.isEmpty();
        String id = healthy ? run.name : run.fault;
        return only == null || id.equals(only) || healthy && (id + ".").startsWith(only + ".");
    }

    private static String names() {
        Stream<String> faults = PlantedFaults.all().stream().map(PlantedFault::fault).distinct();
        return Stream.concat(faults, Stream.of(HealthyRuns.PREFIX))
                .collect(Collectors.joining(", "));
    }

    private static List<Run> all() {
        List<Run> all = new ArrayList<>();
        for (PlantedFault p : PlantedFaults.all()) {
            String name = p.fault() + "." + p.owner().toLowerCase(Locale.ROOT);
            all.add(new Run(name, p.fault(), p.owner(), true, p.faulted(), p.consequences()));
            all.add(new Run(name, p.fault(), p.owner(), false, p.healthy(), p.truths()));
        }
        for (HealthyRun h : HealthyRuns.all()) {
            all.add(new Run(h.name(), "", "", false, h.spec(), h.truths()));
        }
        return all;
    }

    private void write(Run run, long seed) throws IOException {
        boolean twin = !run.faulted && !run.fault.isEmpty();
        String name = run.name + "." + seed + (twin ? ".healthy" : "");
        try (TraceWriter writer = TraceWriter.open(folder.resolve(name + ".avro"))) {
            Simulation.run(run.spec.withSeed(seed), e -> append(writer, e));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        String also =
                run.alsoTrue.stream().map(w -> '"' + w + '"').collect(Collectors.joining(","));
        Files.writeString(
                folder.resolve(name + ".json"),
                String.format(
                        "{\"fault\":\"%s\",\"owner\":\"%s\",\"seed\":%d,\"faulted\":%b,"
                                + "\"alsoTrue\":[%s]}%n",
                        run.fault.isEmpty() ? run.name : run.fault,
                        run.owner,
                        seed,
                        run.faulted,
                        also));
    }

    private static void append(TraceWriter writer, CapturedEvent e) {
        try {
            writer.append(e);
        } catch (IOException io) {
            throw new UncheckedIOException(io);
        }
    }
}
