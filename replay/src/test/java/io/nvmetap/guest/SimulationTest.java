package io.nvmetap.guest;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.capture.Tap;
import io.nvmetap.device.Controller;
import io.nvmetap.device.Timeline;
import io.nvmetap.target.Driver;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SimulationTest {
    /** No driver between. */
    private static final Driver NONE =
            new Driver() {
                @Override
                public String name() {
                    return "none";
                }

                @Override
                public Controller build(Controller device, Timeline timeline, Tap tap) {
                    return device;
                }
            };

    @ParameterizedTest
    @EnumSource(GuestKind.class)
    void shouldFinishOnTheModelledControllerItself(GuestKind kind) {
        SimulationSpec spec = SimulationSpec.of(kind, 1, 200);
        GuestReport report = Simulation.run(spec, NONE, e -> {});
        assertThat(report.story()).isEmpty();
        assertThat(report.healthy()).as(report.toString()).isTrue();
        assertThat(report.verifiedBlocks()).isPositive();
    }
}
