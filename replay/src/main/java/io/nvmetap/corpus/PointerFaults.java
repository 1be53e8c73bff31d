package io.nvmetap.corpus;

import static io.nvmetap.corpus.Plant.driver;
import static io.nvmetap.corpus.Plant.guest;
import static io.nvmetap.corpus.Plant.linux;
import static io.nvmetap.corpus.Plant.run;

import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.guest.GuestFault;
import io.nvmetap.guest.GuestHabit;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.SimulationSpec;
import java.util.List;

/** Faults of data pointers and transfer sizes. */
final class PointerFaults {
    /** 4 MiB. */
    private static final int LARGE_MDTS = 10;

    private PointerFaults() {}

    static List<PlantedFault> all() {
        return List.of(
                guest(GuestFault.MDTS_EXCEEDED, linux()),
                driver("mdts-exceeded", run(GuestKind.LINUX, "intel", 400)),
                driver("prp-list-nonzero-offset", lists(linux())),
                driver("prp-list-last-entry", large()),
                driver(
                        "bounce-ignores-prp2",
                        linux().withGuestHabits(GuestHabit.SCATTERED_BUFFERS)),
                guest(GuestFault.PRP2_JUNK, linux()));
    }

    /** Lists anywhere in their pages; the driver hands on copies of its own. */
    private static SimulationSpec lists(SimulationSpec run) {
        return run.withGuestHabits(GuestHabit.LIST_OFFSETS, GuestHabit.SCATTERED_BUFFERS)
                .withTuning(b -> b.ownLists(true));
    }

    /** Transfers whose list fills a page, nearly, just, or with an entry too many, among others. */
    private static SimulationSpec large() {
        return run(GuestKind.LINUX, "samsung", 60)
                .withProfile(ControllerProfile.byName("samsung").withMdts(LARGE_MDTS))
                .withGuestHabits(GuestHabit.LARGE_TRANSFERS, GuestHabit.LIST_OFFSETS)
                .withTuning(b -> b.ownLists(true).mdtsMax(LARGE_MDTS));
    }
}
