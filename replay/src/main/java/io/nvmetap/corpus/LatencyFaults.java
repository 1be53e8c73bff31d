package io.nvmetap.corpus;

import static io.nvmetap.corpus.Plant.controller;
import static io.nvmetap.corpus.Plant.driver;
import static io.nvmetap.corpus.Plant.run;

import io.nvmetap.device.model.ControllerFault;
import io.nvmetap.guest.GuestHabit;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.SimulationSpec;
import java.util.List;

/** Faults that only cost time. */
final class LatencyFaults {
    private LatencyFaults() {}

    static List<PlantedFault> all() {
        SimulationSpec idle =
                run(GuestKind.LINUX, "samsung", 400)
                        .withCpus(1)
                        .withGuestHabits(GuestHabit.IDLE_SPELLS);
        return List.of(
                // A controller that does not wake is silent, too.
                controller(ControllerFault.APST_DEEP_SLEEP_HANG, idle)
                        .leadingTo("command-stall CONTROLLER"),
                controller(
                        ControllerFault.DRIVE_WEAR_SLOWDOWN,
                        run(GuestKind.LINUX, "samsung", 2_000)),
                driver("mediator-added-latency", run(GuestKind.LINUX, "samsung", 1_600)));
    }
}
