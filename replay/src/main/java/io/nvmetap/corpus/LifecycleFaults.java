package io.nvmetap.corpus;

import static io.nvmetap.corpus.Plant.controller;
import static io.nvmetap.corpus.Plant.driver;
import static io.nvmetap.corpus.Plant.generic;
import static io.nvmetap.corpus.Plant.guest;
import static io.nvmetap.corpus.Plant.linux;

import io.nvmetap.device.model.ControllerFault;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.device.model.LatencyModel;
import io.nvmetap.device.model.ModelKnobs;
import io.nvmetap.device.model.Quirk;
import io.nvmetap.guest.GuestFault;
import io.nvmetap.guest.GuestHabit;
import io.nvmetap.guest.SimulationSpec;
import java.util.List;
import java.util.Set;

/** Faults of enable, reset, shutdown and what is negotiated. */
final class LifecycleFaults {
    private LifecycleFaults() {}

    /** Queues that go and come again while they are busy. */
    private static SimulationSpec reopening() {
        return linux().withGuestHabits(GuestHabit.REOPENS_QUEUES);
    }

    /** The same on a controller that ends deleted queues' commands late. */
    private static SimulationSpec late() {
        ControllerProfile profile = ControllerProfile.byName("generic");
        return reopening().withProfile(profile.withQuirks(Set.of(Quirk.LATE_AFTER_DELETE)));
    }

    /** A controller that refuses one Create, to a guest that tries again. */
    private static SimulationSpec refusing() {
        ControllerProfile profile = ControllerProfile.byName("samsung");
        return reopening()
                .withProfile(profile.withKnobs(ModelKnobs.DEFAULT.withFaultEvery(8)))
                .withControllerFaults(ControllerFault.STATE_CHANGED_BEFORE_CONTROLLER_AGREED);
    }

    /** A controller with many namespaces that takes its time to describe one. */
    private static SimulationSpec manyNamespaces() {
        LatencyModel slow = new LatencyModel(20_000, 400, 8_000, 2_000_000, 5_000_000, 200_000, 0);
        return generic()
                .withProfile(ControllerProfile.byName("generic").withLatency(slow))
                .withNamespaces(512);
    }

    static List<PlantedFault> all() {
        return List.of(
                guest(GuestFault.UNCLEAN_SHUTDOWN, linux()),
                driver("command-set-selection-unsupported", generic()),
                driver("delete-races-completion", reopening()),
                driver("late-cqe-for-disabled-queue", late()),
                driver("qid-reuse-stale-state", reopening()),
                controller(ControllerFault.QID_REUSE_STALE_STATE, reopening()),
                driver("state-changed-before-controller-agreed", refusing()),
                driver("slow-hidden-init", manyNamespaces()),
                driver("queue-memory-freed-while-owned", linux()),
                driver(
                        "reset-during-completion",
                        linux().withGuestFaults(GuestFault.UNCLEAN_SHUTDOWN),
                        linux()));
    }
}
