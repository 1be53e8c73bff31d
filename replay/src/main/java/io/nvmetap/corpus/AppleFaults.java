package io.nvmetap.corpus;

import static io.nvmetap.corpus.Plant.apple;
import static io.nvmetap.corpus.Plant.broken;
import static io.nvmetap.corpus.Plant.driver;
import static io.nvmetap.corpus.Plant.run;

import io.nvmetap.device.model.ControllerFault;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.device.model.ModelKnobs;
import io.nvmetap.device.model.Quirk;
import io.nvmetap.guest.GuestFault;
import io.nvmetap.guest.GuestHabit;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.SimulationSpec;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

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
                driver(
                                "t2-cid-generation-bits",
                                run(GuestKind.LINUX, "apple-ans2", 10).withCpus(1),
                                run(GuestKind.LINUX, "apple-ans2", 400).withCpus(1))
                        .leadingTo("command-stall CONTROLLER", "ans2-cid-rules MEDIATOR"),
                driver("ans2-tag-reused-too-soon", strict(10), strict(400))
                        .leadingTo("command-stall CONTROLLER"),
                driver("ans2-sqe-128", run(GuestKind.APPLE, "apple-ans2", 60)),
                // Its firmware is refused all I/O when the time was not set.
                driver("apple-vendor-admin-commands", particular()),
                new PlantedFault(
                                "apple2001-flush-with-depth",
                                "CONTROLLER",
                                run(GuestKind.LINUX, "apple", 40)
                                        .withCpus(1)
                                        .withControllerFaults(
                                                ControllerFault.APPLE2001_FLUSH_WITH_DEPTH),
                                apple())
                        .leadingTo("command-stall CONTROLLER"),
                unacked(),
                untouched(),
                new PlantedFault(
                        "apple-buffer-reuse-stall",
                        "CONTROLLER",
                        apple().withGuestFaults(GuestFault.BUFFER_REUSE),
                        apple()));
    }

    /** ANS2 that dies of a tag it still holds. */
    private static SimulationSpec strict(int operations) {
        return ans2(run(GuestKind.LINUX, "apple-ans2", operations), Quirk.TAGS_HELD).withCpus(1);
    }

    /** ANS2 that wants Apple's own command before any I/O. */
    private static SimulationSpec particular() {
        return ans2(run(GuestKind.APPLE, "apple-ans2", 60), Quirk.SET_TIME_FIRST);
    }

    private static SimulationSpec ans2(SimulationSpec run, Quirk quirk) {
        Set<Quirk> quirks = EnumSet.of(quirk);
        quirks.addAll(run.profile().quirks());
        return run.withProfile(run.profile().withQuirks(quirks));
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
