package io.nvmetap.timeline;

import io.nvmetap.event.Side;
import io.nvmetap.nvme.Registers;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * What there was just after one event, as the recording tells it: queues, commands that were out,
 * masks, CC and CSTS.
 *
 * @param queues queues with their doorbells
 * @param inFlight commands (by number) that were out, oldest first, {@link #COMMANDS_MAX} at most
 * @param inFlightCount how many were out
 * @param maskedVectors vectors masked, as seen in the table
 * @param intms INTMS bits set and not cleared since, by the guest's side
 * @param registers last CC written and CSTS read on each side
 */
public record MomentState(
        List<Queue> queues,
        List<Integer> inFlight,
        int inFlightCount,
        List<Integer> maskedVectors,
        long intms,
        List<RegisterValue> registers) {
    /** Commands named one by one. */
    public static final int COMMANDS_MAX = 256;

    /**
     * A queue at that moment.
     *
     * @param life the queue
     * @param doorbell last value of its doorbell, -1 never rung
     * @param inFlight commands of it that are out
     */
    public record Queue(QueueLife life, int doorbell, int inFlight) {}

    /**
     * @param index a capture
     * @param controller index of the controller
     * @param ordinal the event
     */
    public static MomentState of(CaptureIndex index, int controller, int ordinal) {
        List<Integer> out = inFlight(index, controller, ordinal);
        List<Queue> queues = new ArrayList<>();
        for (QueueLife q : index.queues()) {
            if (q.controller() == controller && q.existsAt(ordinal)) {
                int count =
                        q.completion()
                                ? 0
                                : (int) out.stream().filter(c -> of(index, c, q)).count();
                queues.add(new Queue(q, doorbell(index, q, ordinal), count));
            }
        }
        return new MomentState(
                queues,
                out.subList(0, Math.min(COMMANDS_MAX, out.size())),
                out.size(),
                masked(index, controller, ordinal),
                intms(index, controller, ordinal),
                registers(index, controller, ordinal));
    }

    private static boolean of(CaptureIndex index, int c, QueueLife q) {
        CommandTable t = index.commands();
        Moment seen = q.side() == Side.GUEST ? Moment.FETCHED : Moment.EMITTED;
        return t.sqid(c) == q.qid() && t.at(c, seen) >= 0;
    }

    private static List<Integer> inFlight(CaptureIndex index, int controller, int ordinal) {
        CommandTable t = index.commands();
        List<Integer> out = new ArrayList<>();
        long timeOfCut = timeNs(index, ordinal);
        for (int c = 0; c < t.size() && t.firstOrdinal(c) <= ordinal; c++) {
            boolean cut = t.cutNs(c) >= 0 && (t.flags(c) & CommandTable.CUT) != 0;
            boolean gone = t.doneOrdinal(c) <= ordinal || cut && t.cutNs(c) < timeOfCut;
            if (!gone && t.controller(c) == controller) {
                out.add(c);
            }
        }
        return out;
    }

    /** A time not after the event: that of the last mark up to it. */
    private static long timeNs(CaptureIndex index, int ordinal) {
        MarkTable marks = index.marks();
        int low = 0;
        int high = marks.size();
        while (low < high) {
            int mid = low + high >>> 1;
            if (marks.ordinal(mid) <= ordinal) {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        return low == 0 ? 0 : marks.timeNs(low - 1);
    }

    private static int doorbell(CaptureIndex index, QueueLife q, int ordinal) {
        MarkKind wanted = q.completion() ? MarkKind.CQ_DOORBELL : MarkKind.SQ_DOORBELL;
        int last = -1;
        for (Lane lane : index.lanes()) {
            boolean same =
                    lane.kind() == LaneKind.QUEUE
                            && lane.controller() == q.controller()
                            && lane.side() == q.side()
                            && lane.qid() == q.qid();
            for (int i = 0; same && i < lane.marks.size(); i++) {
                int m = lane.marks.getInt(i);
                int at = index.marks().ordinal(m);
                if (at > ordinal) {
                    break;
                }
                if (at >= q.fromOrdinal() && index.marks().kind(m) == wanted.ordinal()) {
                    last = index.marks().value(m);
                }
            }
        }
        return last;
    }

    private static List<Integer> masked(CaptureIndex index, int controller, int ordinal) {
        TreeSet<Integer> masked = new TreeSet<>();
        for (Lane lane : index.lanes()) {
            if (lane.kind() != LaneKind.INTERRUPTS || lane.controller() != controller) {
                continue;
            }
            for (int i = 0; i < lane.marks.size(); i++) {
                int m = lane.marks.getInt(i);
                if (index.marks().ordinal(m) > ordinal) {
                    break;
                }
                int kind = index.marks().kind(m);
                if (kind == MarkKind.VECTOR_MASKED.ordinal()) {
                    masked.add(index.marks().value(m));
                } else if (kind == MarkKind.VECTOR_UNMASKED.ordinal()) {
                    masked.remove(index.marks().value(m));
                }
            }
        }
        return List.copyOf(masked);
    }

    private static long intms(CaptureIndex index, int controller, int ordinal) {
        Side guest = index.header().mediated() ? Side.GUEST : Side.DEVICE;
        long bits = 0;
        for (RegisterValue r : index.registers()) {
            if (r.ordinal() > ordinal || r.controller() != controller || r.side() != guest) {
                continue;
            }
            if (r.offset() == Registers.INTMS) {
                bits |= r.value();
            } else if (r.offset() == Registers.INTMC) {
                bits &= ~r.value();
            }
        }
        return bits & 0xFFFF_FFFFL;
    }

    private static List<RegisterValue> registers(CaptureIndex index, int controller, int ordinal) {
        List<RegisterValue> last = new ArrayList<>();
        for (RegisterValue r : index.registers()) {
            boolean wanted = r.offset() == Registers.CC || r.offset() == Registers.CSTS;
            if (wanted && r.ordinal() <= ordinal && r.controller() == controller) {
                last.removeIf(o -> o.offset() == r.offset() && o.side() == r.side());
                last.add(r);
            }
        }
        return last;
    }
}
