package io.nvmetap.shrink;

import io.nvmetap.capture.Tap;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.compare.Divergence;
import io.nvmetap.compare.Verdict;
import io.nvmetap.device.VirtualTimeline;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.mediator.MediatorProfile;
import io.nvmetap.plan.Plan;
import io.nvmetap.plan.PlanLimits;
import io.nvmetap.plan.Planner;
import io.nvmetap.session.ReplayOptions;
import io.nvmetap.session.ReplaySession;
import io.nvmetap.target.ReferenceDriver;
import io.nvmetap.trace.TraceReader;
import io.nvmetap.trace.TraceWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code nvmetap shrink}: the smallest recording that a driver still diverges on in the same way.
 */
@Command(
        name = "shrink",
        mixinStandardHelpOptions = true,
        description =
                "The smallest part of a recording on which a driver diverges in the same way.")
public final class ShrinkCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "F", description = "recording, a trace file")
    private Path trace;

    @Option(
            names = "--driver",
            required = true,
            paramLabel = "SPEC",
            description = "reference:fault=ID[,ID][,from=N][,every=N][,seed=N]")
    private String driver;

    @Option(names = "--out", required = true, paramLabel = "F", description = "small recording")
    private Path output;

    @Option(
            names = "--tries",
            defaultValue = "" + Shrinker.TRIES_DEFAULT,
            paramLabel = "N",
            description = "replays at most (default ${DEFAULT-VALUE})")
    private int tries;

    @Option(
            names = "--export",
            split = ",",
            paramLabel = "KIND",
            description =
                    "also write a reproducer for QEMU's own NVMe device: qtest (a script), c (a"
                            + " program)")
    private List<Reproducer> exports = List.of();

    @Option(
            names = "--export-out",
            paramLabel = "F",
            description = "where the reproducer goes; next to --out if not said")
    private Path exportOut;

    private final PrintStream out;

    ShrinkCommand(PrintStream out) {
        this.out = out;
    }

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        System.exit(CommandRunner.run(new ShrinkCommand(System.out), args, System.err));
    }

    @Override
    public Integer call() throws IOException {
        if (exportOut != null && exports.size() != 1) {
            throw CliFailure.usage("--export-out is for one --export");
        }
        DriverSpec spec = spec();
        Parts parts = read();
        BitSet all = new BitSet();
        all.set(0, parts.count());
        List<CapturedEvent> whole = Recast.of(parts, all);
        Optional<Divergence> first = replay(whole, spec).divergence();
        if (first.isEmpty()) {
            out.printf("shrink    %s does not diverge on %s: nothing to shrink%n", spec, trace);
            return ExitStatus.UNKNOWN;
        }
        String wanted = kind(first.get());
        Shrinker shrinker = new Shrinker(parts, shows(whole, spec, wanted), tries);
        BitSet kept = shrinker.shrink(original(parts, first.get().seq()));
        List<CapturedEvent> small = Recast.of(parts, kept);
        write(small);
        out.printf(
                Locale.ROOT,
                "shrink    %,d events -> %,d   %,d replays   %s%n",
                parts.events.size(),
                small.size(),
                shrinker.tries(),
                output);
        Optional<Divergence> still = replay(small, spec).divergence();
        still.ifPresent(d -> out.printf("still     at event %d: %s%n", d.seq(), d.sentence()));
        for (Reproducer kind : exports) {
            Path file = exportOut == null ? kind.beside(output) : exportOut;
            kind.write(plan(small), about(spec, still), file);
            out.printf("export    %s%n", file);
        }
        return ExitStatus.OK;
    }

    /**
     * Whether a part of the recording still shows it. What a good driver bears as a whole it must
     * bear in part too: a guest that never wrote ASQ hangs behind any driver.
     */
    private Predicate<List<CapturedEvent>> shows(
            List<CapturedEvent> whole, DriverSpec spec, String wanted) {
        boolean strict = replay(whole, DriverSpec.GOOD).divergence().isEmpty();
        Predicate<List<CapturedEvent>> borne =
                part -> replay(part, DriverSpec.GOOD).divergence().isEmpty();
        Predicate<List<CapturedEvent>> same =
                part ->
                        replay(part, spec)
                                .divergence()
                                .map(d -> kind(d).equals(wanted))
                                .orElse(false);
        return strict ? same.and(borne) : same;
    }

    private List<String> about(DriverSpec spec, Optional<Divergence> still) {
        List<String> about = new ArrayList<>();
        about.add("Made by nvmetap shrink of " + trace.getFileName() + ".");
        still.ifPresent(
                d -> {
                    about.add(spec + " diverges here at event " + d.seq() + ":");
                    about.add(d.sentence());
                });
        about.add("This does to QEMU's own NVMe device what the guest did to the driver.");
        return about;
    }

    private DriverSpec spec() {
        try {
            return DriverSpec.parse(driver);
        } catch (IllegalArgumentException e) {
            throw CliFailure.usage(e.getMessage());
        }
    }

    private Parts read() throws IOException {
        Parts parts = new Parts();
        CapturedEvent event = new CapturedEvent();
        try (TraceReader reader = TraceReader.open(trace)) {
            while (reader.next(event)) {
                parts.accept(event);
            }
        } catch (IllegalStateException tooLarge) {
            throw CliFailure.environment(trace + ": " + tooLarge.getMessage());
        }
        return parts;
    }

    /** The recording that is shrunk has other sequence numbers than the one it was made of. */
    private static long original(Parts parts, long seq) {
        int index = (int) Math.min(Math.max(seq, 0), parts.events.size() - 1L);
        return parts.events.get(index).seq;
    }

    private static Plan plan(List<CapturedEvent> events) {
        Planner planner = new Planner(0, PlanLimits.DEFAULT);
        events.forEach(planner::accept);
        return planner.plan();
    }

    private static Verdict replay(List<CapturedEvent> events, DriverSpec spec) {
        Plan plan = plan(events);
        MediatorProfile profile =
                plan.header().controllers().stream()
                        .findFirst()
                        .map(c -> MediatorProfile.forController(c.vendorId(), c.deviceId()))
                        .orElse(MediatorProfile.GENERIC);
        ReferenceDriver build = new ReferenceDriver(spec, spec.config().profile(profile).build());
        VirtualTimeline timeline = new VirtualTimeline();
        return new ReplaySession(plan, build, ReplayOptions.DEFAULT, timeline).playback(0, Tap.OFF);
    }

    /** What happened, whatever the command and the numbers. */
    static String kind(Divergence d) {
        String sentence = d.sentence();
        int rest = sentence.indexOf(": ");
        return (rest < 0 ? sentence : sentence.substring(rest))
                .replaceAll("0x[0-9a-f]+|[0-9]+", "#");
    }

    private void write(List<CapturedEvent> events) throws IOException {
        try (TraceWriter writer = TraceWriter.open(output)) {
            for (CapturedEvent e : events) {
                writer.append(e);
            }
        }
    }
}
