package io.nvmetap.corpus;

import static io.nvmetap.corpus.Plant.driver;
import static io.nvmetap.corpus.Plant.generic;
import static io.nvmetap.corpus.Plant.guest;
import static io.nvmetap.corpus.Plant.linux;

import io.nvmetap.guest.GuestFault;
import java.util.List;

/** Faults of enable, reset, shutdown and what is negotiated. */
final class LifecycleFaults {
    private LifecycleFaults() {}

    static List<PlantedFault> all() {
        return List.of(
                guest(GuestFault.UNCLEAN_SHUTDOWN, linux()),
                driver("command-set-selection-unsupported", generic()),
                driver("queue-memory-freed-while-owned", linux()),
                driver(
                        "reset-during-completion",
                        linux().withGuestFaults(GuestFault.UNCLEAN_SHUTDOWN),
                        linux()));
    }
}
