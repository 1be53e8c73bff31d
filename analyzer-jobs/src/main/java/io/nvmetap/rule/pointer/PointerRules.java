package io.nvmetap.rule.pointer;

import io.nvmetap.rule.Rule;
import java.util.List;
import java.util.function.Supplier;

/** Data pointers: PRP entries and lists, transfer sizes. */
public final class PointerRules {
    private PointerRules() {}

    /**
     * @return makers of the rules of this package, in the order in which they judge
     */
    public static List<Supplier<Rule>> all() {
        return List.of(
                MdtsExceeded::new,
                PrpListNonzeroOffset::new,
                PrpListLastEntry::new,
                BounceIgnoresPrp2::new,
                Prp2Junk::new);
    }
}
