package io.nvmetap.corpus;

import static io.nvmetap.corpus.Plant.controller;
import static io.nvmetap.corpus.Plant.driver;
import static io.nvmetap.corpus.Plant.generic;
import static io.nvmetap.corpus.Plant.guest;
import static io.nvmetap.corpus.Plant.linux;
import static io.nvmetap.corpus.Plant.run;

import io.nvmetap.device.model.ControllerFault;
import io.nvmetap.guest.GuestFault;
import io.nvmetap.guest.GuestHabit;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.SimulationSpec;
import java.util.List;

/** Faults of register and doorbell accesses. */
final class RegisterFaults {
    /** What follows where a mediator has to tell its guest that the controller does not obey. */
    private static final SimulationSpec TWICE =
            run(GuestKind.LINUX, "generic", 100).withGuests(GuestKind.LINUX, GuestKind.LINUX);

    private RegisterFaults() {}

    static List<PlantedFault> all() {
        return List.of(
                guest(GuestFault.DOORBELL_READ_OR_EARLY, linux()),
                guest(GuestFault.REGISTER_ACCESS_UNDEFINED, linux()),
                guest(GuestFault.ENABLE_WITH_INVALID_CONFIGURATION, generic()),
                controller(ControllerFault.ENABLE_REFUSED, TWICE),
                controller(ControllerFault.RDY_WAIT_QUIRKS, TWICE),
                controller(ControllerFault.PIECES_REFUSED_WITHIN_MDTS, linux()),
                driver("takeover-from-running-controller", linux().withTakeOver()),
                // Three queues, of which the second posts where the first does.
                driver(
                        "cq-doorbell-to-wrong-queue",
                        linux().withCpus(3).withGuestHabits(GuestHabit.SHARED_CQ)),
                // The second guest knows nothing of doorbell buffers.
                driver(
                        "shadow-doorbell-survives-reset",
                        run(GuestKind.LINUX, "generic", 100)
                                .withGuests(GuestKind.LINUX, GuestKind.UBOOT)
                                .withTuning(b -> b.serveDoorbellBuffers(true))));
    }
}
