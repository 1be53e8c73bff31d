package io.nvmetap.mediator;

import static io.nvmetap.mediator.MediatorFault.APPLE_BUFFER_REUSE_STALL;
import static io.nvmetap.mediator.MediatorFault.APPLE_UNACKED_CQE_STALL;
import static io.nvmetap.mediator.MediatorFault.HOST_AND_GUEST_COMMANDS_MIXED;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each fault does what it says; the driver without it does none of that under the same guest. */
class MediatorFaultTest {
    private static final Map<MediatorFault, Predicate<Workload>> SIGNS = FaultSigns.all();

    /** Tags as ANS2 wants them on a controller that has no other quirk and does not die of them. */
    private static final MediatorProfile SHARED_TAGS =
            new MediatorProfile("generic", false, true, 253, 0, false, 1, false, 0);

    static Set<MediatorFault> here() {
        Set<MediatorFault> here = EnumSet.allOf(MediatorFault.class);
        here.removeAll(FaultSigns.elsewhere());
        return here;
    }

    @ParameterizedTest
    @MethodSource("here")
    void shouldShowTheFaultThatIsOn(MediatorFault fault) {
        Workload run = new Workload(config(Set.of(fault), profile(fault)));
        run.everything();
        assertThat(SIGNS.get(fault)).as("a sign for every fault").isNotNull();
        assertThat(SIGNS.get(fault).test(run)).as(fault.id()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("here")
    void shouldShowNothingOfAFaultThatIsOff(MediatorFault fault) {
        MediatorConfig.Builder config = config(Set.of(), profile(fault));
        if (ownLoad().contains(fault)) {
            config.ownLoad(20_000, 4, 256);
        }
        Workload run = new Workload(config);
        run.everything();
        assertThat(SIGNS.get(fault).test(run)).as(fault.id()).isFalse();
        assertThat(run.failures).isEmpty();
    }

    @Test
    void shouldRunTheSameTwiceFromOneSeed() {
        for (MediatorFault fault : MediatorFault.values()) {
            Workload first = new Workload(config(Set.of(fault), profile(fault)));
            Workload second = new Workload(config(Set.of(fault), profile(fault)));
            first.everything();
            second.everything();
            assertThat(second.guest.tap.kinds()).isEqualTo(first.guest.tap.kinds());
        }
    }

    private static Set<MediatorFault> ownLoad() {
        return EnumSet.of(
                APPLE_UNACKED_CQE_STALL, APPLE_BUFFER_REUSE_STALL, HOST_AND_GUEST_COMMANDS_MIXED);
    }

    private static MediatorProfile profile(MediatorFault fault) {
        return switch (fault) {
            case APPLE_UNACKED_CQE_STALL -> MediatorProfile.APPLE_NVME;
            case ANS2_CID_RULES -> SHARED_TAGS;
            default -> MediatorProfile.GENERIC;
        };
    }

    private static MediatorConfig.Builder config(
            Set<MediatorFault> faults, MediatorProfile profile) {
        return MediatorConfig.builder().faults(faults).profile(profile).faultRate(3, 8);
    }
}
