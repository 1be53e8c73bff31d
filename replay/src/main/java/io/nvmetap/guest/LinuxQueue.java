package io.nvmetap.guest;

import io.nvmetap.nvme.Cqe;
import java.util.ArrayList;
import java.util.List;

/** One I/O queue pair of the Linux-like guest: a CPU that submits, an interrupt that completes. */
final class LinuxQueue {
    static final int DEPTH = 32;

    /** The first blocks, where each queue works on its own. */
    private static final long ZONE_BLOCKS = 1 << 16;

    private static final long SUBMIT_GAP_NS = 150;
    private static final int BATCH_MAX = 8;
    private static final int BYTES_MAX = 32 * 4096;

    final GuestQueuePair pair;
    final int cpu;
    int vector;
    private final GuestMachine machine;
    private final SimulationSpec spec;
    private final DiskContent disk;
    private final LinuxDisk geometry;
    private final List<LinuxIo> tags = new ArrayList<>();
    private long left;
    private long next;
    private boolean submitting;
    private boolean stopped = true;
    private boolean rangFalsely;
    private boolean exceeded;

    /** What the guest knows of the namespace. */
    record LinuxDisk(int blockBytes, int mdts, GuestBuffer zeroPage) {
        int blocksMax() {
            int bytes = mdts == 0 ? BYTES_MAX : Math.min(BYTES_MAX, 4096 << mdts);
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
        for (int tag = 0; tag < Math.min(DEPTH, pair.sqEntries - 1); tag++) {
            tags.add(new LinuxIo(tag, new GuestBuffer(machine, bufferBytes())));
        }
    }

    private int bufferBytes() {
        boolean tooLong = spec.has(GuestFault.MDTS_EXCEEDED);
        int exceeding = tooLong && geometry.mdts > 0 ? (4096 << geometry.mdts) + 4096 : 0;
        return Math.max(BYTES_MAX, Math.min(exceeding, 2 << 20));
    }

    boolean done() {
        return left == 0 && tags.stream().noneMatch(t -> t.inFlight);
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
        kick();
    }

    void stop() {
        stopped = true;
    }

    private void kick() {
        if (!submitting && !stopped && left > 0) {
            submitting = true;
            machine.timeline.after(SUBMIT_GAP_NS, this::submit);
        }
    }

    private void submit() {
        submitting = false;
        if (stopped) {
            return;
        }
        int batch = 1 + machine.random.nextInt(BATCH_MAX);
        for (LinuxIo io : tags) {
            if (!io.inFlight && left > 0 && batch-- > 0) {
                left--;
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

    private void choose(LinuxIo io) {
        boolean fault = spec.has(GuestFault.MDTS_EXCEEDED);
        if (fault && !exceeded && left < spec.operations() / spec.cpus() / 2) {
            exceeded = true;
            int bytes = Math.min((4096 << Math.max(geometry.mdts, 1)) + 4096, io.buffer.bytes);
            io.begin(LinuxIo.Kind.TOO_LONG, 0, bytes / geometry.blockBytes);
            return;
        }
        // Requests in flight never overlap: each tag walks a part of its queue's zone.
        int blocks = 1 + machine.random.nextInt(geometry.blocksMax());
        long part = ZONE_BLOCKS / DEPTH;
        long zone = (long) cpu * ZONE_BLOCKS + io.tag * part;
        long at = zone + next++ % 4 * (part / 4);
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
        int taken = pair.reap(this::completed);
        if (taken > 0) {
            pair.acknowledge(onCpu);
            kick();
        }
        return taken;
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
        if (io.kind == LinuxIo.Kind.TOO_LONG) {
            machine.tally.errors += status == 0 ? 1 : 0;
        } else if (status != 0) {
            unsettle(io);
            if (io.aborted) {
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
        pair.place(io.sqe(geometry.blockBytes, geometry.zeroPage), spec.profile().sqeSize());
    }
}
