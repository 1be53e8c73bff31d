package io.nvmetap.qtest;

import io.nvmetap.nvme.Registers;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/**
 * An NVMe function on PCI bus 0 of a stopped machine: found, given its BAR0 and made bus master,
 * with MSI-X messages that arrive as words in RAM, since no processor takes interrupts.
 */
final class QtestFunction {
    /** MSI-X vectors a function has at most (PCI Local Bus 3.0, 6.8.2.3). */
    static final int VECTORS_MAX = 2048;

    /** How long a function that was in use may take to be disabled. */
    static final long DISABLE_NS_MAX = 10_000_000_000L;

    /** Where BAR0 goes: in the memory hole of q35 and pc, above all RAM used here. */
    static final long BAR_ADDRESS = 0xE000_0000L;

    /** Where messages go: a word a vector, in low RAM that nobody else uses. */
    static final long MESSAGE_ADDRESS = 0x8000;

    static final int ENTRY_BYTES = 16;
    static final int ENTRY_CONTROL = 12;

    private static final int FUNCTIONS = 256;
    private static final int FUNCTIONS_PER_DEVICE = 8;
    private static final long CLASS_NVME = 0x010802;
    private static final int COMMAND = 0x04;
    private static final int COMMAND_MEMORY = 2;
    private static final int COMMAND_MASTER = 4;
    private static final long STATUS_INTERRUPT = 1L << 19;
    private static final int CLASS = 0x08;
    private static final int HEADER = 0x0C;
    private static final long MULTI_FUNCTION = 1L << 23;
    private static final int BAR0 = 0x10;
    private static final int CAPABILITIES = 0x34;
    private static final int CAPABILITIES_MAX = 48;
    private static final int CAPABILITY_MSIX = 0x11;
    private static final long MSIX_ENABLE = 1L << 31;
    private static final long MSIX_MASK = 1L << 30;
    private static final long LOOK_NS = 1_000_000;

    private final QtestMachine machine;
    private final int function;
    private int msix;
    private int vectors;
    private long table;

    private QtestFunction(QtestMachine machine, int function) {
        this.machine = machine;
        this.function = function;
    }

    /**
     * The first NVMe function of the machine, disabled whatever was done with it before.
     *
     * @throws IOException if there is none, or it cannot be disabled
     */
    static QtestFunction find(QtestMachine machine) throws IOException {
        for (int function = 0; function < FUNCTIONS; ) {
            long ids = machine.readConfig(function, 0);
            boolean there = (ids & 0xFFFF) != 0xFFFF;
            if (there && machine.readConfig(function, CLASS) >>> 8 == CLASS_NVME) {
                QtestFunction found = new QtestFunction(machine, function);
                found.open();
                return found;
            }
            boolean first = function % FUNCTIONS_PER_DEVICE == 0;
            boolean more = there && (machine.readConfig(function, HEADER) & MULTI_FUNCTION) != 0;
            function += first && !more ? FUNCTIONS_PER_DEVICE : 1;
        }
        throw new IOException(
                "the machine has no NVMe function on PCI bus 0; start QEMU with -device"
                        + " nvme,serial=S,drive=D,addr=04.0");
    }

    private void open() throws IOException {
        machine.writeConfig(function, COMMAND, 0);
        machine.writeConfig(function, BAR0, BAR_ADDRESS);
        machine.writeConfig(function, BAR0 + 4, 0);
        machine.writeConfig(function, COMMAND, COMMAND_MEMORY);
        findMsix();
        disable();
        machine.writeConfig(function, COMMAND, COMMAND_MEMORY | COMMAND_MASTER);
        maskAll();
    }

    private void findMsix() throws IOException {
        int at = (int) machine.readConfig(function, CAPABILITIES) & 0xFC;
        for (int i = 0; at != 0 && i < CAPABILITIES_MAX; i++) {
            long head = machine.readConfig(function, at);
            if ((head & 0xFF) == CAPABILITY_MSIX) {
                long place = machine.readConfig(function, at + 4);
                // Only BAR0 is placed; QEMU keeps the table there.
                boolean inBar0 = (place & 7) == 0;
                msix = inBar0 ? at : 0;
                table = BAR_ADDRESS + (place & ~7L);
                vectors = inBar0 ? ((int) (head >>> 16) & 0x7FF) + 1 : 0;
                return;
            }
            at = (int) (head >>> 8) & 0xFC;
        }
    }

    /** Clears CC and waits until the controller is disabled (NVMe Base 2.0c 3.1.3.5, CC.EN). */
    void disable() throws IOException {
        write(Registers.CC, 4, 0);
        write(Registers.INTMC, 4, 0xFFFF_FFFFL);
        long deadline = System.nanoTime() + DISABLE_NS_MAX;
        while (Registers.cstsRdy((int) read(Registers.CSTS, 4))) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException(
                        "the controller was in use and cannot be disabled; start QEMU anew");
            }
            LockSupport.parkNanos(LOOK_NS);
        }
        if (Registers.cstsCfs((int) read(Registers.CSTS, 4))) {
            throw new IOException(
                    "the controller was in use and is in a fatal state; start QEMU anew");
        }
    }

    /** Masks all vectors and leads them to their words in RAM; no messages yet. */
    void maskAll() throws IOException {
        if (msix == 0) {
            return;
        }
        machine.writeConfig(function, msix, MSIX_ENABLE | MSIX_MASK);
        for (int vector = 0; vector < vectors; vector++) {
            long entry = table + (long) vector * ENTRY_BYTES;
            machine.write(entry + ENTRY_CONTROL, 4, 1);
            machine.write(entry, 4, MESSAGE_ADDRESS + vector * 4L);
            machine.write(entry + 4, 4, 0);
            machine.write(entry + 8, 4, vector + 1L);
        }
        messages(false);
    }

    /** Interrupts travel as messages, or by the pin. */
    void messages(boolean on) throws IOException {
        if (msix != 0) {
            machine.clearRam(MESSAGE_ADDRESS, vectors * 4L);
            machine.writeConfig(function, msix, on ? MSIX_ENABLE : 0);
        }
    }

    /**
     * Writes CC so that the admin queue can use messages later too: QEMU 7.2 gives a queue its
     * vector only if messages are enabled when the queue is made.
     */
    void writeCc(int widthBytes, long value, boolean messages) throws IOException {
        if (msix != 0 && !messages) {
            machine.writeConfig(function, msix, MSIX_ENABLE | MSIX_MASK);
            write(Registers.CC, widthBytes, value);
            machine.writeConfig(function, msix, 0);
        } else {
            write(Registers.CC, widthBytes, value);
        }
    }

    /** MSI-X vectors, 0: it has no MSI-X. */
    int vectors() {
        return vectors;
    }

    /** The level of its interrupt pin (PCI Local Bus 3.0, 6.2.3, Interrupt Status). */
    boolean line() throws IOException {
        return (machine.readConfig(function, COMMAND) & STATUS_INTERRUPT) != 0;
    }

    long read(long registerOffset, int widthBytes) throws IOException {
        return machine.read(BAR_ADDRESS + registerOffset, widthBytes);
    }

    void write(long registerOffset, int widthBytes, long value) throws IOException {
        machine.write(BAR_ADDRESS + registerOffset, widthBytes, value);
    }

    long readTable(long offset, int widthBytes) throws IOException {
        return machine.read(table + offset, widthBytes);
    }

    void writeTable(long offset, int widthBytes, long value) throws IOException {
        machine.write(table + offset, widthBytes, value);
    }
}
