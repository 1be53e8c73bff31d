package io.nvmetap.guest;

import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import java.util.ArrayList;
import java.util.List;

/** One I/O queue pair of the Linux-like guest: a CPU that submits, an interrupt that completes. */
final class LinuxQueue {
    static final int DEPTH = 32;

    /** The first blocks, where each queue works on its own. */
    private static final long ZONE_BLOCKS = 1 << 16;

    private static final long SUBMIT_GAP_NS = 150;
    private static final int BATCH_MAX = 8;
    private static final int GENERATIONS = 16;
    private static final long LATE_NS = 300_000;
    private static final int BUSY_SPELL = 40;
    private static final long IDLE_NS = 300_000_000;
    private static final int BYTES_MAX = 32 * 4096;
    private static final int PAGE = 4096;

    /** A list page full, and a bit. */
    private static final int LARGE_BYTES_MAX = 528 * PAGE;

    private static final int LARGE_PAGES = 510;
    private static final int LARGE_ZONES = 32;

    final GuestQueuePair pair;
    final int cpu;
    int vector;
    private final GuestMachine machine;
    private final SimulationSpec spec;
    private final DiskContent disk;
    private final LinuxDisk geometry;
    private final List<LinuxIo> tags = new ArrayList<>();
    private long left;
    private long heldBack;
    private int sinceIdle;
    private long next;
    private boolean submitting;
    private boolean stopped = true;
    private boolean closed;
    private boolean rangFalsely;
    private boolean exceeded;
    private boolean headDue;

    /** Queues that post to the completion queue of this one, itself included. */
    private final List<LinuxQueue> posting = new ArrayList<>();

    private LinuxQueue completer = this;
    private boolean wentNowhere;

    /** What the guest knows of the namespace. */
    record LinuxDisk(int blockBytes, int mdts, GuestBuffer zeroPage) {
        int blocksMax(int bytesMax) {
            int bytes = mdts == 0 ? bytesMax : Math.min(bytesMax, 4096 << mdts);
            return bytes / blockBytes;
        }
    }

    LinuxQueue(
            GuestMachine machine,
            GuestQueuePair pair,
            SimulationSpec spec,
            DiskContent disk,
            LinuxDisk geometry) {
        this.machine = machine;
        this.pair = pair;
        this.spec = spec;
        this.disk = disk;
        this.geometry = geometry;
        this.cpu = pair.qid - 1;
        this.left = spec.operations() / spec.cpus();
        posting.add(this);
        int generations = spec.has(GuestHabit.PLAIN_TAGS) ? 1 : GENERATIONS;
        int depth = spec.has(GuestHabit.TRUSTS_SQHD) ? DEPTH : Math.min(DEPTH, pair.sqEntries - 1);
        for (int tag = 0; tag < depth; tag++) {
            tags.add(new LinuxIo(tag, generations, new GuestBuffer(machine, bufferBytes(), spec)));
        }
    }

    private int bufferBytes() {
        boolean tooLong = spec.has(GuestFault.MDTS_EXCEEDED);
        int exceeding = tooLong && geometry.mdts > 0 ? (4096 << geometry.mdts) + 4096 : 0;
        return Math.max(bytesMax(), Math.min(exceeding, 2 << 20));
    }

    private int bytesMax() {
        return spec.has(GuestHabit.LARGE_TRANSFERS) ? LARGE_BYTES_MAX : BYTES_MAX;
    }

    /** Any length; where transfers are large every other one fills a list page, nearly or just. */
    private int length() {
        int most = geometry.blocksMax(bytesMax());
        if (spec.has(GuestHabit.LARGE_TRANSFERS) && machine.random.nextBoolean()) {
            int bytes = (LARGE_PAGES + machine.random.nextInt(6)) * PAGE;
            return Math.min(most, bytes / geometry.blockBytes);
        }
        return 1 + machine.random.nextInt(geometry.blocksMax(BYTES_MAX));
    }

    /** From now on this queue's completions are found by another one. */
    void completedBy(LinuxQueue other) {
        completer = other;
        other.posting.add(this);
    }

    boolean done() {
        return left == 0 && !headDue && idle();
    }

