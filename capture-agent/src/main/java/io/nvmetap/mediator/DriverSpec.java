package io.nvmetap.mediator;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which driver to drive: {@code reference} or {@code reference:fault=ID[,ID]}.
 *
 * @param faults faults of the reference driver, in no order
 */
public record DriverSpec(Set<MediatorFault> faults) {
    private static final String REFERENCE = "reference";
    private static final String FAULT = REFERENCE + ":fault=";

    /** The driver without a fault. */
    public static final DriverSpec GOOD = new DriverSpec(Set.of());

    public DriverSpec {
        faults = Set.copyOf(faults);
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
        if (text.startsWith(FAULT)) {
            Set<MediatorFault> faults = EnumSet.noneOf(MediatorFault.class);
            for (String id : text.substring(FAULT.length()).split(",", -1)) {
                faults.add(MediatorFault.byId(id));
            }
            return new DriverSpec(faults);
        }
        throw new IllegalArgumentException(
                "unknown driver '" + text + "'; use reference or reference:fault=ID[,ID]");
    }

    /** A configuration builder with these faults on. */
    public MediatorConfig.Builder config() {
        return MediatorConfig.builder().faults(faults);
    }

    @Override
    public String toString() {
        if (faults.isEmpty()) {
            return REFERENCE;
        }
        return faults.stream()
                .map(MediatorFault::id)
                .sorted()
                .collect(Collectors.joining(",", FAULT, ""));
    }
}
