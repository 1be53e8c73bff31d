package io.nvmetap.target;

import io.nvmetap.capture.Tap;
import io.nvmetap.device.Controller;
import io.nvmetap.device.Timeline;
import io.nvmetap.qtest.QtestController;
import io.nvmetap.qtest.QtestMachine;
import java.io.IOException;
import java.nio.file.Path;

/**
 * {@code qtest:SOCK}: no driver at all. The guest drives an NVMe function of QEMU's itself, whose
 * machine stands still.
 */
public final class QtestDriver implements ExternalDriver {
    /** Below it is what a PC keeps for itself. */
    private static final long RAM_FIRST = 1L << 20;

    /** Least RAM of a machine that anything is replayed into. */
    private static final long RAM_BYTES_MIN = 16L << 20;

    private final Path socket;
    private final QtestMachine machine;
    private final QtestController controller;

    /**
     * Connects, and disables the function if it was in use.
     *
     * @throws IOException if nobody serves qtest there, or the machine has no NVMe function
     */
    public QtestDriver(Path socket) throws IOException {
        this.socket = socket;
        this.machine = new QtestMachine(socket);
        try {
            if (machine.ramBytes() < RAM_BYTES_MIN) {
                throw new IOException("the machine has too little memory; start QEMU with -m 512");
            }
            this.controller = new QtestController(machine);
        } catch (IOException e) {
            machine.close();
            throw new IOException(socket + ": " + e.getMessage(), e);
        }
    }

    /** What is driven. */
    public QtestController controller() {
        return controller;
    }

    @Override
    public String name() {
        return "qtest:" + socket;
    }

    @Override
    public Controller build(Controller device, Timeline timeline, Tap tap) {
        return device;
    }

    @Override
    public MemoryWindow memory() {
        return new MemoryWindow(RAM_FIRST, machine.ramBytes() - RAM_FIRST);
    }

    @Override
    public void settle() {
        controller.settle();
    }

    @Override
    public String ended() {
        String why = controller.gone();
        return why.isEmpty() ? "" : "the device does not answer: " + why;
    }

    /** The device stores as QEMU says, into what is told to be the guest's. */
    @Override
    public String misdeed() {
        return "";
    }

    @Override
    public PeerLimits limits() {
        return PeerLimits.DEFAULT;
    }

    @Override
    public void close() {
        machine.close();
    }
}
