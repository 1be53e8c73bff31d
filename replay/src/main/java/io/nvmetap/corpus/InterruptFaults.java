package io.nvmetap.corpus;

import static io.nvmetap.corpus.Plant.controller;
import static io.nvmetap.corpus.Plant.driver;
import static io.nvmetap.corpus.Plant.linux;
import static io.nvmetap.corpus.Plant.run;

import io.nvmetap.device.model.ControllerFault;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.guest.GuestHabit;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.SimulationSpec;
import java.util.List;

/** Faults of interrupts. */
final class InterruptFaults {
    /** Well above what a command takes. */
    private static final long SAFETY_LOOK_NS = 250_000_000;

    private InterruptFaults() {}

    /** Several queues on one line. */
    private static SimulationSpec pin() {
        return shallow("toshiba", 300).withCpus(3).withGuestHabits(GuestHabit.PIN_INTERRUPTS);
    }

    /** Two commands a queue: so few that what got lost is not made up for at once. */
    private static SimulationSpec shallow(String profile, int operations) {
        return run(GuestKind.LINUX, profile, operations)
                .withProfile(ControllerProfile.byName(profile).withQueueEntries(3));
    }

    /** One command a queue: no other's interrupt makes up for a lost one. */
    private static SimulationSpec single(String profile, int operations) {
        return run(GuestKind.LINUX, profile, operations)
                .withProfile(ControllerProfile.byName(profile).withQueueEntries(2));
    }

    /** The first driver masks all when it lets go; the second finds out. */
    private static SimulationSpec twoBoots() {
        return run(GuestKind.LINUX, "samsung", 60)
                .withGuests(GuestKind.LINUX, GuestKind.LINUX)
                .withGuestHabits(GuestHabit.PIN_INTERRUPTS);
    }

    static List<PlantedFault> all() {
        return List.of(
                // Few commands: among many the next interrupt heals a lost one at once.
                driver("lost-irq-polled-rescue", single("samsung", 100)),
                controller(
                                ControllerFault.LOST_IRQ_POLLED_RESCUE,
                                single("samsung", 100)
                                        .withTuning(b -> b.safetyLookNs(SAFETY_LOOK_NS)))
                        .leadingTo("command-stall CONTROLLER"),
                driver("msix-unmask-not-flushed", linux()),
                controller(ControllerFault.MASK_SURVIVES_RESET, twoBoots()),
                driver("irq-suppressed-while-busy", shallow("samsung", 100))
                        .leadingTo("lost-irq-polled-rescue MEDIATOR"),
                driver("pin-irq-deasserted-early", pin()),
                driver(
                        "irq-after-mask",
                        linux().withGuestHabits(GuestHabit.MASKED_MESSAGE_INTERRUPTS)),
                // One vector for all queues: the Abort after a timeout brings up what lay behind a
                // mask.
                driver("unmask-without-recheck", run(GuestKind.LINUX, "apple", 2_000).withCpus(1)),
                // So fast that all a queue holds completes while another's vector is masked.
                driver("over-filtering-drops-wanted-irq", run(GuestKind.LINUX, "samsung", 2_000)));
    }
}
