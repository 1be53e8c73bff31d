package io.nvmetap.corpus;

import io.nvmetap.guest.SimulationSpec;

/**
 * One fault and who has it.
 *
 * @param fault catalog id, or the id of the rule that is to find it
 * @param owner GUEST, MEDIATOR or CONTROLLER
 * @param faulted a simulation in which it strikes
 * @param healthy the same without it
 */
public record PlantedFault(
        String fault, String owner, SimulationSpec faulted, SimulationSpec healthy) {
    /** The faulted simulation from another seed. */
    public SimulationSpec faulted(long seed) {
        return faulted.withSeed(seed);
    }

    /** The healthy simulation from another seed. */
    public SimulationSpec healthy(long seed) {
        return healthy.withSeed(seed);
    }

    @Override
    public String toString() {
        return fault + " by " + owner;
    }
}
