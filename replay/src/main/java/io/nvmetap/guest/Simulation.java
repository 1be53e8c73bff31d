package io.nvmetap.guest;

import io.nvmetap.capture.DirectTap;
import io.nvmetap.device.Controller;
import io.nvmetap.device.VirtualTimeline;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.device.model.MemoryNamespace;
import io.nvmetap.device.model.ModelController;
import io.nvmetap.device.model.NamespaceStore;
import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.ControllerInfo;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.Unseen;
import io.nvmetap.mediator.Mediator;
import io.nvmetap.mediator.MediatorConfig;
import io.nvmetap.mediator.MediatorProfile;
import io.nvmetap.target.Driver;
import io.nvmetap.target.ReferenceDriver;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Guests on a driver on a modelled controller, in virtual time on one thread, all from one seed:
 * the same spec gives the same events, byte for byte.
 */
public final class Simulation {
    private static final long NAMESPACE_BYTES = 4L << 30;

    /** How long a take-over may take. */
    private static final long TAKE_OVER_NS = 100_000_000L;

    /** How long the machine runs on after the last guest, so that late wrongs show. */
    private static final long AFTERMATH_NS = 3_000_000_000L;

    private Simulation() {}

    /** Runs and keeps every event: for small workloads. */
    public static List<CapturedEvent> run(SimulationSpec spec) {
        List<CapturedEvent> events = new ArrayList<>();
        run(spec, e -> events.add(e.copy()));
        return events;
    }

    /**
     * Runs.
     *
     * @param sink gets each event; the instance is reused
     * @return how the guests fared; the last one to run counts
     */
    public static GuestReport run(SimulationSpec spec, Consumer<CapturedEvent> sink) {
        MediatorProfile profile = MediatorProfile.forController(spec.profile().name());
        MediatorConfig.Builder builder = spec.driver().config().profile(profile).seed(spec.seed());
        MediatorConfig config = spec.tuning().apply(builder).build();
        return run(spec, new ReferenceDriver(spec.driver(), config), sink);
    }

    /** Runs with any driver. */
    public static GuestReport run(
            SimulationSpec spec, Driver driver, Consumer<CapturedEvent> sink) {
        VirtualTimeline timeline = new VirtualTimeline();
        ModelController device =
                new ModelController(
                        spec.profile(),
                        namespaces(spec.namespaces()),
                        timeline,
                        spec.seed(),
                        spec.controllerFaults());
        if (spec.takesOver()) {
            firmwareAlone(spec, device, timeline);
        }
        DirectTap tap = new DirectTap(timeline, spec.seed(), ~spec.seed(), sink);
        tap.start(header(spec, driver.name()));
        Controller top = driver.build(device, timeline, tap);
        GuestMachine machine = new GuestMachine(timeline, top, spec.seed());
        if (spec.takesOver() && top instanceof Mediator mediator) {
            mediator.takeOver();
            machine.pause(TAKE_OVER_NS);
        }
        GuestReport report = guests(spec, machine);
        tap.end("simulation ended");
        tap.failure()
                .ifPresent(
                        e -> {
                            throw e;
                        });
        return report;
    }

    private static List<NamespaceStore> namespaces(int number) {
        List<NamespaceStore> stores = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            stores.add(new MemoryNamespace(NAMESPACE_BYTES, 512));
        }
        return stores;
    }

    /** Before the driver is there, and unseen: firmware reads a little and leaves all as it is. */
    private static void firmwareAlone(
            SimulationSpec spec, ModelController device, VirtualTimeline timeline) {
        GuestMachine machine = new GuestMachine(timeline, device, spec.seed());
        device.reset(ResetKind.MACHINE);
        SimulationSpec little = SimulationSpec.of(GuestKind.EDK2, spec.seed(), 4);
        guest(GuestKind.EDK2, machine, little, new DiskContent()).run();
    }

    private static GuestReport guests(SimulationSpec spec, GuestMachine machine) {
        DiskContent disk = new DiskContent();
        try {
            if (!spec.takesOver()) {
                machine.controller.reset(ResetKind.MACHINE);
            }
            for (int i = 0; i < spec.guests().size(); i++) {
                boolean last = i == spec.guests().size() - 1;
                SimulationSpec its = last ? spec : spec.withGuestFaults();
                guest(spec.guests().get(i), machine, its, disk).run();
            }
            machine.pause(AFTERMATH_NS);
            return machine.tally.report(true, "");
        } catch (GuestStuckException e) {
            machine.pause(AFTERMATH_NS);
            return machine.tally.report(false, e.getMessage());
        }
    }

    private static Guest guest(
            GuestKind kind, GuestMachine machine, SimulationSpec spec, DiskContent disk) {
        return switch (kind) {
            case EDK2 -> new FirmwareGuest(machine, FirmwareHabits.EDK2, spec, disk);
            case SEABIOS -> new FirmwareGuest(machine, FirmwareHabits.SEABIOS, spec, disk);
            case UBOOT -> new FirmwareGuest(machine, FirmwareHabits.UBOOT, spec, disk);
            case APPLE -> new AppleGuest(machine, spec, disk);
            case LINUX -> new LinuxGuest(machine, spec, disk);
            case WINDOWS -> new WindowsGuest(machine, spec, disk);
        };
    }

    private static CaptureStarted header(SimulationSpec spec, String driver) {
        ControllerProfile p = spec.profile();
        ControllerInfo info =
                new ControllerInfo(
                        p.vendorId(),
                        p.deviceId(),
                        p.cap(),
                        p.vs(),
                        p.model(),
                        "",
                        p.firmware(),
                        p.mdts(),
                        p.name(),
                        spec.takesOver() ? LiveState.UNKNOWN : LiveState.DISABLED);
        // Virtual time is exact: everybody takes what he is modelled to take. Not REAL_TIME.
        Set<Unseen> unseen = EnumSet.of(Unseen.PCI_CONFIG);
        return new CaptureStarted(
                0,
                1,
                "simulation",
                "",
                "",
                "nvmetap-reference",
                "",
                driver,
                "mediator",
                unseen,
                "",
                List.of(info),
                PayloadPolicy.ADMIN);
    }
}
