package io.nvmetap.guest;

import io.nvmetap.event.InterruptKind;
import io.nvmetap.nvme.Registers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How interrupts reach the Linux-like guest: MSI-X, MSI, or the INTx line. With the line, and with
 * MSI if it has that habit, the first half of the handler masks in INTMS, the second half looks at
 * every queue of the vector and unmasks in INTMC.
 */
final class LinuxInterrupts {
    private static final int CPU = LinuxAdmin.CPU;

    /** From the interrupt to the first half of the handler, and from there to the second. */
    private static final long IRQ_NS = 1_500;

    private static final long SECOND_HALF_NS = 20_000;

    /** Between two queues of one handler. */
    private static final long NEXT_QUEUE_NS = 2_000;

    private static final int MSIX_ENTRY_BYTES = 16;
    private static final int MSIX_CONTROL = 12;
    private static final long MSIX_ADDRESS = 0xFEE0_0000L;
    private static final int MESSAGES_MAX = 32;
    private static final long ALL = 0xFFFF_FFFFL;

    private final GuestMachine machine;
    private final int vectors;
    private final InterruptKind mode;
    private final boolean masks;

    /** Handlers by vector, in the order in which they look; and vectors that are being handled. */
    private final Map<Integer, List<Runnable>> handlers = new TreeMap<>();

    private final Set<Integer> handled = new HashSet<>();
    private int epoch;

    LinuxInterrupts(GuestMachine machine, SimulationSpec spec) {
        this.machine = machine;
        vectors = spec.profile().vectors();
        if (spec.has(GuestHabit.PIN_INTERRUPTS)) {
            mode = InterruptKind.INTX;
        } else if (spec.has(GuestHabit.MESSAGE_INTERRUPTS)
                || spec.has(GuestHabit.MASKED_MESSAGE_INTERRUPTS)) {
            mode = InterruptKind.MSI;
        } else {
            mode = InterruptKind.MSIX;
        }
        masks =
                mode == InterruptKind.INTX
                        || mode == InterruptKind.MSI
                                && spec.has(GuestHabit.MASKED_MESSAGE_INTERRUPTS);
    }

    /** They are messages that the table masks one by one. */
    boolean byTable() {
        return mode == InterruptKind.MSIX;
    }

    /** The vector of a queue: its own as long as there are enough. */
    int vector(int qid) {
        return switch (mode) {
            case MSIX -> Math.min(qid, vectors - 1);
            case MSI -> Math.min(qid, Math.min(vectors, MESSAGES_MAX) - 1);
            case INTX, UNKNOWN -> 0;
        };
    }

    /** The controller is ready: nothing is masked, unless it is one that forgot to clear INTMS. */
    void begin() {
        epoch++;
        machine.controller.interruptMode(mode);
        machine.forgetHandlers();
        handlers.clear();
        handled.clear();
        if (mode == InterruptKind.INTX) {
            machine.onLine(() -> interrupted(0));
        }
        if (masks) {
            long left = machine.read32(Registers.INTMS, CPU) & ALL;
            if (left != 0) {
                machine.write32(Registers.INTMC, left, CPU);
            }
        }
    }

    /** From now on the vector's interrupts are handled so, besides what handles them already. */
    void open(int vector, Runnable handler) {
        boolean first = !handlers.containsKey(vector);
        handlers.computeIfAbsent(vector, v -> new ArrayList<>()).add(handler);
        switch (mode) {
            case MSIX -> {
                machine.onMessage(vector, () -> machine.timeline.after(IRQ_NS, handler));
                tableEntry(vector);
            }
            case MSI -> {
                if (first) {
                    machine.onMessage(vector, () -> interrupted(vector));
                }
            }
            default -> {
                // The line has its handler since begin().
            }
        }
    }

    private void tableEntry(int vector) {
        long entry = (long) vector * MSIX_ENTRY_BYTES;
        machine.controller.writeMsix(entry, 4, MSIX_ADDRESS, CPU);
        machine.controller.writeMsix(entry + 4, 4, 0, CPU);
        machine.controller.writeMsix(entry + 8, 4, 0x20 + vector, CPU);
        mask(vector, false, CPU);
    }

    /** Masks or unmasks in the MSI-X table, and reads back. */
    void mask(int vector, boolean set, int cpu) {
        long control = (long) vector * MSIX_ENTRY_BYTES + MSIX_CONTROL;
        machine.controller.writeMsix(control, 4, set ? 1 : 0, cpu);
        machine.controller.readMsix(control, 4, cpu);
    }

    /** The driver lets go: no interrupt from now on. */
    void end() {
        epoch++;
        machine.forgetHandlers();
        if (masks) {
            machine.write32(Registers.INTMS, ALL, CPU);
        }
    }

    private void interrupted(int vector) {
        if (!masks) {
            List<Runnable> all = handlers.getOrDefault(vector, List.of());
            machine.timeline.after(IRQ_NS, () -> List.copyOf(all).forEach(Runnable::run));
            return;
        }
        if (!handled.add(vector)) {
            // The handler is under way and will look at every queue.
            return;
        }
        later(
                IRQ_NS,
                () -> {
                    machine.write32(Registers.INTMS, 1L << vector, CPU);
                    later(SECOND_HALF_NS, () -> secondHalf(vector, 0));
                });
    }

    private void secondHalf(int vector, int next) {
        List<Runnable> all = handlers.getOrDefault(vector, List.of());
        if (next < all.size()) {
            all.get(next).run();
            later(NEXT_QUEUE_NS, () -> secondHalf(vector, next + 1));
            return;
        }
        // What is there by now interrupts at the unmask.
        handled.remove(vector);
        machine.write32(Registers.INTMC, 1L << vector, CPU);
        if (mode == InterruptKind.INTX && machine.lineUp()) {
            interrupted(vector);
        }
    }

    /** Work of a handler; nothing of it is left after a reset. */
    private void later(long ns, Runnable work) {
        int mine = epoch;
        machine.timeline.after(
                ns,
                () -> {
                    if (mine == epoch) {
                        work.run();
                    }
                });
    }
}
