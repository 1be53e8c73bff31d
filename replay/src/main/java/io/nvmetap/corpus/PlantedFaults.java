package io.nvmetap.corpus;

import io.nvmetap.device.model.ControllerFault;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.device.model.ModelKnobs;
import io.nvmetap.guest.GuestFault;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.SimulationSpec;
import io.nvmetap.mediator.DriverSpec;
import java.util.ArrayList;
import java.util.List;

/** Every fault that can be planted, each with a run that provokes it. */
public final class PlantedFaults {
    /** Seed of the runs as they stand here. */
    public static final long SEED = 7;

    private static final String GUEST = "GUEST";
    private static final String MEDIATOR = "MEDIATOR";
    private static final String CONTROLLER = "CONTROLLER";

    private PlantedFaults() {}

    private static SimulationSpec run(GuestKind guest, String profile, int operations) {
        return SimulationSpec.of(guest, SEED, operations)
                .withProfile(ControllerProfile.byName(profile));
    }

    private static SimulationSpec linux() {
        return run(GuestKind.LINUX, "samsung", 400);
    }

    private static SimulationSpec generic() {
        return run(GuestKind.LINUX, "generic", 400);
    }

    private static SimulationSpec uboot() {
        return run(GuestKind.UBOOT, "samsung", 60);
    }

    private static SimulationSpec apple() {
        return run(GuestKind.LINUX, "apple", 400).withCpus(1);
    }

    private static DriverSpec broken(String fault) {
        return DriverSpec.parse("reference:fault=" + fault);
    }

    private static PlantedFault driver(String fault, SimulationSpec healthy) {
        return new PlantedFault(fault, MEDIATOR, healthy.withDriver(broken(fault)), healthy);
    }

    private static PlantedFault guest(String id, GuestFault fault, SimulationSpec healthy) {
        return new PlantedFault(id, GUEST, healthy.withGuestFaults(fault), healthy);
    }

    private static PlantedFault controller(
            String id, ControllerFault fault, SimulationSpec healthy) {
        return new PlantedFault(id, CONTROLLER, healthy.withControllerFaults(fault), healthy);
    }

    /** All of them. */
    public static List<PlantedFault> all() {
        List<PlantedFault> all = new ArrayList<>();
        guests(all);
        drivers(all);
        controllers(all);
        return List.copyOf(all);
    }

    private static void guests(List<PlantedFault> all) {
        all.add(
                guest(
                        "number-of-queues-never-set",
                        GuestFault.NUMBER_OF_QUEUES_NEVER_SET,
                        linux()));
        all.add(guest("sq-tail-out-of-range", GuestFault.SQ_TAIL_OUT_OF_RANGE, linux()));
        all.add(guest("unclean-shutdown", GuestFault.UNCLEAN_SHUTDOWN, linux()));
        all.add(guest("mdts-exceeded", GuestFault.MDTS_EXCEEDED, linux()));
    }

    private static void drivers(List<PlantedFault> all) {
        all.add(driver("mdts-exceeded", run(GuestKind.LINUX, "intel", 400)));
        all.add(driver("cq-doorbell-duplicate-or-backward", linux()));
        all.add(driver("lost-deferred-doorbell", uboot()));
        all.add(driver("host-sq-slot-overwrite", linux()));
        all.add(driver("batch-published-before-accounting", linux()));
        all.add(driver("dbbuf-config-passed-through", generic()));
        all.add(driver("command-set-selection-unsupported", generic()));
        all.add(driver("duplicate-or-late-completion", linux()));
        // Found where it is felt: among many commands the next interrupt heals a lost one at once.
        all.add(driver("lost-irq-polled-rescue", linux()));
        all.add(driver("msix-unmask-not-flushed", linux()));
        // One vector for all queues: the Abort after a timeout brings up what lay behind a mask.
        all.add(driver("unmask-without-recheck", run(GuestKind.LINUX, "apple", 2_000).withCpus(1)));
        // So fast that all a queue holds completes while another's vector is masked.
        all.add(driver("over-filtering-drops-wanted-irq", run(GuestKind.LINUX, "samsung", 2_000)));
        all.add(driver("torn-cqe-copyback", linux()));
        all.add(driver("cqe-sqid-sqhd-not-translated", linux()));
        all.add(driver("host-and-guest-commands-mixed", apple()));
        // Queues that wrap while a slow command is out.
        all.add(
                driver(
                        "sq-slot-scrubbed-on-completion",
                        linux().withProfile(
                                        ControllerProfile.byName("samsung").withQueueEntries(8))));
        // The controller dies; a guest with more to do would reset it for long.
        all.add(
                new PlantedFault(
                        "ans2-cid-rules",
                        MEDIATOR,
                        run(GuestKind.LINUX, "apple-ans2", 10)
                                .withCpus(1)
                                .withDriver(broken("ans2-cid-rules")),
                        run(GuestKind.LINUX, "apple-ans2", 400).withCpus(1)));
        all.add(driver("command-stall", linux()));
        SimulationSpec reset = linux().withGuestFaults(GuestFault.UNCLEAN_SHUTDOWN);
        all.add(
                new PlantedFault(
                        "reset-during-completion",
                        MEDIATOR,
                        reset.withDriver(broken("reset-during-completion")),
                        linux()));
    }

    private static void controllers(List<PlantedFault> all) {
        all.add(
                controller(
                        "duplicate-or-late-completion",
                        ControllerFault.DUPLICATE_OR_LATE_COMPLETION,
                        run(GuestKind.LINUX, "samsung", 4_000)));
        all.add(controller("command-stall", ControllerFault.COMMAND_STALL, uboot()));
        all.add(
                new PlantedFault(
                        "sq-cq-doorbell-pair-race",
                        CONTROLLER,
                        uboot().withDriver(broken("sq-cq-doorbell-pair-race"))
                                .withControllerFaults(ControllerFault.SQ_CQ_DOORBELL_PAIR_RACE),
                        uboot()));
        // Stricter than the family, so that one forgotten acknowledgement is enough.
        SimulationSpec impatient =
                run(GuestKind.LINUX, "apple", 10)
                        .withCpus(1)
                        .withProfile(
                                ControllerProfile.byName("apple")
                                        .withKnobs(ModelKnobs.DEFAULT.withUnacked(1, 100_000)));
        all.add(
                new PlantedFault(
                        "apple-unacked-cqe-stall",
                        CONTROLLER,
                        impatient.withDriver(broken("apple-unacked-cqe-stall")),
                        impatient));
        all.add(
                new PlantedFault(
                        "apple-buffer-reuse-stall",
                        CONTROLLER,
                        apple().withGuestFaults(GuestFault.BUFFER_REUSE),
                        apple()));
    }
}
