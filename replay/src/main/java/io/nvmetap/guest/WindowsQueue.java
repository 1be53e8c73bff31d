package io.nvmetap.guest;

import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Sqe;
import java.util.ArrayList;
import java.util.List;

/**
 * One I/O queue pair of the Windows-like guest. It finds a request by SQID and CID of the
 * completion, and places no more entries than SQHD says were taken.
 */
final class WindowsQueue {
    private static final int DEPTH = 24;

    /** Blocks where each queue works on its own, beyond those of the Linux-like guest. */
    private static final long ZONE_BLOCKS = 1 << 14;

    private static final long ZONES_BASE = 1 << 22;
    private static final int BLOCKS_MAX = 64;
    private static final long SUBMIT_GAP_NS = 400;

    final GuestQueuePair pair;
    private final GuestMachine machine;
    private final SimulationSpec spec;
    private final DiskContent disk;
    private final Disk geometry;
    private final int cpu;
    private final List<LinuxIo> requests = new ArrayList<>();
    private long left;
    private long next;
    private int tail;
    private int head;
    private boolean submitting;
    private boolean stopped = true;

    /** What the guest knows of the namespace. */
    record Disk(int blockBytes, int mdts) {
        int blocksMax() {
            int bytes = mdts == 0 ? Integer.MAX_VALUE : 4096 << mdts;
            return Math.min(BLOCKS_MAX, bytes / blockBytes);
        }
    }

    WindowsQueue(
            GuestMachine machine,
            GuestQueuePair pair,
            SimulationSpec spec,
            DiskContent disk,
            Disk geometry) {
        this.machine = machine;
        this.pair = pair;
        this.spec = spec;
        this.disk = disk;
        this.geometry = geometry;
        cpu = pair.qid - 1;
        left = spec.operations() / spec.cpus();
        int bytes = geometry.blocksMax() * geometry.blockBytes();
        for (int i = 0; i < Math.min(DEPTH, pair.sqEntries - 1); i++) {
            requests.add(new LinuxIo(i, 16, new GuestBuffer(machine, bytes)));
        }
    }

    boolean done() {
        return left == 0 && requests.stream().noneMatch(r -> r.inFlight);
    }

    boolean overdue(long timeoutNs) {
        long now = machine.timeline.nowNs();
        return requests.stream().anyMatch(r -> r.inFlight && now - r.submittedNs >= timeoutNs);
    }

    void start() {
        stopped = false;
        tail = 0;
        head = 0;
        kick();
    }

    void stop() {
        stopped = true;
    }

    /** After a reset: all that was in flight is done again. */
    void startAgain() {
        for (LinuxIo r : requests) {
            if (r.inFlight) {
                r.inFlight = false;
                left++;
                unsettle(r);
            }
        }
        start();
    }

    private void kick() {
        if (!submitting && !stopped && left > 0) {
            submitting = true;
            machine.timeline.after(SUBMIT_GAP_NS, this::submit);
        }
    }

    /** One request a doorbell. */
    private void submit() {
        submitting = false;
        LinuxIo free = requests.stream().filter(r -> !r.inFlight).findFirst().orElse(null);
        boolean room = (tail + 1) % pair.sqEntries != head;
        if (stopped || left == 0 || free == null || !room) {
            return;
        }
        left--;
        choose(free);
        place(free);
        kick();
    }

    private void choose(LinuxIo r) {
        long zone = ZONES_BASE + cpu * ZONE_BLOCKS + r.tag * (ZONE_BLOCKS / DEPTH);
        long at = zone + next++ % 4 * BLOCKS_MAX;
        int blocks = 1 + machine.random.nextInt(geometry.blocksMax());
        int kind = machine.random.nextInt(16);
        if (kind == 0) {
            r.begin(LinuxIo.Kind.FLUSH, 0, 0);
        } else {
            r.begin(kind < 7 ? LinuxIo.Kind.WRITE : LinuxIo.Kind.READ, at, blocks);
        }
        r.stamp = r.kind == LinuxIo.Kind.WRITE ? disk.stamp() : 0;
    }

    private void place(LinuxIo r) {
        r.submittedNs = machine.timeline.nowNs();
        byte[] sqe = r.sqe(geometry.blockBytes(), null);
        Sqe.putCid(sqe, 0, r.tag);
        pair.place(sqe, spec.profile().sqeSize());
        tail = (tail + 1) % pair.sqEntries;
        pair.ring(cpu);
    }

    void interrupted() {
        if (pair.reap(this::completed) > 0) {
            pair.acknowledge(cpu);
            kick();
        }
    }

    private void completed(byte[] cqe) {
        machine.tally.commands++;
        int tag = Cqe.cid(cqe, 0);
        LinuxIo r = tag < requests.size() ? requests.get(tag) : null;
        int taken = Cqe.sqhd(cqe, 0);
        if (r == null || !r.inFlight || Cqe.sqid(cqe, 0) != pair.qid || !placed(taken)) {
            // Of no request of this queue: the watchdog will see to it.
            machine.tally.errors++;
            return;
        }
        head = taken;
        r.inFlight = false;
        if (Cqe.status(cqe, 0) != 0) {
            machine.tally.errors++;
            unsettle(r);
        } else {
            settle(r);
        }
    }

    /** Whether an SQHD lies where entries were placed and not yet known to be taken. */
    private boolean placed(int sqhd) {
        int n = pair.sqEntries;
        return sqhd < n && Math.floorMod(sqhd - head, n) <= Math.floorMod(tail - head, n);
    }

    private void unsettle(LinuxIo r) {
        for (int i = 0; r.kind == LinuxIo.Kind.WRITE && i < r.blocks; i++) {
            disk.unsettled(r.slba + i);
        }
    }

    private void settle(LinuxIo r) {
        int size = geometry.blockBytes();
        if (r.kind == LinuxIo.Kind.READ) {
            byte[] content = r.buffer.get(0, r.blocks * size);
            for (int i = 0; i < r.blocks; i++) {
                boolean right = disk.matches(r.slba + i, content, i * size, size);
                machine.tally.verifiedBlocks += right ? 1 : 0;
                machine.tally.wrongBlocks += right ? 0 : 1;
            }
        }
        for (int i = 0; r.kind == LinuxIo.Kind.WRITE && i < r.blocks; i++) {
            disk.written(r.slba + i, r.stamp);
        }
    }

    void submitOneRead() {
        LinuxIo r = requests.get(0);
        r.begin(LinuxIo.Kind.READ, ZONES_BASE, 1);
        place(r);
    }
}
