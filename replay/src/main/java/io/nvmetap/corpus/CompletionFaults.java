package io.nvmetap.corpus;

import static io.nvmetap.corpus.Plant.controller;
import static io.nvmetap.corpus.Plant.driver;
import static io.nvmetap.corpus.Plant.linux;
import static io.nvmetap.corpus.Plant.run;
import static io.nvmetap.corpus.Plant.uboot;

import io.nvmetap.device.model.ControllerFault;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.guest.GuestFault;
import io.nvmetap.guest.GuestHabit;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.SimulationSpec;
import java.util.List;

/** Faults of completions and of copying them back. */
final class CompletionFaults {
    private CompletionFaults() {}

    static List<PlantedFault> all() {
        return List.of(
                driver("torn-cqe-copyback", linux()),
                driver("cqe-sqid-sqhd-not-translated", linux()),
                driver("batch-published-before-accounting", linux()),
                // A driver that acknowledges at once is not kept from it by a full device queue.
                driver(
                        "guest-cq-overrun",
                        small("apple", 16)
                                .withCpus(1)
                                .withGuestHabits(GuestHabit.LATE_HEADS)
                                .withTuning(b -> b.faultRate(1, 16))),
                // Not twice in the same slot, which would hide what it held.
                driver(
                        "host-cqe-read-without-acquire",
                        run(GuestKind.LINUX, "samsung", 1_000).withTuning(b -> b.faultRate(8, 41))),
                driver(
                        "sqe-fetch-without-acquire",
                        small("samsung", 32).withGuestHabits(GuestHabit.PLAIN_TAGS)),
                driver(
                        "stale-phase-or-index-after-recreate",
                        small("samsung", 32).withGuestHabits(GuestHabit.RECREATES_QUEUES)),
                driver(
                        "over-commit-stall",
                        small("samsung", 8).withGuestHabits(GuestHabit.TRUSTS_SQHD)),
                late(),
                driver("duplicate-or-late-completion", linux()),
                controller(
                        ControllerFault.DUPLICATE_OR_LATE_COMPLETION,
                        run(GuestKind.LINUX, "samsung", 4_000)));
    }

    private static SimulationSpec small(String profile, int entries) {
        return run(GuestKind.LINUX, profile, 400)
                .withProfile(ControllerProfile.byName(profile).withQueueEntries(entries));
    }

    /** The controller is late in both runs; a good firmware resets it. */
    private static PlantedFault late() {
        ControllerProfile samsung = ControllerProfile.byName("samsung");
        SimulationSpec slow =
                uboot().withProfile(samsung.withKnobs(samsung.knobs().withFaultEvery(64)))
                        .withControllerFaults(ControllerFault.FW_TIMEOUT_FULL_RESET);
        return new PlantedFault(
                        GuestFault.FW_TIMEOUT_FULL_RESET.id(),
                        "GUEST",
                        slow.withGuestFaults(GuestFault.FW_TIMEOUT_FULL_RESET),
                        slow)
                .leadingTo("command-stall CONTROLLER")
                .besides("command-stall CONTROLLER");
    }
}
