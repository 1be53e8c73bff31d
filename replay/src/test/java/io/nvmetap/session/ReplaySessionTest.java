package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.capture.Tap;
import io.nvmetap.compare.Verdict;
import io.nvmetap.compare.Verdict.Outcome;
import io.nvmetap.device.VirtualTimeline;
import io.nvmetap.event.LiveState;
import io.nvmetap.plan.Plan;
import io.nvmetap.target.Driver;
import org.junit.jupiter.api.Test;

class ReplaySessionTest {
    private static Verdict replay(Plan plan, Driver driver) {
        ReplayOptions options = ReplayOptions.DEFAULT.withAccessesMax(100_000);
        return new ReplaySession(plan, driver, options, new VirtualTimeline()).playback(0, Tap.OFF);
    }

    @Test
    void shouldSaySameForADriverThatPassesEverything() {
        Recording recording = new Recording().ready().io(7, 100, 0).io(8, 200, 0x281);
        // Two commands in flight, completed the other way round, and then a lap of the queue.
        recording.ring(1, 2);
        long first = recording.fetch(1, Recording.readCommand(1, 1), 20_000);
        long second = recording.fetch(1, Recording.readCommand(2, 2), 4096);
        recording.complete(1, 1, 2, second, 0).complete(1, 1, 1, first, 0);
        recording.interrupt(1).acknowledge(1, 2);
        for (int i = 0; i < 20; i++) {
            recording.io(i, i, 0);
        }
        Verdict verdict = replay(recording.plan(), FakeDriver.passing());
        assertThat(verdict.divergence()).isEmpty();
        assertThat(verdict.outcome()).isEqualTo(Outcome.SAME);
        assertThat(verdict.commandsCompared()).isEqualTo(26);
    }

    @Test
    void shouldSayUnknownWhereEventsAreMissing() {
        Recording recording = new Recording().ready().io(7, 100, 0);
        recording.skip(5).io(8, 200, 0);
        Verdict verdict = replay(recording.plan(), FakeDriver.passing());
        assertThat(verdict.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(verdict.reason()).contains("are missing").contains("3 commands before");
    }

    @Test
    void shouldSayUnknownWhenControllersAreMixed() {
        Recording recording = new Recording(LiveState.DISABLED, "two resets at power on");
        Verdict verdict = replay(recording.ready().plan(), FakeDriver.passing());
        assertThat(verdict.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(verdict.reason()).contains("several controllers are mixed");
    }
}
