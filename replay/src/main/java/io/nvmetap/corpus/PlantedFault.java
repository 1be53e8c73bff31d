package io.nvmetap.corpus;

import io.nvmetap.guest.SimulationSpec;
import java.util.List;

/**
 * One fault and who has it.
 *
 * @param fault catalog id, or the id of the rule that is to find it
 * @param owner GUEST, MEDIATOR or CONTROLLER
 * @param faulted a simulation in which it strikes
 * @param healthy the same without it
 * @param consequences what is also true of the faulted run, as "rule OWNER": what the fault leads
 *     to
 * @param truths what is true of the healthy run, likewise: EDK2 never asks for queues
 */
public record PlantedFault(
        String fault,
        String owner,
        SimulationSpec faulted,
        SimulationSpec healthy,
        List<String> consequences,
        List<String> truths) {
    public PlantedFault {
        consequences = List.copyOf(consequences);
        truths = List.copyOf(truths);
    }

    PlantedFault(String fault, String owner, SimulationSpec faulted, SimulationSpec healthy) {
        this(fault, owner, faulted, healthy, List.of(), List.of());
    }

    /** The same, of whose faulted run this is also true, as "rule OWNER". */
    PlantedFault leadingTo(String... what) {
        return new PlantedFault(fault, owner, faulted, healthy, List.of(what), truths);
    }

    /** The same, of whose healthy run this is true, as "rule OWNER". */
    PlantedFault besides(String... what) {
        return new PlantedFault(fault, owner, faulted, healthy, consequences, List.of(what));
    }

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
