package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.capture.DirectTap;
import io.nvmetap.compare.Uncompared;
import io.nvmetap.compare.Verdict;
import io.nvmetap.device.VirtualTimeline;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.plan.Plan;
import io.nvmetap.target.Driver;
import io.nvmetap.target.ReferenceDriver;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Vendor commands go through every stage byte for byte, with none of the vendor's hardware. */
class VendorCommandsTest {
    private final List<CapturedEvent> own = new ArrayList<>();

    private Verdict replay(List<CapturedEvent> events, Driver driver) {
        Plan plan = VendorRecording.plan(events);
        VirtualTimeline timeline = new VirtualTimeline();
        DirectTap tap = new DirectTap(timeline, 1, 0, e -> own.add(e.copy()));
        tap.start(ReplayHeader.of(plan, driver.name(), true));
        return new ReplaySession(plan, driver, ReplayOptions.DEFAULT, timeline).playback(0, tap);
    }

    private static Driver reference(List<CapturedEvent> events) {
        Plan plan = VendorRecording.plan(events);
        return new ReferenceDriver(
                DriverSpec.GOOD,
                DriverSpec.GOOD.config().profile(ReferenceBuild.profile(plan)).build());
    }

    @Test
    void shouldReplayApplesTunnelWithNoMac() {
        List<CapturedEvent> mac = VendorRecording.apple();
        Verdict verdict = replay(mac, reference(mac));
        assertThat(verdict.divergence()).isEmpty();
        assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.SAME);
        assertThat(verdict.uncompared()).containsKey(Uncompared.VENDOR_BUFFERS);
        VendorRecording.assertSameBytes(
                mac, EventKind.COMMAND_FETCHED, own, VendorRecording.TUNNEL);
    }

    @Test
    void shouldReplayACommandNobodyKnows() {
        List<CapturedEvent> events = VendorRecording.unknown();
        Verdict verdict = replay(events, reference(events));
        assertThat(verdict.divergence()).isEmpty();
        VendorRecording.assertSameBytes(
                events, EventKind.COMMAND_EMITTED, own, VendorRecording.UNKNOWN);
    }

    /** A driver that clears what it does not know. */
    @Test
    void shouldSeeADriverThatChangesACommandItDoesNotKnow() {
        Driver tidy =
                FakeDriver.through(
                        memory ->
                                new Lens(memory) {
                                    @Override
                                    public void read(long at, byte[] to, int from, int count) {
                                        super.read(at, to, from, count);
                                        boolean vendor =
                                                count == Sqe.SIZE
                                                        && Sqe.opcode(to, from)
                                                                == VendorRecording.UNKNOWN;
                                        if (vendor) {
                                            to[from + 9] = 0;
                                        }
                                    }
                                });
        Verdict verdict = replay(VendorRecording.unknown(), tidy);
        assertThat(verdict.divergence().orElseThrow().sentence())
                .contains("byte 9 came to the controller as 0x00, the guest sent 0x1c");
    }
}
