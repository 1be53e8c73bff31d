package io.nvmetap.bench;

import io.nvmetap.bench.Figure.Bar;
import java.util.List;

/** A recording driven into the reference driver again. */
final class ReplayBench {
    private static final double NS_PER_S = 1e9;

    private ReplayBench() {}

    /** Measures. */
    static List<Figure> run(BenchEffort effort) {
        Rounds r = new Rounds(effort).run(ReplayBenchmark.class, List.of());
        List<Double> perSecond = r.of("replay").stream().map(ns -> NS_PER_S / ns).toList();
        return List.of(
                Figure.plain(
                        "commandsPerSecond",
                        "commands replayed and compared in a second",
                        "/s",
                        perSecond,
                        Bar.NONE),
                Figure.ratio(
                        "overDirect",
                        "speed of a replay over the run it was recorded from",
                        r.of("direct"),
                        r.of("replay"),
                        Bar.NONE));
    }
}
