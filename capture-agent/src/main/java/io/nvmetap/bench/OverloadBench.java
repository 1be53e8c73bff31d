package io.nvmetap.bench;

import io.nvmetap.capture.Tap;
import io.nvmetap.cli.BenchPlace;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code nvmetap bench overload}: what a recording that is told ten times as much as it can take
 * costs the guest, beside the same machine with recording off, in turns in one run; and whether
 * every event made arrived or was told as lost.
 */
@Command(
        name = "bench overload",
        mixinStandardHelpOptions = true,
        description =
                "Times a guest's reads through the driver with recording off, and with recording on"
                        + " and overloaded ten times; accounts for every event.")
public final class OverloadBench implements Callable<Integer> {
    private static final int SECONDS_MAX = 3_600;
    private static final long TURN_NS = 250_000_000L;
    private static final int WARM_UP_TURNS = 8;

    /** Without waits it is the same from the first second on. */
    private static final int WORK_SECONDS = 10;

    private static final int FIRST_READS = 2_000;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "60",
            description = "how long each machine is overloaded (default ${DEFAULT-VALUE})")
    private int seconds;

    @Option(names = "--format", description = "text or json (default text)")
    private String format = "text";

    private final PrintStream out;
    private final Path home;

    OverloadBench(PrintStream out, Path home) {
        this.out = out;
        this.home = home;
    }

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        Path home = Path.of(System.getProperty("nvmetap.home", "."));
        System.exit(CommandRunner.run(new OverloadBench(System.out, home), args, System.err));
    }

    /** One comparison: nanoseconds a read, and the account of the overloaded side. */
    private record Result(
            double offNs, double onNs, double onOverOff, OverloadedCapture.Account account) {}

    @Override
    public Integer call() throws IOException {
        if (seconds < 1 || seconds > SECONDS_MAX) {
            throw CliFailure.usage("--seconds is 1 to " + SECONDS_MAX);
        }
        Result depth1 = compare(BenchTime::real, 1, seconds);
        line("depth 1", depth1);
        Result depth32 = compare(BenchTime::real, BenchMachine.DEPTH_MAX, seconds);
        line("depth 32", depth32);
        int workSeconds = Math.min(seconds, WORK_SECONDS);
        Result work = compare(BenchTime::work, BenchMachine.DEPTH_MAX, workSeconds);
        line("no waits", work);
        out.printf(
                Locale.ROOT,
                "{\"summary\":{\"bench\":\"overload\",\"seconds\":%d,\"onOverOffDepth1\":%.3f,"
                        + "\"onOverOffDepth32\":%.3f,\"onOverOffNoWaits\":%.3f,\"made\":%d,"
                        + "\"arrived\":%d,\"told\":%d,%s}}%n",
                seconds,
                depth1.onOverOff(),
                depth32.onOverOff(),
                work.onOverOff(),
                depth1.account().made() + depth32.account().made() + work.account().made(),
                depth1.account().arrived() + depth32.account().arrived() + work.account().arrived(),
                depth1.account().told() + depth32.account().told() + work.account().told(),
                BenchPlace.fields(home));
        return ExitStatus.OK;
    }

    private static Result compare(Supplier<BenchTime> time, int depth, int forSeconds)
            throws IOException {
        OverloadedCapture capture = new OverloadedCapture();
        try (BenchMachine off = new BenchMachine(time.get(), Tap.OFF, 1);
                BenchMachine on = new BenchMachine(time.get(), capture.tap(), 1)) {
            int reads = turn(off, on, depth);
            List<Double> offNs = new ArrayList<>();
            List<Double> onNs = new ArrayList<>();
            List<Double> ratios = new ArrayList<>();
            long overloadedNs = 0;
            while (overloadedNs < TimeUnit.SECONDS.toNanos(forSeconds)) {
                // Who comes first is slower or faster for reasons of its own: they take turns.
                boolean first = ratios.size() % 2 == 0;
                long before = first ? off.read(reads, depth) : 0;
                long overloaded = on.read(reads, depth);
                long base = first ? before : off.read(reads, depth);
                overloadedNs += overloaded;
                offNs.add((double) base / reads);
                onNs.add((double) overloaded / reads);
                ratios.add((double) overloaded / base);
            }
            return new Result(median(offNs), median(onNs), median(ratios), capture.end());
        }
    }

    /** Warms both up and says how many reads a turn has. */
    private static int turn(BenchMachine off, BenchMachine on, int depth) {
        int reads = FIRST_READS;
        for (int i = 0; i < WARM_UP_TURNS; i++) {
            long ns = Math.max(off.read(reads, depth), on.read(reads, depth));
            reads = (int) Math.max(FIRST_READS, reads * TURN_NS / Math.max(1, ns));
        }
        return reads;
    }

    private static double median(List<Double> all) {
        return all.stream().sorted().toList().get(all.size() / 2);
    }

    private void line(String what, Result r) {
        if (!format.equals("json")) {
            out.printf(
                    Locale.ROOT,
                    "overload  %-9s off %,.0f ns a read   overloaded %,.0f ns (%.3fx)   %,d events"
                            + " made = %,d arrived + %,d told as lost%n",
                    what,
                    r.offNs(),
                    r.onNs(),
                    r.onOverOff(),
                    r.account().made(),
                    r.account().arrived(),
                    r.account().told());
            out.flush();
        }
    }
}
