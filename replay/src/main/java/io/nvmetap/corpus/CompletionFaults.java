package io.nvmetap.corpus;

import static io.nvmetap.corpus.Plant.controller;
import static io.nvmetap.corpus.Plant.driver;
import static io.nvmetap.corpus.Plant.linux;
import static io.nvmetap.corpus.Plant.run;

import io.nvmetap.device.model.ControllerFault;
import io.nvmetap.guest.GuestKind;
import java.util.List;

/** Faults of completions and of copying them back. */
final class CompletionFaults {
    private CompletionFaults() {}

    static List<PlantedFault> all() {
        return List.of(
                driver("torn-cqe-copyback", linux()),
                driver("cqe-sqid-sqhd-not-translated", linux()),
                driver("batch-published-before-accounting", linux()),
                driver("duplicate-or-late-completion", linux()),
                controller(
                        ControllerFault.DUPLICATE_OR_LATE_COMPLETION,
                        run(GuestKind.LINUX, "samsung", 4_000)));
    }
}
