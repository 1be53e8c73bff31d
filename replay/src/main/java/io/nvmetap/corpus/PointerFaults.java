package io.nvmetap.corpus;

import static io.nvmetap.corpus.Plant.driver;
import static io.nvmetap.corpus.Plant.guest;
import static io.nvmetap.corpus.Plant.linux;
import static io.nvmetap.corpus.Plant.run;

import io.nvmetap.guest.GuestFault;
import io.nvmetap.guest.GuestKind;
import java.util.List;

/** Faults of data pointers and transfer sizes. */
final class PointerFaults {
    private PointerFaults() {}

    static List<PlantedFault> all() {
        return List.of(
                guest(GuestFault.MDTS_EXCEEDED, linux()),
                driver("mdts-exceeded", run(GuestKind.LINUX, "intel", 400)));
    }
}
