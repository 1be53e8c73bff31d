package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.Simulation;
import io.nvmetap.guest.SimulationSpec;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.plan.Plan;
import io.nvmetap.plan.PlanLimits;
import io.nvmetap.plan.Planner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Commands that only their vendor knows, recorded and replayed. */
final class VendorRecording {
    static final int TUNNEL = 0xD8;
    static final int UNKNOWN = 0xC1;

    private static final long SEED = 11;

    private VendorRecording() {}

    /** A modelled Mac on the modelled ANS2, which is told the time through Apple's tunnel. */
    static List<CapturedEvent> apple() {
        ControllerProfile ans2 = ControllerProfile.byName("apple-ans2");
        return Simulation.run(SimulationSpec.of(GuestKind.APPLE, SEED, 120).withProfile(ans2));
    }

    /** One command that nobody knows, with something in every byte that is not a pointer. */
    static List<CapturedEvent> unknown() {
        Recording recording = new Recording().ready();
        byte[] sqe = Recording.sqe(UNKNOWN, 77);
        for (int i = 4; i < Sqe.SIZE; i++) {
            boolean pointer = i >= Sqe.PRP1_OFFSET && i < Sqe.PRP1_OFFSET + 16;
            sqe[i] = (byte) (pointer ? 0 : i * 3 + 1);
        }
        recording.ring(0, 1);
        long id = recording.fetch(0, sqe, 0);
        byte[] cqe = new byte[Cqe.SIZE];
        Cqe.putDw0(cqe, 0, 0x1234_5678);
        Cqe.putDw1(cqe, 0, 0x9ABC_DEF0);
        Cqe.putCid(cqe, 0, 77);
        CapturedEvent e =
                new CapturedEvent().asCompletion(EventKind.COMPLETION_SEEN, 0, -1, cqe, 0);
        e.commandId = id;
        e.known = Cqe.KNOWN_DW0 | Cqe.KNOWN_DW1 | Cqe.KNOWN_CID | Cqe.KNOWN_STATUS;
        recording.add(e);
        return recording.interrupt(0).acknowledge(0, 1).io(8, 100, 0).events();
    }

    static Plan plan(List<CapturedEvent> events) {
        Planner planner = new Planner(0, PlanLimits.DEFAULT);
        events.forEach(planner::accept);
        return planner.plan();
    }

    /** Commands of this opcode on the admin queue, without identifiers and data pointers. */
    static List<byte[]> commands(List<CapturedEvent> events, EventKind kind, int opcode) {
        List<byte[]> found = new ArrayList<>();
        for (CapturedEvent e : events) {
            boolean admin = e.kind == kind && e.qid == 0;
            if (admin && Sqe.opcode(e.entry, 0) == opcode) {
                byte[] sqe = Arrays.copyOf(e.entry, e.entryBytes);
                Sqe.putCid(sqe, 0, 0);
                Sqe.putPrp1(sqe, 0, 0);
                Sqe.putPrp2(sqe, 0, 0);
                found.add(sqe);
            }
        }
        return found;
    }

    /** Dwords 0 and 1 and the status of each answer to such a command. */
    static List<String> answers(List<CapturedEvent> events, EventKind kind, int opcode) {
        List<Long> ids = new ArrayList<>();
        List<String> found = new ArrayList<>();
        for (CapturedEvent e : events) {
            boolean command =
                    e.kind == EventKind.COMMAND_EMITTED || e.kind == EventKind.COMMAND_FETCHED;
            if (command && e.qid == 0 && Sqe.opcode(e.entry, 0) == opcode) {
                ids.add(e.commandId);
            } else if (e.kind == kind && ids.contains(e.commandId)) {
                found.add(
                        String.format(
                                "%x %x %x",
                                Cqe.dw0(e.entry, 0), Cqe.dw1(e.entry, 0), Cqe.status(e.entry, 0)));
            }
        }
        return found;
    }

    /**
     * What came to the controller that is played back, and what the guest was answered, are what
     * was recorded.
     *
     * @param kind how the original tells of commands
     */
    static void assertSameBytes(
            List<CapturedEvent> original, EventKind kind, List<CapturedEvent> own, int opcode) {
        List<byte[]> sent = commands(original, kind, opcode);
        List<byte[]> came = commands(own, EventKind.COMMAND_EMITTED, opcode);
        assertThat(sent).isNotEmpty();
        assertThat(came).hasSameSizeAs(sent);
        for (int i = 0; i < sent.size(); i++) {
            assertThat(came.get(i)).containsExactly(sent.get(i));
        }
        boolean guest = kind == EventKind.COMMAND_FETCHED;
        EventKind answer = guest ? EventKind.COMPLETION_COPIED : EventKind.COMPLETION_SEEN;
        assertThat(answers(own, EventKind.COMPLETION_COPIED, opcode))
                .isNotEmpty()
                .isEqualTo(answers(original, answer, opcode));
    }
}
