package io.nvmetap.corpus;

import static io.nvmetap.corpus.Plant.controller;
import static io.nvmetap.corpus.Plant.run;
import static io.nvmetap.corpus.Plant.uboot;

import io.nvmetap.device.model.ControllerFault;
import io.nvmetap.guest.GuestHabit;
import io.nvmetap.guest.GuestKind;
import java.util.List;

/** Faults and limits of controllers. */
final class ControllerFaults {
    private ControllerFaults() {}

    static List<PlantedFault> all() {
        return List.of(
                controller(ControllerFault.COMMAND_STALL, uboot()),
                // A controller of version 1.2: the healthy one refuses most of what is asked.
                controller(
                                ControllerFault.IDENTIFY_CNS_UNSUPPORTED,
                                run(GuestKind.LINUX, "intel", 100)
                                        .withGuestHabits(GuestHabit.CURIOUS_IDENTIFY))
                        .leadingTo("command-stall CONTROLLER"),
                controller(
                        ControllerFault.STRIPE_OR_DEPTH_MISMATCH,
                        run(GuestKind.LINUX, "intel", 1_000)
                                .withGuestHabits(GuestHabit.UNALIGNED_TRANSFERS)));
    }
}
