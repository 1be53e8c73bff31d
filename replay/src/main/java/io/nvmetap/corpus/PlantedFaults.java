package io.nvmetap.corpus;

import java.util.List;
import java.util.stream.Stream;

/** Every fault that can be planted, each with a run that provokes it. */
public final class PlantedFaults {
    /** Seed of the runs as they stand here. */
    public static final long SEED = 7;

    private PlantedFaults() {}

    /** All of them. */
    public static List<PlantedFault> all() {
        return Stream.of(
                        QueueFaults.all(),
                        RegisterFaults.all(),
                        CompletionFaults.all(),
                        InterruptFaults.all(),
                        LifecycleFaults.all(),
                        RequestFaults.all(),
                        PointerFaults.all(),
                        AppleFaults.all(),
                        ControllerFaults.all(),
                        LatencyFaults.all())
                .flatMap(List::stream)
                .toList();
    }
}
