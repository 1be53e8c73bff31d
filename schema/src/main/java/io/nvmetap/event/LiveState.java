package io.nvmetap.event;

import java.io.Serializable;
import java.util.List;

/**
 * Live state of one controller, so that a reader who joins late can decode.
 *
 * @param known false: nothing is known and every other field is a placeholder
 * @param cc CC register
 * @param csts CSTS register
 * @param aqa AQA register
 * @param asq ASQ register
 * @param acq ACQ register
 * @param queues queues that exist
 * @param maskedVectors MSI-X vectors masked now
 * @param numberOfQueuesSet Set Features 07h was accepted since the controller was enabled
 */
public record LiveState(
        boolean known,
        long cc,
        long csts,
        long aqa,
        long asq,
        long acq,
        List<QueueState> queues,
        List<Integer> maskedVectors,
        boolean numberOfQueuesSet)
        implements Serializable {
    /** Nothing is known. */
    public static final LiveState UNKNOWN =
            new LiveState(false, 0, 0, 0, 0, 0, List.of(), List.of(), false);

    /** Known, and the controller is disabled: power on, or just reset. */
    public static final LiveState DISABLED =
            new LiveState(true, 0, 0, 0, 0, 0, List.of(), List.of(), false);

    public LiveState {
        queues = List.copyOf(queues);
        maskedVectors = List.copyOf(maskedVectors);
    }
}
