package io.nvmetap.plan;

import io.nvmetap.event.CaptureStarted;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a replay will do, before it does it.
 *
 * @param header header of the recording
 * @param stimuli what the guest does, in order
 * @param commands commands among them that the guest submits
 * @param adaptations what is done otherwise than recorded, and how often
 * @param facts what the recording tells about the controller
 * @param readsUnseen register reads whose values the source did not see
 * @param unknown why the recording cannot be replayed (to its end); empty: it can
 */
public record Plan(
        CaptureStarted header,
        List<Stimulus> stimuli,
        int commands,
        Map<Adaptation, Long> adaptations,
        ControllerFacts facts,
        long readsUnseen,
        Optional<Unknown> unknown) {
    public Plan {
        stimuli = List.copyOf(stimuli);
        adaptations = Map.copyOf(adaptations);
    }

    /**
     * Where and why knowledge ends.
     *
     * @param seq first event that cannot be replayed
     * @param reason one clause
     */
    public record Unknown(long seq, String reason) {}
}
