package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.compare.Divergence;
import io.nvmetap.compare.Verdict;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.mediator.MediatorFault;
import io.nvmetap.plan.Plan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Boots of real firmware and kernels that the reference driver recorded. */
class RecordedBootsTest {
    private static Plan chain;

    @BeforeAll
    static void readTheWholeChain() throws IOException {
        chain = BootRecordings.plan(BootRecordings.kept("chain"));
    }

    static List<Path> recordings() {
        return BootRecordings.kept();
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void shouldReplayTheSameIntoTheDriverThatRecordedIt(Path trace) throws IOException {
        BootRecordings.assertSame(trace);
    }

    /** The driver's own commands then mix with the guest's in other ways than recorded. */
    @ParameterizedTest
    @MethodSource("recordings")
    void shouldReplayTheSameAsFastAsOrderAllows(Path trace) throws IOException {
        ReplayOptions fast = ReplayOptions.DEFAULT.withTimeScale(0);
        Verdict verdict = BootRecordings.replay(BootRecordings.plan(trace), DriverSpec.GOOD, fast);
        assertThat(verdict.divergence()).isEmpty();
        assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.SAME);
    }

    /** Each fault that a guest can feel in a healthy boot, and what it feels. */
    @ParameterizedTest
    @CsvSource({
        "TORN_CQE_COPYBACK, torn completion",
        "BATCH_PUBLISHED_BEFORE_ACCOUNTING, no completion within",
        "CQE_SQID_SQHD_NOT_TRANSLATED, SQHD",
        "HOST_SQ_SLOT_OVERWRITE, no completion within",
        "CQ_DOORBELL_DUPLICATE_OR_BACKWARD, no completion within",
        "LOST_DEFERRED_DOORBELL, the driver never gave it to the controller",
        "DUPLICATE_OR_LATE_COMPLETION, a second time",
        "LOST_IRQ_POLLED_RESCUE, no interrupt came",
        "APPLE_UNACKED_CQE_STALL, no completion within",
        "MDTS_EXCEEDED, received MDTS is 0x00",
        "NUMBER_OF_QUEUES_NEVER_SET, Invalid Queue Identifier",
        "UNCLEAN_SHUTDOWN, CSTS",
        "COMMAND_STALL, no completion within",
        "DBBUF_CONFIG_PASSED_THROUGH, received byte 257",
        "COMMAND_SET_SELECTION_UNSUPPORTED, CSTS & 0x1 did not become 0x1"
    })
    void shouldTellABrokenBuild(MediatorFault fault, String why) {
        DriverSpec broken = DriverSpec.parse("reference:fault=" + fault.id());
        Verdict verdict = BootRecordings.replay(chain, broken);
        assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.DIVERGED);
        assertThat(verdict.divergence().map(Divergence::sentence).orElseThrow()).contains(why);
    }

    /** These need a guest or a controller that provokes them, or a table the source cannot see. */
    @ParameterizedTest
    @EnumSource(
            value = MediatorFault.class,
            names = {
                "SQ_TAIL_OUT_OF_RANGE",
                "SQ_CQ_DOORBELL_PAIR_RACE",
                "MSIX_UNMASK_NOT_FLUSHED",
                "UNMASK_WITHOUT_RECHECK",
                "HOST_AND_GUEST_COMMANDS_MIXED",
                "ANS2_CID_RULES",
                "SQ_SLOT_SCRUBBED_ON_COMPLETION",
                "APPLE_BUFFER_REUSE_STALL",
                "RESET_DURING_COMPLETION"
            })
    void shouldNotAccuseABuildOfWhatTheBootDoesNotShow(MediatorFault fault) {
        DriverSpec broken = DriverSpec.parse("reference:fault=" + fault.id());
        assertThat(BootRecordings.replay(chain, broken).divergence()).isEmpty();
    }
}
