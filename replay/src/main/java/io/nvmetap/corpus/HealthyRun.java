package io.nvmetap.corpus;

import io.nvmetap.guest.SimulationSpec;
import java.util.List;

/**
 * A run in which nothing is wrong but what the guest is known for.
 *
 * @param name {@code healthy.GUEST.CONTROLLER[.HABIT]}
 * @param spec the simulation
 * @param truths what is true of it, as "rule OWNER": EDK2 never asks for queues
 */
public record HealthyRun(String name, SimulationSpec spec, List<String> truths) {
    public HealthyRun {
        truths = List.copyOf(truths);
    }

    @Override
    public String toString() {
        return name;
    }
}
