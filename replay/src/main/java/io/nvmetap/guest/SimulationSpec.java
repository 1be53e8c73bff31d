package io.nvmetap.guest;

import io.nvmetap.device.model.ControllerFault;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.mediator.DriverSpec;
import java.util.List;
import java.util.Set;

/**
 * One simulation, whole: who, what goes wrong, how much.
 *
 * @param guests guests, one after another on the same controller
 * @param profile controller
 * @param driver reference driver and its faults
 * @param controllerFaults faults of the controller
 * @param guestFaults faults of the last guest
 * @param seed of all chance
 * @param operations I/O operations of each guest
 * @param cpus CPUs (and queue pairs) of a Linux-like guest
 */
public record SimulationSpec(
        List<GuestKind> guests,
        ControllerProfile profile,
        DriverSpec driver,
        Set<ControllerFault> controllerFaults,
        Set<GuestFault> guestFaults,
        long seed,
        int operations,
        int cpus) {
    /** Operations a guest may be asked for. */
    public static final int OPERATIONS_MAX = 10_000_000;

    public SimulationSpec {
        if (guests.isEmpty() || operations < 0 || operations > OPERATIONS_MAX) {
            throw new IllegalArgumentException(
                    "a simulation needs a guest and 0 to " + OPERATIONS_MAX + " operations");
        }
        if (cpus < 1 || cpus > 64) {
            throw new IllegalArgumentException("cpus " + cpus + " is not in 1 to 64");
        }
        guests = List.copyOf(guests);
        controllerFaults = Set.copyOf(controllerFaults);
        guestFaults = Set.copyOf(guestFaults);
    }

    /** One healthy guest on the generic controller. */
    public static SimulationSpec of(GuestKind guest, long seed, int operations) {
        return new SimulationSpec(
                List.of(guest),
                ControllerProfile.byName("generic"),
                DriverSpec.GOOD,
                Set.of(),
                Set.of(),
                seed,
                operations,
                2);
    }

    /** The same with these guests. */
    public SimulationSpec withGuests(GuestKind... kinds) {
        return new SimulationSpec(
                List.of(kinds),
                profile,
                driver,
                controllerFaults,
                guestFaults,
                seed,
                operations,
                cpus);
    }

    /** The same on another controller. */
    public SimulationSpec withProfile(ControllerProfile other) {
        return new SimulationSpec(
                guests, other, driver, controllerFaults, guestFaults, seed, operations, cpus);
    }

    /** The same with another driver. */
    public SimulationSpec withDriver(DriverSpec other) {
        return new SimulationSpec(
                guests, profile, other, controllerFaults, guestFaults, seed, operations, cpus);
    }

    /** The same with these faults of the controller. */
    public SimulationSpec withControllerFaults(ControllerFault... faults) {
        return new SimulationSpec(
                guests, profile, driver, Set.of(faults), guestFaults, seed, operations, cpus);
    }

    /** The same with these faults of the last guest. */
    public SimulationSpec withGuestFaults(GuestFault... faults) {
        return new SimulationSpec(
                guests, profile, driver, controllerFaults, Set.of(faults), seed, operations, cpus);
    }

    /** The same from another seed. */
    public SimulationSpec withSeed(long other) {
        return new SimulationSpec(
                guests, profile, driver, controllerFaults, guestFaults, other, operations, cpus);
    }

    /** The same with another number of CPUs. */
    public SimulationSpec withCpus(int number) {
        return new SimulationSpec(
                guests, profile, driver, controllerFaults, guestFaults, seed, operations, number);
    }
}
