package io.nvmetap.rule.apple;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.history.Profiles;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Where;
import java.util.List;
import java.util.Set;

/**
 * A command goes to Apple's ANS2 with a count in the upper four bits of its identifier, over a tag
 * that would have fitted. The T2 takes the whole number for an index.
 */
public final class T2CidGenerationBits extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.ans2();

    /** Linux since 5.14: 4 bits of generation over 12 bits of tag. */
    private static final int TAG_BITS = 12;

    private int epochReported = -1;

    public T2CidGenerationBits() {
        super(
                new RuleInfo(
                        "t2-cid-generation-bits",
                        "Generation bits in command identifiers for Apple's T2",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "Quirk of Apple's ANS2 (Linux: NVME_QUIRK_SKIP_CID_GEN); NVMe Base 2.0 lets"
                                + " an identifier have any value but FFFFh",
                        "Send bare tags to this controller: a driver leaves the generation out, a"
                                + " mediator puts its own identifier in and the guest's back.",
                        List.of("I5")));
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMMAND_EMITTED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        Command c = h.facts.command;
        boolean sent = e.kind == EventKind.COMMAND_EMITTED && e.knows(Sqe.CID_OFFSET, 2);
        if (!sent || c == null || !Profiles.isAns2(h)) {
            return;
        }
        judge.chance();
        int generation = c.cid >>> TAG_BITS;
        int tag = c.cid & (1 << TAG_BITS) - 1;
        boolean counts = generation > 0 && tag <= Profiles.ANS2_CID_MAX;
        if (counts && epochReported != h.device.epoch) {
            epochReported = h.device.epoch;
            Command above = c.fetched;
            boolean passed = above != null && above.cid >>> TAG_BITS == generation;
            judge.violated(
                    h.actor(e.side),
                    String.format(
                            "Command identifier %xh on submission queue %d is tag %d of generation"
                                    + " %d%s; the controller has %d tags.",
                            c.cid,
                            c.sqid,
                            tag,
                            generation,
                            passed ? ", passed on from the guest" : "",
                            Profiles.ANS2_CID_MAX + 1),
                    Where.of(c),
                    passed ? above.startSeq : -1,
                    e.seq);
        }
    }
}
