package io.nvmetap.target;

import io.nvmetap.device.Controller;
import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.InterruptSink;
import io.nvmetap.device.SharedMemory;
import io.nvmetap.device.vfiouser.RemoteController;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.ResetKind;

/**
 * What another process serves over vfio-user, as the controller that the replay's guest drives.
 * Memory that can be shared is; other memory it has to ask for.
 */
final class PeerController implements Controller {
    private final RemoteController remote;
    private PeerMemory memory;

    PeerController(RemoteController remote) {
        this.remote = remote;
    }

    @Override
    public void connect(GuestMemory guest, InterruptSink interrupts) {
        if (guest instanceof SharedMemory) {
            remote.connect(guest, interrupts);
            return;
        }
        memory = new PeerMemory(guest, MemoryRange.BASE, MemoryRange.BYTES);
        remote.connect(memory, new InOrder(interrupts));
    }

    /** Takes the stores that wait. */
    void settle() {
        if (memory != null) {
            memory.settle();
        }
    }

    /** What the driver did to memory that no driver may do, "" nothing. */
    String wrong() {
        return memory == null ? "" : memory.wrong();
    }

    /** An interrupt comes after what the driver stored before it. */
    private final class InOrder implements InterruptSink {
        private final InterruptSink next;

        InOrder(InterruptSink next) {
            this.next = next;
        }

        @Override
        public void message(int vector) {
            settle();
            next.message(vector);
        }

        @Override
        public void line(boolean asserted) {
            settle();
            next.line(asserted);
        }
    }

    @Override
    public long readRegister(long offset, int widthBytes, int cpu) {
        return remote.readRegister(offset, widthBytes, cpu);
    }

    @Override
    public void writeRegister(long offset, int widthBytes, long value, int cpu) {
        remote.writeRegister(offset, widthBytes, value, cpu);
    }

    @Override
    public long readMsix(long offset, int widthBytes, int cpu) {
        return remote.readMsix(offset, widthBytes, cpu);
    }

    @Override
    public void writeMsix(long offset, int widthBytes, long value, int cpu) {
        remote.writeMsix(offset, widthBytes, value, cpu);
    }

    @Override
    public void interruptMode(InterruptKind mode) {
        remote.interruptMode(mode);
    }

    @Override
    public void reset(ResetKind kind) {
        remote.reset(kind);
    }
}
