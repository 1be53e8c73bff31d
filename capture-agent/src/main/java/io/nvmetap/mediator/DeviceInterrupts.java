package io.nvmetap.mediator;

import io.nvmetap.device.InterruptSink;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.Registers;
import java.util.BitSet;

/** Where the controller's interrupts arrive. It may call while it works, so ours comes after. */
final class DeviceInterrupts implements InterruptSink {
    private static final int VECTORS_MAX = 2048;

    private final MediatorState state;
    private final GuestInterrupts interrupts;
    private final MsixTable msix;
    private final Completer completer;
    private final DevicePort port;
    private final BitSet raised = new BitSet();
    private final Runnable handler = this::handle;
    private boolean scheduled;
    private Poller poller;

    DeviceInterrupts(
            MediatorState state,
            GuestInterrupts interrupts,
            MsixTable msix,
            Completer completer,
            DevicePort port) {
        this.state = state;
        this.interrupts = interrupts;
        this.msix = msix;
        this.completer = completer;
        this.port = port;
    }

    void wire(Poller newPoller) {
        poller = newPoller;
    }

    @Override
    public void message(int vector) {
        InterruptKind mode = interrupts.mode();
        raised(vector, mode);
        if (vector < 0 || vector >= VECTORS_MAX) {
            return;
        }
        // fault: unmask-without-recheck. The edge is dropped, and nobody looks later.
        boolean drops = state.has(MediatorFault.UNMASK_WITHOUT_RECHECK);
        if (drops && mode == InterruptKind.MSIX && msix.masked(vector)) {
            interrupts.suppressed(vector, "the guest masks the vector");
            return;
        }
        raised.set(vector);
        schedule();
    }

    @Override
    public void line(boolean asserted) {
        interrupts.deviceLine(asserted);
        if (asserted) {
            raised(0, InterruptKind.INTX);
            schedule();
        } else {
            int cpu = state.tap.cpu;
            state.tap.cpu = -1;
            state.tap.lineLowered(Side.DEVICE);
            state.tap.cpu = cpu;
        }
    }

    /** Not on behalf of the CPU whose access may be under way. */
    private void raised(int vector, InterruptKind mode) {
        int cpu = state.tap.cpu;
        state.tap.cpu = -1;
        state.tap.interrupt(EventKind.INTERRUPT_RAISED, Side.DEVICE, vector, mode, "");
        state.tap.cpu = cpu;
    }

    private void schedule() {
        if (!scheduled) {
            scheduled = true;
            state.timeline.after(0, handler);
        }
    }

    private void handle() {
        scheduled = false;
        state.tap.cpu = -1;
        boolean byVector = interrupts.mode() == InterruptKind.MSIX;
        // fault: ans2-intms-keepalive.
        boolean reads =
                state.profile.readIntmsOnMsi() && !state.has(MediatorFault.ANS2_INTMS_KEEPALIVE);
        if (interrupts.mode() == InterruptKind.MSI && reads) {
            port.read(Registers.INTMS, 4);
        }
        for (int i = 0; i < state.queues.allCqs.size(); i++) {
            CqShadow cq = state.queues.allCqs.get(i);
            if (!byVector || raised.get(cq.vector)) {
                completer.scan(cq);
            }
        }
        raised.clear();
        // A level that stays up says nothing of what comes next.
        poller.kick();
    }
}
