package io.nvmetap.corpus;

import static io.nvmetap.corpus.Plant.apple;
import static io.nvmetap.corpus.Plant.broken;
import static io.nvmetap.corpus.Plant.driver;
import static io.nvmetap.corpus.Plant.run;

import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.device.model.ModelKnobs;
import io.nvmetap.guest.GuestFault;
import io.nvmetap.guest.GuestHabit;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.SimulationSpec;
import java.util.List;

/** Faults that Apple's controllers cannot take, and those controllers. */
final class AppleFaults {
    private AppleFaults() {}

    static List<PlantedFault> all() {
        return List.of(
                // The controller dies; a guest with more to do would reset it for long.
                driver(
                                "ans2-cid-rules",
                                run(GuestKind.LINUX, "apple-ans2", 10).withCpus(1),
                                run(GuestKind.LINUX, "apple-ans2", 400).withCpus(1))
                        .leadingTo("command-stall CONTROLLER"),
                unacked(),
                untouched(),
                new PlantedFault(
                        "apple-buffer-reuse-stall",
                        "CONTROLLER",
                        apple().withGuestFaults(GuestFault.BUFFER_REUSE),
                        apple()));
    }

    /** Without an access to INTMS the controller stops; the driver is who could make one. */
    private static PlantedFault untouched() {
        SimulationSpec messages =
                run(GuestKind.LINUX, "apple-ans2", 100)
                        .withCpus(1)
                        .withGuestHabits(GuestHabit.MESSAGE_INTERRUPTS);
        return new PlantedFault(
                        "ans2-intms-keepalive",
                        "CONTROLLER",
                        messages.withDriver(broken("ans2-intms-keepalive")),
                        messages)
                .leadingTo("command-stall CONTROLLER");
    }

    /** Stricter than the family, so that one forgotten acknowledgement is enough. */
    private static PlantedFault unacked() {
        SimulationSpec impatient =
                run(GuestKind.LINUX, "apple", 10)
                        .withCpus(1)
                        .withProfile(
                                ControllerProfile.byName("apple")
                                        .withKnobs(ModelKnobs.DEFAULT.withUnacked(1, 100_000)));
        return new PlantedFault(
                "apple-unacked-cqe-stall",
                "CONTROLLER",
                impatient.withDriver(broken("apple-unacked-cqe-stall")),
                impatient);
    }
}
