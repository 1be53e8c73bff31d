package io.nvmetap.corpus;

import java.util.List;

/** Faults of register and doorbell accesses. */
final class RegisterFaults {
    private RegisterFaults() {}

    static List<PlantedFault> all() {
        return List.of();
    }
}
