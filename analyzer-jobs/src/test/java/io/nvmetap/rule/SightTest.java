package io.nvmetap.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.ControllerInfo;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.event.Unseen;
import io.nvmetap.history.History;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SightTest {
    private static History recordingOf(String mediator, String profile, Set<Unseen> unseen) {
        ControllerInfo controller =
                new ControllerInfo(-1, -1, 0, 0, "", "", "", -1, profile, LiveState.UNKNOWN);
        CaptureStarted header =
                new CaptureStarted(
                        0,
                        1,
                        "",
                        "",
                        "",
                        mediator,
                        "",
                        "",
                        "tap",
                        unseen,
                        "",
                        List.of(controller),
                        PayloadPolicy.NONE);
        History h = new History();
        h.apply(new CapturedEvent().asCaptureStarted(header).at(0, 0, -1, 0));
        return h;
    }

    @ParameterizedTest
    @EnumSource(Unseen.class)
    void shouldSayWhatTheSourceCannotSee(Unseen thing) {
        Sight sight = Sight.ANY.sees(thing);
        assertThat(sight.missing(recordingOf("", "", EnumSet.of(thing)))).isNotEmpty();
        Set<Unseen> others = EnumSet.complementOf(EnumSet.of(thing));
        assertThat(sight.missing(recordingOf("", "", others))).isEmpty();
    }

    @Test
    void shouldSayWhatWasAskedForFirst() {
        Sight sight = Sight.ANY.mediated().bothSides();
        assertThat(sight.missing(recordingOf("", "", EnumSet.allOf(Unseen.class))))
                .isEqualTo("no mediator stood between guest and controller");
        assertThat(sight.missing(recordingOf("bitvisor", "", EnumSet.allOf(Unseen.class))))
                .isEqualTo("the source cannot see the guest side");
        assertThat(sight.missing(recordingOf("bitvisor", "", EnumSet.of(Unseen.DEVICE_SIDE))))
                .isEqualTo("the source cannot see the device side");
        assertThat(sight.missing(recordingOf("bitvisor", "", EnumSet.of(Unseen.LOCKS)))).isEmpty();
    }

    @Test
    void shouldAskForMoreThanTheSource() {
        Sight sight = Sight.ANY.ans2().sees(Unseen.SLOTS);
        Set<Unseen> nothing = EnumSet.noneOf(Unseen.class);
        assertThat(sight.missing(recordingOf("", "intel", nothing))).contains("ANS2");
        assertThat(sight.missing(recordingOf("", "apple-ans2", nothing))).isEmpty();
        assertThat(sight.missing(recordingOf("", "apple-ans2", EnumSet.of(Unseen.SLOTS))))
                .contains("slots");
    }

    @Test
    void shouldFollowTheHeaderThatCameLast() {
        History h = recordingOf("bitvisor", "", EnumSet.noneOf(Unseen.class));
        Sight sight = Sight.ANY.mediated();
        assertThat(sight.missing(h)).isEmpty();
        CapturedEvent again = new CapturedEvent().asCaptureStarted(CaptureStarted.unknown());
        h.apply(again.at(1, 0, -1, 0));
        assertThat(sight.missing(h)).isNotEmpty();
    }
}
