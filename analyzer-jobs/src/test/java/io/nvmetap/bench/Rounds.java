package io.nvmetap.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs benchmarks in rounds: in each every way gets a JVM of its own, one after another, so that a
 * machine that is busy for a while hurts what is measured and what it is measured against. Of each
 * JVM the best iteration counts: the one from which others took least.
 */
final class Rounds {
    /** Rounds anybody may ask for. */
    static final int ROUNDS_MAX = 50;

    private static final String ALLOCATION = "gc.alloc.rate.norm";

    /** JVM settings of what is measured: as the launcher starts the product. */
    static final List<String> JVM =
            List.of(
                    "-Xmx1g",
                    "-XX:+UseSerialGC",
                    "-Dorg.apache.avro.SERIALIZABLE_PACKAGES=io.nvmetap",
                    "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                    "--add-opens=java.base/java.util=ALL-UNNAMED");

    private final BenchEffort effort;
    private final Map<String, List<Double>> scores = new LinkedHashMap<>();
    private final Map<String, List<Double>> allocations = new LinkedHashMap<>();

    Rounds(BenchEffort effort) {
        this.effort = effort;
    }

    /**
     * Runs every way of a benchmark class, {@link BenchEffort#rounds} times.
     *
     * @param jvm further JVM arguments
     */
    Rounds run(Class<?> benchmark, List<String> jvm) {
        for (int round = 0; round < effort.rounds(); round++) {
            try {
                for (RunResult result : new Runner(options(benchmark, jvm).build()).run()) {
                    take(result);
                }
            } catch (RunnerException e) {
                throw new IllegalStateException("a benchmark could not run: " + e.getMessage(), e);
            }
        }
        return this;
    }

    private ChainedOptionsBuilder options(Class<?> benchmark, List<String> jvm) {
        List<String> all = new ArrayList<>(JVM);
        all.addAll(jvm);
        TimeValue time = new TimeValue(effort.iterationMs(), TimeUnit.MILLISECONDS);
        return new OptionsBuilder()
                .include("^" + benchmark.getName().replace(".", "\\.") + "\\.")
                .forks(1)
                .warmupIterations(effort.warmups())
                .measurementIterations(effort.iterations())
                .jvmArgs(all.toArray(new String[0]))
                .shouldFailOnError(true)
                .warmupTime(time)
                .measurementTime(time)
                .addProfiler("gc")
                .verbosity(VerboseMode.SILENT);
    }

    private void take(RunResult result) {
        String way = result.getParams().getBenchmark();
        String name = way.substring(way.lastIndexOf('.') + 1);
        Collection<String> params = result.getParams().getParamsKeys();
        for (String p : params) {
            name += " " + result.getParams().getParam(p);
        }
        scores.computeIfAbsent(name, n -> new ArrayList<>())
                .add(result.getPrimaryResult().getStatistics().getMin());
        Result<?> allocated = result.getSecondaryResults().get(ALLOCATION);
        if (allocated != null) {
            allocations.computeIfAbsent(name, n -> new ArrayList<>()).add(allocated.getScore());
        }
    }

    /**
     * @param way method, and parameter values, separated by blanks
     * @return the best iteration of each round, in the unit of the benchmark
     */
    List<Double> of(String way) {
        return known(scores, way);
    }

    /**
     * @return bytes allocated an operation, one a round
     */
    List<Double> allocated(String way) {
        return known(allocations, way);
    }

    private static List<Double> known(Map<String, List<Double>> all, String way) {
        List<Double> found = all.get(way);
        if (found == null) {
            throw new IllegalArgumentException("no way '" + way + "' was run: " + all.keySet());
        }
        return found;
    }
}
