package io.nvmetap.mediator;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which driver to drive: {@code reference} or {@code reference:fault=ID[,ID][,KNOB=N]}.
 *
 * @param faults faults of the reference driver, in no order
 * @param knobs when they strike
 */
public record DriverSpec(Set<MediatorFault> faults, Knobs knobs) {
    /** How users write it. */
    public static final String SYNTAX =
            "reference or reference:fault=ID[,ID][,from=N][,every=N][,seed=N]";

    private static final String REFERENCE = "reference";
    private static final String FAULT = REFERENCE + ":fault=";

    /** The driver without a fault. */
    public static final DriverSpec GOOD = new DriverSpec(Set.of());

    public DriverSpec {
        faults = Set.copyOf(faults);
    }

    /** Striking as they do unless told otherwise. */
    public DriverSpec(Set<MediatorFault> faults) {
        this(faults, Knobs.DEFAULT);
    }

    /**
     * When faults strike.
     *
     * @param from first opportunity taken by a fault that has one with each command, from 1
     * @param every it takes one of so many, from 1
     * @param seed shifts the first by its remainder; of a fault with two ways an odd one takes the
     *     second
     */
    public record Knobs(int from, int every, int seed) {
        /** The eighth opportunity, then every sixteenth. */
        public static final Knobs DEFAULT = new Knobs(8, 16, 0);

        private Knobs with(String name, int value) {
            return switch (name) {
                case "from" -> new Knobs(value, every, seed);
                case "every" -> new Knobs(from, value, seed);
                case "seed" -> new Knobs(from, every, value);
                default ->
                        throw new IllegalArgumentException(
                                "unknown knob '" + name + "'; known: from, every, seed");
            };
        }

        private String text() {
            return (from == DEFAULT.from ? "" : ",from=" + from)
                    + (every == DEFAULT.every ? "" : ",every=" + every)
                    + (seed == DEFAULT.seed ? "" : ",seed=" + seed);
        }
    }

    /**
     * Parses a SPEC as users write it.
     *
     * @throws IllegalArgumentException one line that says what is wrong and what there is
     */
    public static DriverSpec parse(String text) {
        if (text.equals(REFERENCE)) {
            return GOOD;
        }
        if (!text.startsWith(FAULT)) {
            throw new IllegalArgumentException("unknown driver '" + text + "'; use " + SYNTAX);
        }
        Set<MediatorFault> faults = EnumSet.noneOf(MediatorFault.class);
        Knobs knobs = Knobs.DEFAULT;
        for (String part : text.substring(FAULT.length()).split(",", -1)) {
            int is = part.indexOf('=');
            if (is < 0) {
                faults.add(MediatorFault.byId(part));
            } else {
                String name = part.substring(0, is);
                knobs = knobs.with(name, number(name, part.substring(is + 1)));
            }
        }
        if (faults.isEmpty()) {
            throw new IllegalArgumentException("knobs without a fault; use " + SYNTAX);
        }
        return new DriverSpec(faults, knobs);
    }

    private static int number(String name, String text) {
        int least = name.equals("seed") ? 0 : 1;
        try {
            int value = Integer.parseInt(text);
            if (value >= least) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new IllegalArgumentException(
                "knob " + name + "=" + text + " is not a whole number from " + least);
    }

    /** A configuration builder with these faults on. */
    public MediatorConfig.Builder config() {
        return MediatorConfig.builder()
                .faults(faults)
                .faultRate(knobs.from(), knobs.every())
                .seed(knobs.seed());
    }

    @Override
    public String toString() {
        if (faults.isEmpty()) {
            return REFERENCE;
        }
        return faults.stream()
                        .map(MediatorFault::id)
                        .sorted()
                        .collect(Collectors.joining(",", FAULT, ""))
                + knobs.text();
    }
}
