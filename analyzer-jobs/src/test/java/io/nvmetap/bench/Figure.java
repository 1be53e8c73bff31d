package io.nvmetap.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * One figure of a benchmark.
 *
 * @param key name in the JSON summary
 * @param title what it says
 * @param unit "x" for a ratio, else "ns" or "B"
 * @param samples one of each round, at least one
 * @param bar what it has to keep
 */
public record Figure(String key, String title, String unit, double[] samples, Bar bar) {
    /** How a figure is held against its bar. */
    public enum Sense {
        AT_MOST("at most"),
        AT_LEAST("at least"),
        /** For information. */
        NONE("");

        private final String words;

        Sense(String words) {
            this.words = words;
        }
    }

    /** A bar. */
    public record Bar(Sense sense, double value) {
        /** None. */
        public static final Bar NONE = new Bar(Sense.NONE, 0);

        public static Bar atMost(double value) {
            return new Bar(Sense.AT_MOST, value);
        }

        public static Bar atLeast(double value) {
            return new Bar(Sense.AT_LEAST, value);
        }
    }

    public Figure {
        samples = samples.clone();
        Arrays.sort(samples);
    }

    /** The quotient of two ways, round by round: both had the same machine then. */
    public static Figure ratio(
            String key, String title, List<Double> above, List<Double> below, Bar bar) {
        double[] ratios = new double[Math.min(above.size(), below.size())];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = above.get(i) / below.get(i);
        }
        return new Figure(key, title, "x", ratios, bar);
    }

    /** A figure that is no ratio. */
    public static Figure plain(
            String key, String title, String unit, List<Double> samples, Bar bar) {
        return new Figure(key, title, unit, samples.stream().mapToDouble(d -> d).toArray(), bar);
    }

    /**
     * @return median of the rounds; of an even number the worse one in the middle
     */
    public double value() {
        int middle = samples.length / 2;
        boolean even = samples.length % 2 == 0;
        return even && bar.sense == Sense.AT_LEAST ? samples[middle - 1] : samples[middle];
    }

    public double low() {
        return samples[0];
    }

    public double high() {
        return samples[samples.length - 1];
    }

    /**
     * @return the bar is kept, or there is none
     */
    public boolean passes() {
        return switch (bar.sense) {
            case AT_MOST -> value() <= bar.value;
            case AT_LEAST -> value() >= bar.value;
            case NONE -> true;
        };
    }

    /** {@code 1.43x}. */
    public String text(double number) {
        String digits = Math.abs(number) >= 100 ? "%,.0f" : "%.2f";
        return String.format(Locale.ROOT, digits, number) + (unit.equals("x") ? "x" : " " + unit);
    }

    /** {@code at most 2.00x}, "" none. */
    public String barText() {
        return bar.sense == Sense.NONE ? "" : bar.sense.words + " " + text(bar.value);
    }

    /** {@code kept}, {@code missed}, "" without a bar. */
    public String verdict() {
        return bar.sense == Sense.NONE ? "" : passes() ? "kept" : "missed";
    }
}
