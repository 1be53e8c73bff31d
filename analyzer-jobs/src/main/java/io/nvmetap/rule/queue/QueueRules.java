package io.nvmetap.rule.queue;

import io.nvmetap.rule.Rule;
import java.util.List;
import java.util.function.Supplier;

/** Queues and doorbells. */
public final class QueueRules {
    private QueueRules() {}

    /**
     * @return makers of the rules of this package, in the order in which they judge
     */
    public static List<Supplier<Rule>> all() {
        return List.of(
                NumberOfQueuesNeverSet::new,
                SqTailOutOfRange::new,
                CqDoorbellDuplicateOrBackward::new,
                CqDoorbellToWrongQueue::new,
                DoorbellReadOrEarly::new,
                ShadowDoorbellSurvivesReset::new,
                SqCqDoorbellPairRace::new,
                LostDeferredDoorbell::new,
                SqSlotScrubbedOnCompletion::new,
                PiecesRefusedWithinMdts::new,
                HostSqSlotOverwrite::new);
    }
}
