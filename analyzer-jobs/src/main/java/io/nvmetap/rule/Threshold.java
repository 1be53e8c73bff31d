package io.nvmetap.rule;

import java.io.Serializable;

/**
 * A threshold of a rule, which users can set.
 *
 * @param name what users call it: the rule's id, a dot, and what it limits
 * @param unit what its values count
 * @param preset value unless set: nanoseconds, a number, or percent
 */
public record Threshold(String name, Unit unit, long preset) implements Serializable {
    /** What a value counts. */
    public enum Unit {
        /** Nanoseconds of event time. */
        TIME("a time in ns, us, ms or s"),
        /** A plain number. */
        COUNT("a number"),
        /** Percent; 150 is one and a half times. */
        PERCENT("a percentage, with %");

        private final String words;

        Unit(String words) {
            this.words = words;
        }

        /** How users write it. */
        public String words() {
            return words;
        }
    }

    private static final long US = 1_000;
    private static final long MS = 1_000_000;

    /** Nanoseconds. */
    public static Threshold ns(String name, long ns) {
        return new Threshold(name, Unit.TIME, ns);
    }

    /** Microseconds. */
    public static Threshold us(String name, long us) {
        return ns(name, us * US);
    }

    /** Milliseconds. */
    public static Threshold ms(String name, long ms) {
        return ns(name, ms * MS);
    }

    /** A plain number. */
    public static Threshold count(String name, long number) {
        return new Threshold(name, Unit.COUNT, number);
    }

    /** Percent. */
    public static Threshold percent(String name, long percent) {
        return new Threshold(name, Unit.PERCENT, percent);
    }
}
