package io.nvmetap.corpus;

import io.nvmetap.device.model.ControllerFault;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.guest.GuestFault;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.SimulationSpec;
import io.nvmetap.mediator.DriverSpec;

/** How faults are planted: runs that several faults share, and who gets the fault. */
final class Plant {
    private Plant() {}

    /** A guest on a modelled controller. */
    static SimulationSpec run(GuestKind guest, String profile, int operations) {
        return SimulationSpec.of(guest, PlantedFaults.SEED, operations)
                .withProfile(ControllerProfile.byName(profile));
    }

    static SimulationSpec linux() {
        return run(GuestKind.LINUX, "samsung", 400);
    }

    static SimulationSpec generic() {
        return run(GuestKind.LINUX, "generic", 400);
    }

    static SimulationSpec uboot() {
        return run(GuestKind.UBOOT, "samsung", 60);
    }

    static SimulationSpec apple() {
        return run(GuestKind.LINUX, "apple", 400).withCpus(1);
    }

    /** The reference driver with a fault. */
    static DriverSpec broken(String fault) {
        return DriverSpec.parse("reference:fault=" + fault);
    }

    /** The driver has the fault. */
    static PlantedFault driver(String fault, SimulationSpec healthy) {
        return new PlantedFault(fault, "MEDIATOR", healthy.withDriver(broken(fault)), healthy);
    }

    /** The driver has the fault, and the guest does what is healthy only without it. */
    static PlantedFault driver(String fault, SimulationSpec faulted, SimulationSpec healthy) {
        return new PlantedFault(fault, "MEDIATOR", faulted.withDriver(broken(fault)), healthy);
    }

    /** The guest has the fault. */
    static PlantedFault guest(GuestFault fault, SimulationSpec healthy) {
        return new PlantedFault(fault.id(), "GUEST", healthy.withGuestFaults(fault), healthy);
    }

    /** The controller has the fault. */
    static PlantedFault controller(ControllerFault fault, SimulationSpec healthy) {
        return new PlantedFault(
                fault.id(), "CONTROLLER", healthy.withControllerFaults(fault), healthy);
    }
}
