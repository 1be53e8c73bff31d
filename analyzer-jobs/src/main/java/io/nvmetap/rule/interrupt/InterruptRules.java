package io.nvmetap.rule.interrupt;

import io.nvmetap.rule.Rule;
import java.util.List;
import java.util.function.Supplier;

/** Interrupts: masked, lost, filtered, late. */
public final class InterruptRules {
    private InterruptRules() {}

    /**
     * @return makers of the rules of this package, in the order in which they judge
     */
    public static List<Supplier<Rule>> all() {
        return List.of(
                LostIrqPolledRescue::new,
                IrqSuppressedWhileBusy::new,
                IrqAfterMask::new,
                MaskSurvivesReset::new,
                PinIrqDeassertedEarly::new,
                MsixUnmaskNotFlushed::new,
                UnmaskWithoutRecheck::new,
                OverFilteringDropsWantedIrq::new);
    }
}
