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
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * First half of {@code nvmetap bench faults}: writes recordings of planted faults and of the same
 * runs without, each with a label file {@code NAME.json} beside {@code NAME.avro}.
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

    @Option(names = "--fault", paramLabel = "ID", description = "only this one")
    private String only;

    private final PrintStream out;

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
        List<PlantedFault> wanted =
                PlantedFaults.all().stream()
                        .filter(p -> only == null || p.fault().equals(only))
                        .toList();
        if (wanted.isEmpty()) {
            throw CliFailure.usage(
                    "no fault '"
                            + only
                            + "' can be planted; there are "
                            + PlantedFaults.all().stream()
                                    .map(PlantedFault::fault)
                                    .distinct()
                                    .toList());
        }
        Files.createDirectories(folder);
        for (PlantedFault planted : wanted) {
            for (long seed = PlantedFaults.SEED; seed < PlantedFaults.SEED + seeds; seed++) {
                write(planted, seed, true);
                write(planted, seed, false);
            }
        }
        out.printf("corpus    %d recordings in %s%n", 2 * wanted.size() * seeds, folder);
        return ExitStatus.OK;
    }

    private void write(PlantedFault planted, long seed, boolean faulted) throws IOException {
        SimulationSpec spec = faulted ? planted.faulted(seed) : planted.healthy(seed);
        String name =
                String.format(
                        "%s.%s.%d%s",
                        planted.fault(),
                        planted.owner().toLowerCase(java.util.Locale.ROOT),
                        seed,
                        faulted ? "" : ".healthy");
        try (TraceWriter writer = TraceWriter.open(folder.resolve(name + ".avro"))) {
            Simulation.run(spec, e -> append(writer, e));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        Files.writeString(
                folder.resolve(name + ".json"),
                String.format(
                        "{\"fault\":\"%s\",\"owner\":\"%s\",\"seed\":%d,\"faulted\":%b,"
                                + "\"alsoTrue\":[%s]}%n",
                        planted.fault(), planted.owner(), seed, faulted, words(planted, faulted)));
    }

    private static String words(PlantedFault planted, boolean faulted) {
        List<String> also = faulted ? planted.consequences() : planted.truths();
        return also.stream().map(w -> '"' + w + '"').collect(Collectors.joining(","));
    }

    private static void append(TraceWriter writer, CapturedEvent e) {
        try {
            writer.append(e);
        } catch (IOException io) {
            throw new UncheckedIOException(io);
        }
    }
}
