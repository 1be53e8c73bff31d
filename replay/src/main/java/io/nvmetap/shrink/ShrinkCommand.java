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
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
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
            description = "reference:fault=ID[,ID]")
    private String driver;

    @Option(names = "--out", required = true, paramLabel = "F", description = "small recording")
    private Path output;

    @Option(
            names = "--tries",
            defaultValue = "" + Shrinker.TRIES_DEFAULT,
            paramLabel = "N",
            description = "replays at most (default ${DEFAULT-VALUE})")
    private int tries;

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
        Shrinker shrinker =
                new Shrinker(
                        parts,
                        events ->
                                replay(events, spec)
                                        .divergence()
                                        .map(d -> kind(d).equals(wanted))
                                        .orElse(false),
                        tries);
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
        replay(small, spec)
                .divergence()
                .ifPresent(d -> out.printf("still     at event %d: %s%n", d.seq(), d.sentence()));
        return ExitStatus.OK;
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

    private static Verdict replay(List<CapturedEvent> events, DriverSpec spec) {
        Planner planner = new Planner(0, PlanLimits.DEFAULT);
        events.forEach(planner::accept);
        Plan plan = planner.plan();
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
