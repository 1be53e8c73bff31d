package io.nvmetap.guest;

import io.nvmetap.device.Controller;
import io.nvmetap.device.InterruptSink;
import io.nvmetap.device.PagedMemory;
import io.nvmetap.device.VirtualTimeline;
import io.nvmetap.nvme.Registers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/** The machine a guest runs on: memory, time, the controller's BAR, interrupts. */
final class GuestMachine implements InterruptSink {
    /** Guest memory. */
    static final long MEMORY_BASE = 0x100_0000L;

    static final long MEMORY_BYTES = 4L << 30;

    /** Pieces of work one wait may take. */
    static final long STEPS_MAX = 20_000_000;

    private static final long READY_POLL_NS = 1_000_000;

    final PagedMemory memory = new PagedMemory(MEMORY_BASE, MEMORY_BYTES);
    final VirtualTimeline timeline;
    final Controller controller;
    final SplittableRandom random;
    final GuestTally tally = new GuestTally();
    private final Map<Integer, List<Runnable>> handlers = new HashMap<>();
    private Runnable lineHandler;
    private boolean lineUp;
    private long next = MEMORY_BASE;
    private int dstrd;
    private long shadowDoorbells;

    GuestMachine(VirtualTimeline timeline, Controller controller, long seed) {
        this.timeline = timeline;
        this.controller = controller;
        this.random = new SplittableRandom(seed);
        controller.connect(memory, this);
    }

    /** Whole pages of memory that are nobody else's. */
    long allocate(long bytes) {
        long size = (bytes + PagedMemory.PAGE_SIZE - 1) / PagedMemory.PAGE_SIZE;
        long address = next;
        next += size * PagedMemory.PAGE_SIZE;
        if (next > MEMORY_BASE + MEMORY_BYTES) {
            throw new GuestStuckException("the guest is out of memory");
        }
        return address;
    }

    int read32(int offset, int cpu) {
        return (int) controller.readRegister(offset, 4, cpu);
    }

    void write32(int offset, long value, int cpu) {
        controller.writeRegister(offset, 4, value & 0xFFFF_FFFFL, cpu);
    }

    /** Two four-byte accesses, as every driver seen does. */
    long read64(int offset, int cpu) {
        long low = read32(offset, cpu) & 0xFFFF_FFFFL;
        return low | (long) read32(offset + 4, cpu) << 32;
    }

    void write64(int offset, long value, int cpu) {
        write32(offset, value, cpu);
        write32(offset + 4, value >>> 32, cpu);
    }

    /** Reads CAP and keeps what doorbells need of it. */
    long readCap(int cpu) {
        long cap = read64(Registers.CAP, cpu);
        dstrd = Registers.capDstrd(cap);
        return cap;
    }

    /** Shadow doorbells of I/O queues, 0 none (NVMe Base 2.0, Annex B.5). */
    void shadowDoorbells(long address) {
        shadowDoorbells = address;
    }

    void doorbell(int qid, boolean completion, int value, int cpu) {
        if (shadowDoorbells != 0 && qid > 0) {
            long cell = Registers.doorbellOffset(qid, completion, dstrd) - Registers.DOORBELL_BASE;
            memory.writeInt(shadowDoorbells + cell, value);
        }
        write32((int) Registers.doorbellOffset(qid, completion, dstrd), value, cpu);
    }

    /** A tail of 1 at the doorbell of a queue, and nowhere else. */
    void ring(int qid, int cpu) {
        write32((int) Registers.doorbellOffset(qid, false, dstrd), 1, cpu);
    }

    /** Lets time pass. */
    void pause(long ns) {
        timeline.advance(ns);
    }

    /** Lets time pass until the condition holds, or for so long. */
    boolean until(BooleanSupplier condition, long timeoutNs) {
        long end = timeline.nowNs() + timeoutNs;
        for (long steps = 0; !condition.getAsBoolean(); steps++) {
            if (steps >= STEPS_MAX) {
                throw new GuestStuckException("the driver goes in circles");
            }
            if (timeline.nextDueNs() > end) {
                timeline.runUntil(end);
                return condition.getAsBoolean();
            }
            timeline.runNext();
        }
        return true;
    }

    /** Looks at the condition every so often, as polling drivers do. */
    boolean poll(BooleanSupplier condition, long everyNs, long timeoutNs) {
        long end = timeline.nowNs() + timeoutNs;
        while (!condition.getAsBoolean()) {
            if (timeline.nowNs() >= end) {
                return false;
            }
            pause(everyNs);
        }
        return true;
    }

    /** Polls CSTS every millisecond until RDY is so; false if it never is, or CFS says so. */
    boolean ready(boolean on, int cpu, long timeoutNs) {
        int[] csts = {0};
        poll(
                () -> {
                    csts[0] = read32(Registers.CSTS, cpu);
                    return Registers.cstsRdy(csts[0]) == on || on && Registers.cstsCfs(csts[0]);
                },
                READY_POLL_NS,
                timeoutNs);
        return Registers.cstsRdy(csts[0]) == on;
    }

    void onMessage(int vector, Runnable handler) {
        handlers.computeIfAbsent(vector, v -> new ArrayList<>()).add(handler);
    }

    /** Handles the INTx line going up. */
    void onLine(Runnable handler) {
        lineHandler = handler;
    }

    /** The level of the INTx line. */
    boolean lineUp() {
        return lineUp;
    }

    void forgetHandlers() {
        handlers.clear();
        lineHandler = null;
    }

    @Override
    public void message(int vector) {
        List.copyOf(handlers.getOrDefault(vector, List.of())).forEach(Runnable::run);
    }

    @Override
    public void line(boolean asserted) {
        lineUp = asserted;
        if (asserted && lineHandler != null) {
            lineHandler.run();
        }
    }
}
