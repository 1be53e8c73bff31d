package io.nvmetap.device.model;

import io.nvmetap.device.Controller;
import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.InterruptSink;
import io.nvmetap.device.Timeline;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.ResetKind;
import io.nvmetap.nvme.Registers;
import java.util.List;
import java.util.Set;

/**
 * A modelled NVMe controller. The same seed, profile, faults and stimuli on a {@link
 * io.nvmetap.device.VirtualTimeline} give the same behaviour, nanosecond for nanosecond.
 *
 * <p>After a function reset interrupts are INTx and every MSI-X vector is masked, as PCIe has it: a
 * driver chooses the mode and clears the masks. Not thread safe; timeline work runs on the caller's
 * thread.
 */
public final class ModelController implements Controller {
    /** Most namespaces of one controller. */
    public static final int NAMESPACES_MAX = 1024;

    private final ModelState state;
    private final QueueTable queues;
    private final RegisterBlock registers;
    private final AsyncEvents events;
    private final DoorbellPort doorbells;

    /**
     * @param namespaces in order of their identifiers from 1, at most {@link #NAMESPACES_MAX}
     * @param seed of latencies and faults
     */
    public ModelController(
            ControllerProfile profile,
            List<NamespaceStore> namespaces,
            Timeline timeline,
            long seed,
            Set<ControllerFault> faults) {
        if (namespaces.size() > NAMESPACES_MAX) {
            throw new IllegalArgumentException("more than " + NAMESPACES_MAX + " namespaces");
        }
        state = new ModelState(profile, namespaces, timeline, seed, faults);
        queues = new QueueTable(state);
        events = new AsyncEvents(queues);
        CommandUnit unit = new CommandUnit(state, queues, events);
        queues.unit(unit);
        doorbells = new DoorbellPort(state, queues, events);
        registers = new RegisterBlock(state, queues, unit::reset);
    }

    /** Sets who is told what really happens; {@link ModelObserver#NONE} for nobody. */
    public void observe(ModelObserver observer) {
        state.observer = observer;
    }

    /** What this controller claims to be. */
    public ControllerProfile profile() {
        return state.profile;
    }

    /** Commands fetched and neither completed nor swallowed by a fault. */
    public int commandsInFlight() {
        return queues.inFlight();
    }

    /** Bytes of BAR0 up to the end of the last doorbell. */
    public long registerBytes() {
        int dstrd = Registers.capDstrd(state.profile.cap());
        return Registers.doorbellOffset(state.profile.ioQueuePairsMax() + 1, false, dstrd);
    }

    @Override
    public void connect(GuestMemory memory, InterruptSink interrupts) {
        state.memory = memory;
        state.sink = interrupts;
    }

    @Override
    public long readRegister(long offset, int widthBytes, int cpu) {
        queues.interrupts().flush();
        if (!width(widthBytes) || offset < 0 || offset >= registerBytes()) {
            return -1L >>> Long.SIZE - 8 * Math.min(Math.max(widthBytes, 1), 8);
        }
        return offset + widthBytes > Registers.DOORBELL_BASE
                ? 0
                : registers.read(offset, widthBytes);
    }

    @Override
    public void writeRegister(long offset, int widthBytes, long value, int cpu) {
        if (!width(widthBytes) || offset < 0 || offset >= registerBytes()) {
            return;
        }
        if (offset < Registers.DOORBELL_BASE) {
            registers.write(offset, widthBytes, value);
        } else if (widthBytes == 4) {
            doorbells.write(offset, (int) value & 0xFFFF, cpu);
        }
    }

    @Override
    public long readMsix(long offset, int widthBytes, int cpu) {
        return width(widthBytes) ? queues.interrupts().readTable(offset, widthBytes) : -1L;
    }

    @Override
    public void writeMsix(long offset, int widthBytes, long value, int cpu) {
        if (width(widthBytes)) {
            queues.interrupts().writeTable(offset, widthBytes, value);
        }
    }

    @Override
    public void interruptMode(InterruptKind mode) {
        queues.interrupts().mode(mode);
    }

    @Override
    public void reset(ResetKind kind) {
        registers.reset(kind);
    }

    private static boolean width(int widthBytes) {
        return widthBytes == 1 || widthBytes == 2 || widthBytes == 4 || widthBytes == 8;
    }
}
