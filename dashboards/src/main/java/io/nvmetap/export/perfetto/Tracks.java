package io.nvmetap.export.perfetto;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.Side;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * The tree of tracks: findings and session on top, then a track a controller with marks of each
 * side, and for each submission queue and side its lanes and its depth below it. A track is
 * described when it is first needed.
 */
final class Tracks {
    /** Controllers drawn; what others do is left out. */
    static final int CONTROLLERS_MAX = 256;

    /** Marks of one side, each kind on a track. */
    enum Marks {
        DOORBELLS,
        INTERRUPTS,
        REGISTERS,
        CONTROLLER
    }

    private static final int FIRST_QUEUE_RANK = 16;
    private static final int CONTROLLER_RANK = 2;

    private final PacketWriter out;
    private final Map<Integer, Long> controllers = new HashMap<>();
    private final Map<String, Long> marks = new HashMap<>();
    private CaptureStarted header = CaptureStarted.unknown();
    private long findings;
    private long session;
    private long last;

    Tracks(PacketWriter out) {
        this.out = out;
    }

    void header(CaptureStarted newHeader) {
        header = newHeader;
    }

    long findings() throws IOException {
        if (findings == 0) {
            findings = track(0, "findings", 0, false, false);
        }
        return findings;
    }

    long session() throws IOException {
        if (session == 0) {
            session = track(0, "session", 1, false, false);
        }
        return session;
    }

    /**
     * @return a controller's track, 0 if there are too many
     */
    private long controller(int controller) throws IOException {
        Long known = controllers.get(controller);
        if (known != null) {
            return known;
        }
        if (controllers.size() >= CONTROLLERS_MAX) {
            return 0;
        }
        boolean described = controller >= 0 && controller < header.controllers().size();
        String model = described ? header.controllers().get(controller).model().strip() : "";
        String name = "controller " + controller + (model.isEmpty() ? "" : ": " + model);
        long uuid = track(0, name, CONTROLLER_RANK + controllers.size(), true, false);
        controllers.put(controller, uuid);
        return uuid;
    }

    /**
     * @return track of one kind of marks, 0 if there are too many controllers
     */
    long marks(int controller, Side side, Marks kind) throws IOException {
        long parent = controller(controller);
        if (parent == 0) {
            return 0;
        }
        String name = side(side) + " " + kind.name().toLowerCase(java.util.Locale.ROOT);
        String key = controller + " " + name;
        Long known = marks.get(key);
        if (known == null) {
            int rank = kind.ordinal() * 2 + (side == Side.GUEST ? 0 : 1);
            known = track(parent, name, rank, false, false);
            marks.put(key, known);
        }
        return known;
    }

    /** A lane of a queue; lanes of one queue have one name, which the UI shows as one track. */
    long lane(int controller, Side side, int sqid) throws IOException {
        return queueTrack(controller, side, sqid, false);
    }

    /** The number of commands on their way in a queue. */
    long depth(int controller, Side side, int sqid) throws IOException {
        return queueTrack(controller, side, sqid, true);
    }

    private long queueTrack(int controller, Side side, int sqid, boolean depth) throws IOException {
        long parent = controller(controller);
        if (parent == 0) {
            return 0;
        }
        String name = "SQ " + sqid + " " + side(side) + (depth ? " depth" : "");
        int place = (side == Side.GUEST ? 0 : 2) + (depth ? 1 : 0);
        int queue = Math.min(Math.max(sqid, 0), 0xFFFF);
        return track(parent, name, FIRST_QUEUE_RANK + queue * 4 + place, false, depth);
    }

    private static String side(Side side) {
        return side == Side.GUEST ? "guest side" : side == Side.DEVICE ? "device side" : "no side";
    }

    private long track(long parent, String name, int rank, boolean ordered, boolean counter)
            throws IOException {
        out.track(++last, parent, name, rank, ordered, counter);
        return last;
    }
}
