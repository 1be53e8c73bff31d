package io.nvmetap.corpus;

import static io.nvmetap.corpus.Plant.apple;
import static io.nvmetap.corpus.Plant.driver;
import static io.nvmetap.corpus.Plant.linux;

import java.util.List;

/** Faults of requests of mediator and guest side by side. */
final class RequestFaults {
    private RequestFaults() {}

    static List<PlantedFault> all() {
        return List.of(
                driver("host-and-guest-commands-mixed", apple()), driver("command-stall", linux()));
    }
}
