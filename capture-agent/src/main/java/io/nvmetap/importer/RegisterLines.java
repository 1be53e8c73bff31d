package io.nvmetap.importer;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.Registers;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * Register and doorbell lines. QEMU logs a write twice, raw and decoded; the decoded line folds
 * into the raw one, or makes the event if only it was traced.
 */
final class RegisterLines {
    /** Raw writes whose decoded line may still come. */
    static final int UNDECODED_MAX = 16;

    /** Threads told apart as CPUs. */
    static final int CPUS_MAX = 1024;

    private static final int QUEUES = 1 << 16;
    private static final int CPU_UNKNOWN = -1;

    private record Write(long thread, long offset, long value) {}

    private final EventStream stream;
    private final boolean cpusTold;
    private final Deque<Write> undecoded = new ArrayDeque<>();
    private final Map<Long, Integer> cpuOfThread = new HashMap<>();
    private final CapturedEvent heldRead = new CapturedEvent();
    private boolean readHeld;
    private long heldAtNs;
    private int heldCpu;
    private int cpuOfNextWrite = CPU_UNKNOWN;

    /**
     * @param cpusTold some lines tell the index of the virtual CPU: threads are not counted then
     */
    RegisterLines(EventStream stream, boolean cpusTold) {
        this.stream = stream;
        this.cpusTold = cpusTold;
    }

    /** A raw write below or at a doorbell. */
    void write(LogLine l, long offset, long value, int width, long timeNs) {
        if (undecoded.size() >= UNDECODED_MAX) {
            undecoded.removeFirst();
        }
        undecoded.addLast(new Write(l.thread, offset, value));
        int cpu = cpuOfNextWrite >= 0 ? cpuOfNextWrite : cpu(l.thread);
        cpuOfNextWrite = CPU_UNKNOWN;
        put(offset, width, value, timeNs, cpu);
    }

    private void put(long offset, int width, long value, long timeNs, int cpu) {
        CapturedEvent e = stream.scratch();
        if (isDoorbell(offset)) {
            boolean cq = Registers.doorbellIsCompletion(offset, 0);
            e.asDoorbell(
                    Side.DEVICE,
                    cq ? DoorbellKind.CQ_HEAD : DoorbellKind.SQ_TAIL,
                    Registers.doorbellQid(offset, 0),
                    (int) value);
        } else {
            e.asRegisterWritten(Side.DEVICE, RegisterSpace.BAR0, offset, width, value);
        }
        stream.putBeside(e, timeNs, cpu);
    }

    /** QEMU's stride is 0; a write beside the doorbells is told as it was, and rings nothing. */
    private static boolean isDoorbell(long offset) {
        return Registers.isDoorbellAligned(offset, 0)
                && offset < Registers.doorbellOffset(QUEUES, false, 0);
    }

    /**
     * A decoded write.
     *
     * @return true if it folded into a raw one
     */
    boolean decoded(LogLine l, long offset, long value, long timeNs) {
        for (Iterator<Write> i = undecoded.descendingIterator(); i.hasNext(); ) {
            Write w = i.next();
            // A decoded doorbell shows the 16 bits that count.
            long same = isDoorbell(offset) ? w.value & 0xFFFF : w.value;
            if (w.thread == l.thread && w.offset == offset && same == value) {
                i.remove();
                return true;
            }
        }
        put(offset, 4, value, timeNs, cpu(l.thread));
        return false;
    }

    /** A read; its value may follow in another line. */
    void read(LogLine l, long offset, int width, long timeNs) {
        heldRead.asRegisterReadUnseen(Side.DEVICE, RegisterSpace.BAR0, offset, width);
        readHeld = true;
        heldAtNs = timeNs;
        heldCpu = cpu(l.thread);
    }

    /**
     * The value of the read before it, and the CPU that read.
     *
     * @return false if no such read came before
     */
    boolean readValue(LogLine l) {
        long address = l.need("addr", LogLine.ANY);
        long value = l.need("value", LogLine.ANY);
        if (l.bad || !readHeld || (address - heldRead.registerOffset & 0xFFF) != 0) {
            return false;
        }
        heldRead.value = value;
        heldRead.flag = true;
        heldCpu = learnCpu(l);
        release();
        return true;
    }

    /** The CPU of the write that follows. */
    void cpuOfWrite(LogLine l) {
        cpuOfNextWrite = learnCpu(l);
    }

    private int learnCpu(LogLine l) {
        int cpu = (int) l.need("cpu", CPUS_MAX - 1);
        if (l.bad) {
            return CPU_UNKNOWN;
        }
        if (l.thread >= 0 && cpuOfThread.size() < CPUS_MAX) {
            cpuOfThread.put(l.thread, cpu);
        }
        return cpu;
    }

    /** No value follows. */
    void release() {
        if (readHeld) {
            readHeld = false;
            stream.putBeside(heldRead, heldAtNs, heldCpu);
        }
    }

    private int cpu(long thread) {
        Integer cpu = thread < 0 ? null : cpuOfThread.get(thread);
        if (cpu != null) {
            return cpu;
        }
        if (thread < 0 || cpusTold || cpuOfThread.size() >= CPUS_MAX) {
            return CPU_UNKNOWN;
        }
        int next = cpuOfThread.size();
        cpuOfThread.put(thread, next);
        return next;
    }
}
