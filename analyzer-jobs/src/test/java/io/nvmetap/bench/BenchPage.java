package io.nvmetap.bench;

import java.util.List;
import java.util.Map;

/** The page of figures, and the lines and summaries of the commands. */
final class BenchPage {
    private static final String HEAD =
            """
            # Benchmarks

            Written by `./nvmetap bench all --write docs/benchmarks.md`; do not edit. Every figure is a ratio to a
            baseline of the same run: %d rounds, in each of which every way gets a JVM of its own, one after another.
            Of each JVM the best run counts. The value is the median of the rounds, the spread their lowest and highest.

            %s, commit %s, %s.%s

            """;

    private BenchPage() {}

    /**
     * The page.
     *
     * @param benches figures by the name of their bench, in order
     * @param place machine, commit and date
     * @param remark what a reader must know of this run, "" nothing
     */
    static String page(Map<String, List<Figure>> benches, int rounds, Place place, String remark) {
        StringBuilder page =
                new StringBuilder(
                        String.format(
                                HEAD,
                                rounds,
                                place.machine(),
                                place.commit(),
                                place.date(),
                                remark.isEmpty() ? "" : " " + remark));
        benches.forEach(
                (name, figures) -> {
                    page.append("## ").append(name).append("\n\n");
                    page.append("| figure | value | spread | bar | |\n|---|---|---|---|---|\n");
                    figures.forEach(f -> page.append(row(f)).append('\n'));
                    page.append('\n');
                });
        return page.append(kept(benches)).append('\n').toString();
    }

    private static String row(Figure f) {
        return String.format(
                "| %s | %s | %s | %s | %s |",
                f.title(), f.text(f.value()), spread(f), f.barText(), f.verdict());
    }

    private static String spread(Figure f) {
        return f.low() == f.high() ? "" : f.text(f.low()) + " to " + f.text(f.high());
    }

    private static String kept(Map<String, List<Figure>> benches) {
        List<Figure> barred =
                benches.values().stream()
                        .flatMap(List::stream)
                        .filter(f -> f.bar().sense() != Figure.Sense.NONE)
                        .toList();
        long kept = barred.stream().filter(Figure::passes).count();
        return kept + " of " + barred.size() + " bars are kept.";
    }

    /** One figure as a line for people. */
    static String line(Figure f) {
        return String.format(
                        "bench     %-72s %10s   %-18s %s",
                        f.title(), f.text(f.value()), f.barText(), f.verdict())
                .stripTrailing();
    }

    /**
     * One line of JSON.
     *
     * @param place fields of machine, commit and date
     */
    static String summary(String bench, List<Figure> figures, String place) {
        StringBuilder json = new StringBuilder("{\"summary\":{\"bench\":\"" + bench + "\",");
        for (Figure f : figures) {
            if (!f.key().isEmpty()) {
                json.append('"').append(f.key()).append("\":");
                json.append(String.format(java.util.Locale.ROOT, "%.4f", f.value())).append(',');
            }
        }
        return json.append(place).append("}}").toString();
    }

    /** Where and when. */
    record Place(String machine, String commit, String date) {}
}
