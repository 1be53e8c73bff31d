package io.nvmetap.rule;

import io.nvmetap.rule.apple.AppleRules;
import io.nvmetap.rule.completion.CompletionRules;
import io.nvmetap.rule.interrupt.InterruptRules;
import io.nvmetap.rule.latency.LatencyRules;
import io.nvmetap.rule.lifecycle.LifecycleRules;
import io.nvmetap.rule.pointer.PointerRules;
import io.nvmetap.rule.queue.QueueRules;
import io.nvmetap.rule.register.RegisterRules;
import io.nvmetap.rule.request.RequestRules;
import io.nvmetap.rule.stall.StallRules;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The registry: every rule, in the order findings of one event come in. */
public final class RuleSet {
    private static final List<Supplier<Rule>> ALL =
            Stream.of(
                            QueueRules.all(),
                            RegisterRules.all(),
                            CompletionRules.all(),
                            InterruptRules.all(),
                            LifecycleRules.all(),
                            RequestRules.all(),
                            PointerRules.all(),
                            AppleRules.all(),
                            LatencyRules.all(),
                            StallRules.all())
                    .flatMap(List::stream)
                    .toList();

    private RuleSet() {}

    /**
     * @return fresh rules, all of them
     */
    public static List<Rule> all() {
        return ALL.stream().map(Supplier::get).toList();
    }

    /**
     * @return every threshold there is
     */
    public static List<Threshold> thresholds() {
        List<Threshold> all = new ArrayList<>(CommonThresholds.all());
        all().forEach(r -> all.addAll(r.thresholds()));
        return all;
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
