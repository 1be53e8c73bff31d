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

    private record Write(long thread, long offset, long value) {}

    private final EventStream stream;
    private final Deque<Write> undecoded = new ArrayDeque<>();
    private final Map<Long, Integer> cpuOfThread = new HashMap<>();
    private final CapturedEvent heldRead = new CapturedEvent();
    private boolean readHeld;
    private long heldAtNs;
    private int heldCpu;
    private int cpuOfNextWrite = -1;

    RegisterLines(EventStream stream) {
        this.stream = stream;
    }

    /** A raw write below or at a doorbell. */
    void write(LogLine l, long timeNs) {
        long offset = l.number("addr", -1);
        long value = l.number("data", 0);
        int width = (int) l.number("size", 4);
        if (undecoded.size() >= UNDECODED_MAX) {
            undecoded.removeFirst();
        }
        undecoded.addLast(new Write(l.thread, offset, value));
        int cpu = cpuOfNextWrite >= 0 ? cpuOfNextWrite : cpu(l.thread);
        cpuOfNextWrite = -1;
        put(offset, width, value, timeNs, cpu);
    }

    private void put(long offset, int width, long value, long timeNs, int cpu) {
        CapturedEvent e = stream.scratch();
        if (Registers.isDoorbell(offset)) {
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

    /**
     * A decoded write.
     *
     * @return true if it folded into a raw one
     */
    boolean decoded(LogLine l, long offset, long value, long timeNs) {
        for (Iterator<Write> i = undecoded.descendingIterator(); i.hasNext(); ) {
            Write w = i.next();
            if (w.thread == l.thread && w.offset == offset && w.value == value) {
                i.remove();
                return true;
            }
        }
        put(offset, 4, value, timeNs, cpu(l.thread));
        return false;
    }

    /** A read; its value may follow in another line. */
    void read(LogLine l, long timeNs) {
        heldRead.asRegisterReadUnseen(
                Side.DEVICE, RegisterSpace.BAR0, l.number("addr", 0), (int) l.number("size", 4));
        readHeld = true;
        heldAtNs = timeNs;
        heldCpu = cpu(l.thread);
    }

    /** The value of the read before it, and the CPU that read. */
    boolean readValue(LogLine l) {
        long address = l.number("addr", -1);
        if (!readHeld || (address - heldRead.registerOffset & 0xFFF) != 0) {
            return false;
        }
        heldRead.value = l.number("value", 0);
        heldRead.flag = true;
        heldCpu = (int) l.number("cpu", heldCpu);
        release();
        return true;
    }

    /** The CPU of the write that follows. */
    void cpuOfWrite(LogLine l) {
        cpuOfNextWrite = (int) l.number("cpu", -1);
    }

    /** No value follows. */
    void release() {
        if (readHeld) {
            readHeld = false;
            stream.putBeside(heldRead, heldAtNs, heldCpu);
        }
    }

    private int cpu(long thread) {
        if (thread < 0 || cpuOfThread.size() >= CPUS_MAX) {
            return -1;
        }
        return cpuOfThread.computeIfAbsent(thread, t -> cpuOfThread.size());
    }
}