    /** Keeps half of the work for later. */
    void holdBack() {
        heldBack = left / 2;
        left -= heldBack;
    }

    /** Goes on with the other half. */
    void release() {
        left += heldBack;
        heldBack = 0;
    }

    boolean halfDone() {
        return left <= spec.operations() / spec.cpus() / 2;
    }

    boolean idle() {
        return tags.stream().noneMatch(t -> t.inFlight);
    }

    /** The oldest command that is overdue, or null. */
    LinuxIo overdue(long timeoutNs) {
        LinuxIo oldest = null;
        for (LinuxIo io : tags) {
            if (io.inFlight
                    && machine.timeline.nowNs() - io.submittedNs >= timeoutNs
                    && (oldest == null || io.submittedNs < oldest.submittedNs)) {
                oldest = io;
            }
        }
        return oldest;
    }

    /** After a reset: all that was in flight is submitted again. */
    void requeue() {
        for (LinuxIo io : tags) {
            if (io.inFlight) {
                io.inFlight = false;
                left++;
                unsettle(io);
            }
        }
    }

    void start() {
        stopped = false;
        closed = false;
        kick();
    }

    void stop() {
        stopped = true;
    }

    /** Its submission queue is gone: nothing is expected here until it is started again. */
    void close() {
        closed = true;
    }

    private void kick() {
        if (!submitting && !stopped && left > 0) {
            submitting = true;
            machine.timeline.after(gapNs(), this::submit);
        }
    }

    private long gapNs() {
        if (!spec.has(GuestHabit.IDLE_SPELLS) || sinceIdle < BUSY_SPELL) {
            return SUBMIT_GAP_NS;
        }
        sinceIdle = 0;
        return IDLE_NS;
    }

    private void submit() {
        submitting = false;
        if (stopped) {
            return;
        }
        int batch = 1 + machine.random.nextInt(BATCH_MAX);
        for (LinuxIo io : tags) {
            if (!io.inFlight && left > 0 && room() && batch-- > 0) {
                left--;
                sinceIdle++;
                choose(io);
                io.stamp = io.kind == LinuxIo.Kind.WRITE ? disk.stamp() : 0;
                io.submittedNs = machine.timeline.nowNs();
                place(io);
            }
        }
        if (pair.unrung() > 0) {
            if (!rangFalsely
                    && left < spec.operations() / spec.cpus() / 2
                    && spec.has(GuestFault.SQ_TAIL_OUT_OF_RANGE)) {
                rangFalsely = true;
                pair.ringOutOfRange(cpu);
            }
            pair.ring(cpu);
            kick();
        }
    }

    /** Linux counts tags and looks at no SQHD. */
    private boolean room() {
        return !spec.has(GuestHabit.TRUSTS_SQHD) || pair.room();
    }

    private void choose(LinuxIo io) {
        boolean fault = spec.has(GuestFault.MDTS_EXCEEDED);
        if (fault && !exceeded && left < spec.operations() / spec.cpus() / 2) {
            exceeded = true;
            int bytes = Math.min((4096 << Math.max(geometry.mdts, 1)) + 4096, io.buffer.bytes);
            io.begin(LinuxIo.Kind.TOO_LONG, 0, bytes / geometry.blockBytes);
            return;
        }
        if (!wentNowhere
                && left < spec.operations() / spec.cpus() / 2
                && spec.has(GuestFault.PRP2_JUNK)) {
            wentNowhere = true;
            io.begin(LinuxIo.Kind.NOWHERE, 0, 1);
            return;
        }
        // Requests in flight never overlap: each tag walks a part of its queue's zone.
        int blocks = length();
        long zones = spec.has(GuestHabit.LARGE_TRANSFERS) ? LARGE_ZONES : 1;
        long part = zones * ZONE_BLOCKS / DEPTH;
        long zone = cpu * zones * ZONE_BLOCKS + io.tag * part;
        long at = zone + next++ % 4 * (part / 4);
        if (spec.has(GuestHabit.UNALIGNED_TRANSFERS)) {
            at += machine.random.nextInt((int) part / 4 - blocks + 1);
        }
        boolean zeroes = spec.has(GuestFault.BUFFER_REUSE);
        int kind = machine.random.nextInt(20);
        if (kind == 0) {
            io.begin(LinuxIo.Kind.FLUSH, 0, 0);
        } else if (kind < 9) {
            io.begin(zeroes ? LinuxIo.Kind.ZEROES : LinuxIo.Kind.WRITE, at, blocks);
        } else {
            io.begin(LinuxIo.Kind.READ, at, blocks);
        }
    }

