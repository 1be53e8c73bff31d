package io.nvmetap.timeline;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * How long commands took: by queue and opcode, as a heat map over time, split by party, and how
 * that drifts. Two significant digits.
 *
 * @param rows a queue and an opcode each
 * @param heat how many commands, by column of time and row of duration
 * @param heatFromNs shortest duration of row 0; each row is a factor of the square root of 2
 * @param drift medians and 99th percentiles by column
 * @param commands commands counted
 */
public record Latencies(
        List<Row> rows, int[][] heat, long heatFromNs, List<Drift> drift, int commands) {
    /** Columns of time. */
    public static final int COLUMNS = 96;

    /** Rows of duration: 256 ns to 18 minutes in half octaves. */
    public static final int HEAT_ROWS = 64;

    /** Rows of the table; what comes after the busiest is left out. */
    public static final int ROWS_MAX = 256;

    private static final long HEAT_FROM_NS = 256;
    private static final int DIGITS = 2;

    /** Thirteen days: what took longer counts as that. */
    private static final long LONGEST_NS = 1L << 50;

    /**
     * One queue and one opcode.
     *
     * @param controller controller index
     * @param sqid submission queue
     * @param opcode opcode
     * @param whole from doorbell to completion
     * @param parties the parts of the parties
     */
    public record Row(
            int controller, int sqid, int opcode, Stats whole, Map<Party, Stats> parties) {}

    /**
     * Percentiles, ns; all 0 if nothing was counted.
     *
     * @param count commands
     */
    public record Stats(
            long count, long p50, long p90, long p99, long p999, long max, double mean) {
        static Stats of(Histogram h) {
            if (h.getTotalCount() == 0) {
                return new Stats(0, 0, 0, 0, 0, 0, 0);
            }
            return new Stats(
                    h.getTotalCount(),
                    h.getValueAtPercentile(50),
                    h.getValueAtPercentile(90),
                    h.getValueAtPercentile(99),
                    h.getValueAtPercentile(99.9),
                    h.getMaxValue(),
                    h.getMean());
        }
    }

    /**
     * A column of time.
     *
     * @param fromNs where it begins
     * @param whole of all commands submitted in it
     * @param parties their parts
     */
    public record Drift(long fromNs, Stats whole, Map<Party, Stats> parties) {}

    /**
     * Which commands.
     *
     * @param controller controller index
     * @param sqid submission queue, -1 all
     * @param opcode opcode, -1 all
     */
    public record Filter(int controller, int sqid, int opcode) {
        boolean takes(CommandTable t, int c) {
            return t.controller(c) == controller
                    && (sqid < 0 || t.sqid(c) == sqid)
                    && (opcode < 0 || t.opcode(c) == opcode);
        }
    }

    /** Histograms of the whole and of each part. */
    private static final class Sums {
        final Histogram whole = new Histogram(DIGITS);
        final Map<Party, Histogram> parties = new EnumMap<>(Party.class);

        void add(CommandTable t, int c, long wholeNs) {
            whole.recordValue(clamp(wholeNs));
            for (Party p : Party.values()) {
                long part = p.timeNs(t, c);
                if (part >= 0) {
                    parties.computeIfAbsent(p, k -> new Histogram(DIGITS)).recordValue(clamp(part));
                }
            }
        }

        private static long clamp(long ns) {
            return Math.max(0, Math.min(LONGEST_NS, ns));
        }

        Map<Party, Stats> stats() {
            Map<Party, Stats> out = new EnumMap<>(Party.class);
            parties.forEach((p, h) -> out.put(p, Stats.of(h)));
            return out;
        }
    }

    /** Counts the commands of a capture that the filter takes. */
    public static Latencies of(CaptureIndex index, Filter filter) {
        CommandTable t = index.commands();
        long from = index.span().fromNs();
        long width = Math.max(1, (index.span().toNs() - from) / COLUMNS + 1);
        Map<Long, Sums> rows = new TreeMap<>();
        Sums[] columns = new Sums[COLUMNS];
        int[][] heat = new int[COLUMNS][HEAT_ROWS];
        int counted = 0;
        for (int c = 0; c < t.size(); c++) {
            long whole = Party.wholeNs(t, c);
            if (whole < 0 || !filter.takes(t, c)) {
                continue;
            }
            counted++;
            long key = (long) t.sqid(c) << 8 | t.opcode(c);
            if (rows.containsKey(key) || rows.size() < ROWS_MAX) {
                rows.computeIfAbsent(key, k -> new Sums()).add(t, c, whole);
            }
            long begin = Math.max(t.at(c, Moment.SUBMITTED), t.at(c, Moment.EMITTED) - whole);
            int column = (int) Math.max(0, Math.min(COLUMNS - 1, (begin - from) / width));
            if (columns[column] == null) {
                columns[column] = new Sums();
            }
            columns[column].add(t, c, whole);
            heat[column][heatRow(whole)]++;
        }
        return new Latencies(
                table(filter, rows), heat, HEAT_FROM_NS, drift(columns, from, width), counted);
    }

    /** Half octaves above {@link #HEAT_FROM_NS}. */
    static int heatRow(long ns) {
        if (ns <= HEAT_FROM_NS) {
            return 0;
        }
        int row = (int) (2 * Math.log((double) ns / HEAT_FROM_NS) / Math.log(2));
        return Math.min(HEAT_ROWS - 1, row);
    }

    private static List<Row> table(Filter filter, Map<Long, Sums> rows) {
        List<Row> out = new ArrayList<>();
        rows.forEach(
                (key, sums) ->
                        out.add(
                                new Row(
                                        filter.controller,
                                        (int) (key >> 8),
                                        (int) (key & 0xFF),
                                        Stats.of(sums.whole),
                                        sums.stats())));
        return out;
    }

    private static List<Drift> drift(Sums[] columns, long from, long width) {
        List<Drift> out = new ArrayList<>();
        for (int i = 0; i < COLUMNS; i++) {
            if (columns[i] != null) {
                out.add(
                        new Drift(
                                from + i * width, Stats.of(columns[i].whole), columns[i].stats()));
            }
        }
        return out;
    }
}
