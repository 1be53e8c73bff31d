package io.nvmetap.corpus;

import static io.nvmetap.corpus.Plant.apple;
import static io.nvmetap.corpus.Plant.broken;
import static io.nvmetap.corpus.Plant.driver;
import static io.nvmetap.corpus.Plant.linux;
import static io.nvmetap.corpus.Plant.run;

import io.nvmetap.device.model.ControllerFault;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.device.model.LatencyModel;
import io.nvmetap.guest.GuestFault;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.SimulationSpec;
import java.util.List;

/** Faults of requests of mediator and guest side by side. */
final class RequestFaults {
    private static final long MS = 1_000_000;

    private RequestFaults() {}

    static List<PlantedFault> all() {
        return List.of(
                driver("host-and-guest-commands-mixed", apple()),
                driver("command-stall", linux()),
                driver("aer-counted-too-early", watchedWhileEventsAreHeld()),
                driver("request-list-cross-link", linux())
                        .leadingTo("duplicate-or-late-completion MEDIATOR"),
                pausedAtReset(),
                // The second guest finds the controller enabled and resets it.
                driver(
                        "intercept-counter-race",
                        run(GuestKind.LINUX, "samsung", 160)
                                .withGuests(GuestKind.LINUX, GuestKind.LINUX)
                                .withCpus(4)
                                .withTuning(b -> b.intercept(4, 5 * MS))),
                unanswered(),
                driver("side-starvation", ownLoad()));
    }

    /** Event requests are held for long; meanwhile the driver looks at the drive's health. */
    private static SimulationSpec watchedWhileEventsAreHeld() {
        return slow(600, 10 * MS)
                .withTuning(
                        b -> b.intercept(0, 400 * MS).interceptEvents(true).ownHealthNs(20 * MS));
    }

    /** One I/O command is enough to keep the device busy for so long. */
    private static SimulationSpec slow(int operations, long ioNs) {
        return run(GuestKind.LINUX, "samsung", operations)
                .withCpus(1)
                .withProfile(
                        ControllerProfile.byName("samsung")
                                .withLatency(LatencyModel.DRIVE.withIo(ioNs, 0, ioNs / 100)));
    }

    /** Every I/O command is held for 50 ms, and the guest resets with one held. */
    private static PlantedFault pausedAtReset() {
        SimulationSpec spec =
                run(GuestKind.LINUX, "samsung", 100)
                        .withGuestFaults(GuestFault.UNCLEAN_SHUTDOWN)
                        .withTuning(b -> b.intercept(1, 50 * MS));
        String truth = "unclean-shutdown GUEST";
        return driver("paused-request-freed-on-reset", spec).leadingTo(truth).besides(truth);
    }

    /** The controller swallows a command of the driver's own. */
    private static PlantedFault unanswered() {
        return new PlantedFault(
                        "host-request-waits-for-ever",
                        "MEDIATOR",
                        linux().withDriver(broken("host-request-waits-for-ever"))
                                .withControllerFaults(ControllerFault.HOST_REQUEST_WAITS_FOR_EVER),
                        linux())
                .leadingTo("command-stall CONTROLLER");
    }

    /** The driver's own reads follow each other so closely that one is always out. */
    private static SimulationSpec ownLoad() {
        return slow(400, 2 * MS).withTuning(b -> b.ownLoad(MS, 1, 1_200));
    }
}
