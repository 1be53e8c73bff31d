package io.nvmetap.corpus;

import java.util.List;

/** Faults that only cost time. */
final class LatencyFaults {
    private LatencyFaults() {}

    static List<PlantedFault> all() {
        return List.of();
    }
}
