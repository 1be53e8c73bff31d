package io.nvmetap.corpus;

import static io.nvmetap.corpus.Plant.broken;
import static io.nvmetap.corpus.Plant.driver;
import static io.nvmetap.corpus.Plant.generic;
import static io.nvmetap.corpus.Plant.guest;
import static io.nvmetap.corpus.Plant.linux;
import static io.nvmetap.corpus.Plant.uboot;

import io.nvmetap.device.model.ControllerFault;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.guest.GuestFault;
import java.util.List;

/** Faults of queues and doorbells. */
final class QueueFaults {
    private QueueFaults() {}

    static List<PlantedFault> all() {
        return List.of(
                guest(GuestFault.NUMBER_OF_QUEUES_NEVER_SET, linux()),
                guest(GuestFault.SQ_TAIL_OUT_OF_RANGE, linux()),
                driver("cq-doorbell-duplicate-or-backward", linux()),
                driver("lost-deferred-doorbell", uboot()),
                driver("host-sq-slot-overwrite", linux()),
                // Queues that wrap while a slow command is out.
                driver(
                        "sq-slot-scrubbed-on-completion",
                        linux().withProfile(
                                        ControllerProfile.byName("samsung").withQueueEntries(8))),
                driver("dbbuf-config-passed-through", generic()),
                new PlantedFault(
                        "sq-cq-doorbell-pair-race",
                        "CONTROLLER",
                        uboot().withDriver(broken("sq-cq-doorbell-pair-race"))
                                .withControllerFaults(ControllerFault.SQ_CQ_DOORBELL_PAIR_RACE),
                        uboot()));
    }
}
