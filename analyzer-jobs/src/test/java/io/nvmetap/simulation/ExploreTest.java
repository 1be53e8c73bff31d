package io.nvmetap.simulation;

import io.nvmetap.device.model.*;
import io.nvmetap.guest.*;
import io.nvmetap.mediator.*;
import io.nvmetap.testkit.Judged;
import java.util.*;
import org.junit.jupiter.api.Test;

class ExploreTest {
    static void show(String what, SimulationSpec s) {
        try {
            List<io.nvmetap.event.CapturedEvent> ev = new ArrayList<>();
            GuestReport r = Simulation.run(s, e -> ev.add(e.copy()));
            Judged j = Judged.of(ev);
            System.out.println("X " + what + " ev=" + ev.size() + " fin=" + r.finished() + " healthy=" + r.healthy() + " story=" + r.story() + " -> " + j.violated());
            for (String x : j.explanations()) System.out.println("X      " + x);
        } catch (RuntimeException e) {
            System.out.println("X " + what + " THREW " + e);
            e.printStackTrace(System.out);
        }
    }
    @Test
    void explore() {
        for (String p : List.of("generic","toshiba","samsung","intel","apple","apple-ans2"))
            for (GuestKind g : GuestKind.values())
                show("healthy " + p + " " + g, SimulationSpec.of(g, 7, 300).withProfile(ControllerProfile.byName(p)));
        for (MediatorFault f : MediatorFault.values())
            for (String p : List.of("samsung", "apple"))
            show("M " + f.id() + " " + p, SimulationSpec.of(GuestKind.LINUX, 7, 400).withProfile(ControllerProfile.byName(p)).withDriver(DriverSpec.parse("reference:fault=" + f.id())));
        for (ControllerFault f : ControllerFault.values())
            show("C " + f.id(), SimulationSpec.of(GuestKind.LINUX, 7, 400).withProfile(ControllerProfile.byName("samsung")).withControllerFaults(f));
        for (GuestFault f : GuestFault.values())
            show("G " + f.id(), SimulationSpec.of(GuestKind.LINUX, 7, 400).withProfile(ControllerProfile.byName("samsung")).withGuestFaults(f));
        show("pair race both", SimulationSpec.of(GuestKind.LINUX, 7, 400).withProfile(ControllerProfile.byName("samsung")).withControllerFaults(ControllerFault.SQ_CQ_DOORBELL_PAIR_RACE).withDriver(DriverSpec.parse("reference:fault=sq-cq-doorbell-pair-race")));
    }
}
