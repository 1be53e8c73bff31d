package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.capture.Tap;
import io.nvmetap.compare.Verdict;
import io.nvmetap.compare.Verdict.Outcome;
import io.nvmetap.device.InterruptSink;
import io.nvmetap.device.VirtualTimeline;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.Opcodes;
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

    /**
     * A driver whose interrupts are under way for a while, and lost if they go another way then.
     */
    @Test
    void shouldWaitForTheOldKindOfInterruptBeforeTheGuestChoosesAnother() {
        Recording recording = new Recording().enable();
        recording.ring(0, 1);
        byte[] sqe = Recording.sqe(Opcodes.ADMIN_IDENTIFY, 1);
        recording.complete(0, 0, 1, recording.fetch(0, sqe, 4096), 0);
        recording.add(
                new CapturedEvent()
                        .asInterrupt(
                                EventKind.INTERRUPT_RAISED,
                                Side.DEVICE,
                                0,
                                InterruptKind.INTX,
                                ""));
        recording.add(new CapturedEvent().asVector(EventKind.VECTOR_UNMASKED, Side.DEVICE, 0));
        recording.acknowledge(0, 1);
        recording.admin(Recording.sqe(Opcodes.ADMIN_SET_FEATURES, 2));
        Verdict verdict = replay(recording.plan(), new SlowLine());
        assertThat(verdict.divergence()).isEmpty();
        assertThat(verdict.outcome()).isEqualTo(Outcome.SAME);
    }

    private static final class SlowLine extends FakeDriver {
        private static final long UNDER_WAY_NS = 200_000;

        private InterruptKind mode = InterruptKind.INTX;

        @Override
        protected InterruptSink lens(InterruptSink sink) {
            return new InterruptSink() {
                @Override
                public void message(int vector) {
                    sink.message(vector);
                }

                @Override
                public void line(boolean asserted) {
                    timeline.after(UNDER_WAY_NS, () -> arrive(asserted));
                }

                private void arrive(boolean asserted) {
                    if (mode == InterruptKind.INTX) {
                        sink.line(asserted);
                    }
                }
            };
        }

        @Override
        public void interruptMode(InterruptKind newMode) {
            mode = newMode;
            super.interruptMode(newMode);
        }
    }
}
