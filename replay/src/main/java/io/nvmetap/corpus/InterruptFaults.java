package io.nvmetap.corpus;

import static io.nvmetap.corpus.Plant.driver;
import static io.nvmetap.corpus.Plant.linux;
import static io.nvmetap.corpus.Plant.run;

import io.nvmetap.guest.GuestKind;
import java.util.List;

/** Faults of interrupts. */
final class InterruptFaults {
    private InterruptFaults() {}

    static List<PlantedFault> all() {
        return List.of(
                // Found where it is felt: among many commands the next interrupt heals a lost one.
                driver("lost-irq-polled-rescue", linux()),
                driver("msix-unmask-not-flushed", linux()),
                // One vector for all queues: the Abort after a timeout brings up what lay behind a
                // mask.
                driver("unmask-without-recheck", run(GuestKind.LINUX, "apple", 2_000).withCpus(1)),
                // So fast that all a queue holds completes while another's vector is masked.
                driver("over-filtering-drops-wanted-irq", run(GuestKind.LINUX, "samsung", 2_000)));
    }
}
