package io.nvmetap.corpus;

import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.guest.GuestHabit;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.SimulationSpec;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Every modelled guest on every modelled controller, with each of its habits; nobody at fault. */
public final class HealthyRuns {
    /** Prefix of the names. */
    public static final String PREFIX = "healthy";

    private static final int OPERATIONS = 200;
    private static final Set<GuestKind> NEVER_ASK = EnumSet.of(GuestKind.EDK2, GuestKind.SEABIOS);

    /** Its entries are 128 bytes apart, which plain firmware does not know. */
    private static final String LONG_ENTRIES = "apple-ans2";

    private static final Set<GuestKind> KNOW_LONG_ENTRIES =
            EnumSet.of(GuestKind.APPLE, GuestKind.LINUX);

    private HealthyRuns() {}

    /** All of them. */
    public static List<HealthyRun> all() {
        List<HealthyRun> all = new ArrayList<>();
        for (GuestKind guest : GuestKind.values()) {
            for (String profile : ControllerProfile.names()) {
                if (!profile.equals(LONG_ENTRIES) || KNOW_LONG_ENTRIES.contains(guest)) {
                    all.add(run(guest, profile));
                }
            }
        }
        for (GuestHabit habit : GuestHabit.values()) {
            for (String profile : ControllerProfile.names()) {
                HealthyRun plain = run(GuestKind.LINUX, profile);
                all.add(
                        new HealthyRun(
                                plain.name() + "." + id(habit),
                                plain.spec().withGuestHabits(habit),
                                plain.truths()));
            }
        }
        return List.copyOf(all);
    }

    private static HealthyRun run(GuestKind guest, String profile) {
        // Apple's have one queue pair.
        SimulationSpec spec =
                SimulationSpec.of(guest, PlantedFaults.SEED, OPERATIONS)
                        .withProfile(ControllerProfile.byName(profile))
                        .withCpus(profile.startsWith("apple") ? 1 : 2);
        List<String> truths =
                NEVER_ASK.contains(guest) ? List.of("number-of-queues-never-set GUEST") : List.of();
        return new HealthyRun(PREFIX + "." + guest.id() + "." + profile, spec, truths);
    }

    private static String id(GuestHabit habit) {
        return habit.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