    /** Interrupt handler, or a poll after a timeout. Returns completions taken. */
    int interrupted(int onCpu) {
        if (completer != this) {
            return completer.interrupted(onCpu);
        }
        int taken = closed ? 0 : pair.reap(this::route);
        if (taken > 0) {
            if (spec.has(GuestHabit.LATE_HEADS)) {
                acknowledgeLate(onCpu);
            } else {
                pair.acknowledge(onCpu);
            }
            posting.forEach(LinuxQueue::kick);
        }
        return taken;
    }

    private void acknowledgeLate(int onCpu) {
        if (headDue) {
            return;
        }
        headDue = true;
        machine.timeline.after(
                LATE_NS,
                () -> {
                    headDue = false;
                    if (!stopped && pair.unacknowledged()) {
                        pair.acknowledge(onCpu);
                    }
                });
    }

    private void route(byte[] cqe) {
        for (LinuxQueue queue : posting) {
            if (posting.size() == 1 || queue.pair.qid == Cqe.sqid(cqe, 0)) {
                queue.completed(cqe);
                return;
            }
        }
        machine.tally.errors++;
    }

    private void completed(byte[] cqe) {
        machine.tally.commands++;
        int tag = Cqe.cid(cqe, 0) & 0xFFF;
        LinuxIo io = tag < tags.size() ? tags.get(tag) : null;
        if (io == null || !io.inFlight || io.cid() != Cqe.cid(cqe, 0)) {
            machine.tally.errors++;
            return;
        }
        io.inFlight = false;
        int status = Cqe.status(cqe, 0);
        if (io.hopeless()) {
            machine.tally.errors += status == 0 ? 1 : 0;
        } else if (status != 0) {
            unsettle(io);
            if (io.aborted || stopped && status == StatusCode.ABORTED_SQ_DELETION) {
                left++;
            } else {
                machine.tally.errors++;
            }
        } else {
            settle(io);
        }
    }

    private void unsettle(LinuxIo io) {
        boolean writes = io.kind == LinuxIo.Kind.WRITE || io.kind == LinuxIo.Kind.ZEROES;
        for (int i = 0; writes && i < io.blocks; i++) {
            disk.unsettled(io.slba + i);
        }
    }

    private void settle(LinuxIo io) {
        int size = geometry.blockBytes;
        if (io.kind == LinuxIo.Kind.READ) {
            byte[] content = io.buffer.get(0, io.blocks * size);
            for (int i = 0; i < io.blocks; i++) {
                boolean right = disk.matches(io.slba + i, content, i * size, size);
                machine.tally.verifiedBlocks += right ? 1 : 0;
                machine.tally.wrongBlocks += right ? 0 : 1;
            }
        } else {
            for (int i = 0; i < io.blocks; i++) {
                disk.written(io.slba + i, io.stamp);
            }
        }
    }

    void submitOneRead() {
        LinuxIo io = tags.get(0);
        io.begin(LinuxIo.Kind.READ, 0, 1);
        io.submittedNs = machine.timeline.nowNs();
        place(io);
        pair.ring(cpu);
    }

    /** Linux knows the controllers whose entries lie wider apart than CC.IOSQES says. */
    private void place(LinuxIo io) {
        byte[] sqe = io.sqe(geometry.blockBytes, geometry.zeroPage);
        boolean onePage = io.blocks > 0 && io.blocks * geometry.blockBytes <= PAGE;
        if (onePage && !io.hopeless() && spec.has(GuestFault.PRP2_JUNK)) {
            Sqe.putPrp2(sqe, 0, io.buffer.address + 8L * io.tag + 4);
        }
        pair.place(sqe, spec.profile().sqeSize());
    }
}
