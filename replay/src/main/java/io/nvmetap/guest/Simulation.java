package io.nvmetap.guest;

import io.nvmetap.capture.DirectTap;
import io.nvmetap.device.Controller;
import io.nvmetap.device.VirtualTimeline;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.device.model.MemoryNamespace;
import io.nvmetap.device.model.ModelController;
import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.ControllerInfo;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.Unseen;
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
                        List.of(new MemoryNamespace(NAMESPACE_BYTES, 512)),
                        timeline,
                        spec.seed(),
                        spec.controllerFaults());
        DirectTap tap = new DirectTap(timeline, spec.seed(), ~spec.seed(), sink);
        tap.start(header(spec, driver.name()));
        Controller top = driver.build(device, timeline, tap);
        GuestMachine machine = new GuestMachine(timeline, top, spec.seed());
        GuestReport report = guests(spec, machine);
        tap.end("simulation ended");
        tap.failure()
                .ifPresent(
                        e -> {
                            throw e;
                        });
        return report;
    }

    private static GuestReport guests(SimulationSpec spec, GuestMachine machine) {
        DiskContent disk = new DiskContent();
        try {
            machine.controller.reset(ResetKind.MACHINE);
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
                        LiveState.DISABLED);
        Set<Unseen> unseen = EnumSet.of(Unseen.REAL_TIME, Unseen.PCI_CONFIG);
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
