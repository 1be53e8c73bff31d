package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.capture.Tap;
import io.nvmetap.compare.Verdict;
import io.nvmetap.device.VirtualTimeline;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.mediator.MediatorFault;
import io.nvmetap.plan.Plan;
import io.nvmetap.target.ReferenceDriver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The full chain of a real boot, into each broken build of the reference driver. */
class ReferenceFaultsTest {
    private static Plan plan;

    @BeforeAll
    static void readTheFullChain() throws IOException {
        plan =
                ImportedLogsTest.plan(
                        Path.of(
                                "../capture-agent/src/test/recordings",
                                "ovmf-2022.11-to-linux-6.1.log.gz"));
    }

    @ParameterizedTest
    @EnumSource(MediatorFault.class)
    void shouldTellABrokenBuild(MediatorFault fault) {
        Verdict verdict =
                new ReplaySession(
                                plan,
                                new ReferenceDriver(new DriverSpec(Set.of(fault))),
                                ReplayOptions.DEFAULT,
                                new VirtualTimeline())
                        .playback(0, Tap.OFF);
        System.out.println(
                fault
                        + " "
                        + fault.guestVisible()
                        + " "
                        + verdict.outcome()
                        + " "
                        + verdict.divergence());
        assertThat(verdict.outcome() == Verdict.Outcome.DIVERGED).isEqualTo(fault.guestVisible());
    }
}
