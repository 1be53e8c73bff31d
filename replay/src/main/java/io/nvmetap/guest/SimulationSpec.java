package io.nvmetap.guest;

import io.nvmetap.device.model.ControllerFault;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.device.model.ModelController;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.mediator.MediatorConfig;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** One simulation, whole: who, what goes wrong, how much. Immutable; {@code with…} make others. */
public final class SimulationSpec {
    /** Operations a guest may be asked for. */
    public static final int OPERATIONS_MAX = 10_000_000;

    private List<GuestKind> guests;
    private ControllerProfile profile = ControllerProfile.byName("generic");
    private DriverSpec driver = DriverSpec.GOOD;
    private UnaryOperator<MediatorConfig.Builder> tuning = UnaryOperator.identity();
    private Set<ControllerFault> controllerFaults = Set.of();
    private Set<GuestFault> guestFaults = Set.of();
    private Set<GuestHabit> guestHabits = Set.of();
    private long seed;
    private int operations;
    private int cpus = 2;
    private int namespaces = 1;
    private boolean takeOver;

    private SimulationSpec(List<GuestKind> guests, long seed, int operations) {
        this.guests = guests;
        this.seed = seed;
        this.operations = operations;
    }

    private SimulationSpec(SimulationSpec o) {
        guests = o.guests;
        profile = o.profile;
        driver = o.driver;
        tuning = o.tuning;
        controllerFaults = o.controllerFaults;
        guestFaults = o.guestFaults;
        guestHabits = o.guestHabits;
        seed = o.seed;
        operations = o.operations;
        cpus = o.cpus;
        namespaces = o.namespaces;
        takeOver = o.takeOver;
    }

    /**
     * One healthy guest on the generic controller.
     *
     * @param operations 0 to {@link #OPERATIONS_MAX}
     */
    public static SimulationSpec of(GuestKind guest, long seed, int operations) {
        if (operations < 0 || operations > OPERATIONS_MAX) {
            throw new IllegalArgumentException("operations are 0 to " + OPERATIONS_MAX);
        }
        return new SimulationSpec(List.of(guest), seed, operations);
    }

    /** The same with these guests, one after another on the same controller; at least one. */
    public SimulationSpec withGuests(GuestKind... kinds) {
        if (kinds.length == 0) {
            throw new IllegalArgumentException("a simulation needs a guest");
        }
        SimulationSpec s = new SimulationSpec(this);
        s.guests = List.of(kinds);
        return s;
    }

    /** The same on another controller. */
    public SimulationSpec withProfile(ControllerProfile other) {
        SimulationSpec s = new SimulationSpec(this);
        s.profile = other;
        return s;
    }

    /** The same with another driver. */
    public SimulationSpec withDriver(DriverSpec other) {
        SimulationSpec s = new SimulationSpec(this);
        s.driver = other;
        return s;
    }

    /** The same with settings of the driver changed: its own load, caps, delays. */
    public SimulationSpec withTuning(UnaryOperator<MediatorConfig.Builder> other) {
        SimulationSpec s = new SimulationSpec(this);
        s.tuning = other;
        return s;
    }

    /** The same with these faults of the controller. */
    public SimulationSpec withControllerFaults(ControllerFault... faults) {
        SimulationSpec s = new SimulationSpec(this);
        s.controllerFaults = Set.of(faults);
        return s;
    }

    /** The same with these faults of the last guest. */
    public SimulationSpec withGuestFaults(GuestFault... faults) {
        SimulationSpec s = new SimulationSpec(this);
        s.guestFaults = Set.of(faults);
        return s;
    }

    /** The same with these habits of all guests. */
    public SimulationSpec withGuestHabits(GuestHabit... habits) {
        SimulationSpec s = new SimulationSpec(this);
        s.guestHabits = Set.of(habits);
        return s;
    }

    /** The same from another seed. */
    public SimulationSpec withSeed(long other) {
        SimulationSpec s = new SimulationSpec(this);
        s.seed = other;
        return s;
    }

    /** The same with another number of CPUs (and queue pairs) of an operating system, 1..64. */
    public SimulationSpec withCpus(int number) {
        if (number < 1 || number > 64) {
            throw new IllegalArgumentException("cpus " + number + " is not in 1 to 64");
        }
        SimulationSpec s = new SimulationSpec(this);
        s.cpus = number;
        return s;
    }

    /** The same with another number of namespaces, 1..1024; guests use the first. */
    public SimulationSpec withNamespaces(int number) {
        if (number < 1 || number > ModelController.NAMESPACES_MAX) {
            throw new IllegalArgumentException("namespaces " + number + " is not in 1 to 1024");
        }
        SimulationSpec s = new SimulationSpec(this);
        s.namespaces = number;
        return s;
    }

    /** The same with a driver that comes late: firmware uses the controller and leaves it on. */
    public SimulationSpec withTakeOver() {
        SimulationSpec s = new SimulationSpec(this);
        s.takeOver = true;
        return s;
    }

    /** The driver takes the controller over from firmware. */
    boolean takesOver() {
        return takeOver;
    }

    /** Guests, one after another on the same controller. */
    public List<GuestKind> guests() {
        return guests;
    }

    /** Controller. */
    public ControllerProfile profile() {
        return profile;
    }

    /** Reference driver and its faults. */
    public DriverSpec driver() {
        return driver;
    }

    /** Settings of the driver that differ from the defaults. */
    public UnaryOperator<MediatorConfig.Builder> tuning() {
        return tuning;
    }

    /** Faults of the controller. */
    public Set<ControllerFault> controllerFaults() {
        return controllerFaults;
    }

    /** Faults of the last guest. */
    public Set<GuestFault> guestFaults() {
        return guestFaults;
    }

    /** The guest has the fault. */
    boolean has(GuestFault fault) {
        return guestFaults.contains(fault);
    }

    /** The guest has the habit. */
    boolean has(GuestHabit habit) {
        return guestHabits.contains(habit);
    }

    /** Seed of all chance. */
    public long seed() {
        return seed;
    }

    /** I/O operations of each guest. */
    public int operations() {
        return operations;
    }

    /** Namespaces of the controller. */
    public int namespaces() {
        return namespaces;
    }

    /** CPUs (and queue pairs) of an operating system. */
    public int cpus() {
        return cpus;
    }
}
