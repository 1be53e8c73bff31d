package io.nvmetap.export.perfetto;

import io.nvmetap.event.Side;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.TreeSet;

/**
 * A submission queue on one side: the lanes its commands lie on (two that overlap lie on two), its
 * doorbells not yet answered, its depth.
 */
final class QueueLanes {
    /** Lanes looked at for one that was free early enough, before another is made. */
    private static final int LANES_TRIED = 64;

    /** Doorbells remembered until commands are fetched; older ones tell nothing. */
    private static final int DOORBELLS_MAX = 64;

    final int controller;
    final Side side;
    final int sqid;
    private final TreeSet<Lane> free = new TreeSet<>();
    private final ArrayDeque<long[]> doorbells = new ArrayDeque<>();
    private final LinkedHashSet<Span> open = new LinkedHashSet<>();
    private final Map<Integer, Span> byCid = new HashMap<>();
    private int lanes;
    private int gaps;
    private long depthTrack;
    private int depth;

    QueueLanes(int controller, Side side, int sqid) {
        this.controller = controller;
        this.side = side;
        this.sqid = sqid;
    }

    /** One row of slices. */
    static final class Lane implements Comparable<Lane> {
        final long track;
        private final int number;
        private long lastNs;

        Lane(long track, int number) {
            this.track = track;
            this.number = number;
        }

        @Override
        public int compareTo(Lane other) {
            return Integer.compare(number, other.number);
        }
    }

    /**
     * The tail doorbell was rung: commands up to slot {@code tail} - 1 are submitted.
     *
     * @param gapsNow gaps in the trace so far
     */
    void rung(int tail, long timeNs, int gapsNow) {
        forgetBefore(gapsNow);
        if (doorbells.size() == DOORBELLS_MAX) {
            doorbells.poll();
        }
        doorbells.add(new long[] {tail, timeNs});
    }

    /**
     * When the command that is fetched now was submitted: at the first doorbell whose tail is past
     * its slot. A doorbell with this slot as its tail came before, and with it all older ones.
     *
     * @param slot slot fetched, -1 not seen: then the newest doorbell counts, for one command
     * @return {@code nowNs} if no doorbell was seen
     */
    long submittedAt(int slot, long nowNs, int gapsNow) {
        forgetBefore(gapsNow);
        if (slot < 0) {
            long[] newest = doorbells.peekLast();
            doorbells.clear();
            return newest == null ? nowNs : newest[1];
        }
        int spent = 0;
        int i = 0;
        for (long[] d : doorbells) {
            i++;
            if (d[0] == slot) {
                spent = i;
            }
        }
        for (; spent > 0; spent--) {
            doorbells.poll();
        }
        long[] covering = doorbells.peek();
        return covering == null ? nowNs : covering[1];
    }

    /** What doorbells told does not count any more. */
    void forgetDoorbells() {
        doorbells.clear();
    }

    /** What doorbells told before a gap does not count. */
    private void forgetBefore(int gapsNow) {
        if (gapsNow != gaps) {
            gaps = gapsNow;
            doorbells.clear();
        }
    }

    /**
     * @param makeLane whether one more lane may be made
     * @return a lane that was free from {@code startNs} on; null if none is and none may be made
     */
    Lane lane(long startNs, boolean makeLane, Tracks tracks) throws IOException {
        Iterator<Lane> candidates = free.iterator();
        for (int i = 0; i < LANES_TRIED && candidates.hasNext(); i++) {
            Lane lane = candidates.next();
            if (lane.lastNs <= startNs) {
                candidates.remove();
                return lane;
            }
        }
        if (!makeLane) {
            return null;
        }
        return new Lane(tracks.lane(controller, side, sqid), lanes++);
    }

    /**
     * @return lanes made
     */
    int lanes() {
        return lanes;
    }

    void opened(Span s) {
        open.add(s);
        byCid.put(s.cid, s);
        depth++;
    }

    /** It completed: its identifier may come again. */
    void completed(Span s) {
        byCid.remove(s.cid, s);
        depth--;
    }

    /** Its slice ended. */
    void closed(Span s) {
        if (!s.completed) {
            completed(s);
        }
        open.remove(s);
        s.lane.lastNs = s.lastNs;
        free.add(s.lane);
    }

    /**
     * @return the command of this identifier that has not completed, null if there is none
     */
    Span waiting(int cid) {
        return byCid.get(cid);
    }

    Collection<Span> open() {
        return open;
    }

    int depth() {
        return depth;
    }

    long depthTrack(Tracks tracks) throws IOException {
        if (depthTrack == 0) {
            depthTrack = tracks.depth(controller, side, sqid);
        }
        return depthTrack;
    }
}
