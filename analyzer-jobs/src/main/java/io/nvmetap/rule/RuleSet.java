package io.nvmetap.rule;

import io.nvmetap.rule.completion.BatchPublishedBeforeAccounting;
import io.nvmetap.rule.completion.CqeSqidSqhdNotTranslated;
import io.nvmetap.rule.completion.DuplicateOrLateCompletion;
import io.nvmetap.rule.completion.TornCqeCopyback;
import io.nvmetap.rule.interrupt.LostIrqPolledRescue;
import io.nvmetap.rule.interrupt.MsixUnmaskNotFlushed;
import io.nvmetap.rule.interrupt.OverFilteringDropsWantedIrq;
import io.nvmetap.rule.interrupt.UnmaskWithoutRecheck;
import io.nvmetap.rule.lifecycle.CommandSetSelectionUnsupported;
import io.nvmetap.rule.lifecycle.DbbufConfigPassedThrough;
import io.nvmetap.rule.lifecycle.ResetDuringCompletion;
import io.nvmetap.rule.lifecycle.UncleanShutdown;
import io.nvmetap.rule.queue.Ans2CidRules;
import io.nvmetap.rule.queue.CqDoorbellDuplicateOrBackward;
import io.nvmetap.rule.queue.HostAndGuestCommandsMixed;
import io.nvmetap.rule.queue.HostSqSlotOverwrite;
import io.nvmetap.rule.queue.LostDeferredDoorbell;
import io.nvmetap.rule.queue.MdtsExceeded;
import io.nvmetap.rule.queue.NumberOfQueuesNeverSet;
import io.nvmetap.rule.queue.SqCqDoorbellPairRace;
import io.nvmetap.rule.queue.SqSlotScrubbedOnCompletion;
import io.nvmetap.rule.queue.SqTailOutOfRange;
import io.nvmetap.rule.stall.AppleBufferReuseStall;
import io.nvmetap.rule.stall.AppleUnackedCqeStall;
import io.nvmetap.rule.stall.CommandStall;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/** The registry: every rule, in the order findings of one event come in. */
public final class RuleSet {
    private static final List<Supplier<Rule>> ALL =
            List.of(
                    NumberOfQueuesNeverSet::new,
                    SqTailOutOfRange::new,
                    CqDoorbellDuplicateOrBackward::new,
                    SqCqDoorbellPairRace::new,
                    LostDeferredDoorbell::new,
                    SqSlotScrubbedOnCompletion::new,
                    HostAndGuestCommandsMixed::new,
                    Ans2CidRules::new,
                    MdtsExceeded::new,
                    DuplicateOrLateCompletion::new,
                    TornCqeCopyback::new,
                    CqeSqidSqhdNotTranslated::new,
                    LostIrqPolledRescue::new,
                    MsixUnmaskNotFlushed::new,
                    UnmaskWithoutRecheck::new,
                    OverFilteringDropsWantedIrq::new,
                    ResetDuringCompletion::new,
                    UncleanShutdown::new,
                    AppleUnackedCqeStall::new,
                    AppleBufferReuseStall::new,
                    CommandStall::new,
                    HostSqSlotOverwrite::new,
                    DbbufConfigPassedThrough::new,
                    CommandSetSelectionUnsupported::new,
                    BatchPublishedBeforeAccounting::new);

    private RuleSet() {}

    /**
     * @return fresh rules, all of them
     */
    public static List<Rule> all() {
        return ALL.stream().map(Supplier::get).toList();
    }

    /**
     * @param ids rules wanted; empty for all
     * @return fresh rules
     * @throws IllegalArgumentException if an id is not known; the message lists those that are
     */
    public static List<Rule> only(Collection<String> ids) {
        List<Rule> chosen = new ArrayList<>();
        List<String> known = new ArrayList<>();
        for (Rule r : all()) {
            known.add(r.info().id());
            if (ids.isEmpty() || ids.contains(r.info().id())) {
                chosen.add(r);
            }
        }
        for (String id : ids) {
            if (!known.contains(id)) {
                throw new IllegalArgumentException(
                        "unknown rule '" + id + "'; known: " + String.join(", ", known));
            }
        }
        return chosen;
    }
}
