package io.nvmetap.bench;

import io.nvmetap.bench.Figure.Bar;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** From the mediator's call to the ring, and from an event to its bytes. */
final class CaptureBench {
    private static final List<String> KINDS = List.of("doorbell", "command", "completion");

    private CaptureBench() {}

    /** Measures. */
    static List<Figure> run(BenchEffort effort) throws IOException {
        List<Figure> figures = new ArrayList<>(tap(effort));
        figures.addAll(encoding(effort));
        return figures;
    }

    private static List<Figure> tap(BenchEffort effort) {
        Rounds r = new Rounds(effort).run(TapBenchmark.class, List.of());
        List<Figure> figures = new ArrayList<>();
        for (String kind : KINDS) {
            boolean doorbell = kind.equals("doorbell");
            String key = doorbell ? "tapOverRing" : "";
            String title = "tap, " + kind + ", over as many bytes into a bare Agrona ring";
            List<Double> tap = r.of("tap " + kind);
            figures.add(Figure.ratio(key, title, tap, r.of("ring " + kind), Bar.atMost(2)));
            figures.add(
                    Figure.ratio(
                            "",
                            "the same, over a bare ring and one look at the clock",
                            tap,
                            r.of("ringAndClock " + kind),
                            Bar.NONE));
        }
        List<Double> doorbell = r.of("tap doorbell");
        figures.add(
                Figure.ratio(
                        "tapOverJfr",
                        "tap, doorbell, over a JFR event of the same fields",
                        doorbell,
                        r.of("jfr doorbell"),
                        Bar.atMost(0.6)));
        // What no tap that tells the time of each event can be below.
        List<Double> clocked = r.of("ringAndClock doorbell");
        figures.add(
                Figure.ratio(
                        "",
                        "a bare ring and one look at the clock, over the bare ring",
                        clocked,
                        r.of("ring doorbell"),
                        Bar.NONE));
        figures.add(
                Figure.ratio(
                        "",
                        "a bare ring and one look at the clock, over that JFR event",
                        clocked,
                        r.of("jfr doorbell"),
                        Bar.NONE));
        figures.add(
                Figure.plain(
                        "tapOffNs", "recording off", "ns", r.of("off doorbell"), Bar.atMost(3)));
        List<Double> most = new ArrayList<>();
        for (int round = 0; round < effort.rounds(); round++) {
            double bytes = 0;
            for (String kind : KINDS) {
                bytes = Math.max(bytes, r.allocated("tap " + kind).get(round));
            }
            most.add(bytes);
        }
        // JMH's own few objects are shared by thousands of events; ours would be 16 bytes or more.
        figures.add(
                Figure.plain(
                        "allocBytesPerEvent",
                        "allocated for an event, the worst of the three kinds",
                        "B",
                        most,
                        Bar.atMost(1)));
        return figures;
    }

    private static List<Figure> encoding(BenchEffort effort) throws IOException {
        PlainClasses.make();
        Rounds r = new Rounds(effort).run(EncodeBenchmark.class, List.of());
        return List.of(
                Figure.ratio(
                        "encodeOverHand",
                        "encoding over a hand-written encoder of three kinds",
                        r.of("ours"),
                        r.of("hand"),
                        Bar.atMost(1.5)),
                Figure.ratio(
                        "encodeOverSpecificWriter",
                        "times as fast as Avro's SpecificDatumWriter",
                        r.of("specificWriter"),
                        r.of("ours"),
                        Bar.atLeast(4)),
                Figure.ratio(
                        "decodeOverSpecificReader",
                        "decoding, times as fast as Avro's SpecificDatumReader",
                        r.of("specificReader"),
                        r.of("oursDecoding"),
                        Bar.NONE));
    }
}
