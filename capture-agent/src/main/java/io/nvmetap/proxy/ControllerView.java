package io.nvmetap.proxy;

import io.nvmetap.device.GuestMemory;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.Edge;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.ResetKind;
import io.nvmetap.nvme.Registers;

/**
 * What passes, as events: registers, doorbells, configuration, interrupts, resets; and through
 * {@link QueueWatch} the queues that follow from them. Knows no sockets.
 *
 * <p>Owner thread: whoever holds the observer's lock.
 */
final class ControllerView {
    /** Bytes of one access that are taken apart. */
    static final int ACCESS_BYTES_MAX = 4096;

    private static final int QUEUES = 1 << 16;
    private static final int CSTS_GONE = -1;

    private final ProxyTap tap;
    private final QueueWatch queues;
    private final ConfigView config = new ConfigView();
    private int dstrd;
    private int cc;
    private boolean ccKnown;
    private int aqa;
    private final int[] asq = new int[2];
    private final int[] acq = new int[2];

    /** Reset whose end is seen when RDY reads 0. */
    private ResetKind awaited;

    ControllerView(GuestMemory memory, ProxyTap tap, PayloadPolicy policy) {
        this.tap = tap;
        this.queues = new QueueWatch(memory, tap, new CommandData(memory, policy));
    }

    QueueWatch queues() {
        return queues;
    }

    // ---- BAR0 ----

    /** The client read registers and was given this. */
    void read(long offset, byte[] data, int from, int count) {
        for (int done = 0; done < Math.min(count, ACCESS_BYTES_MAX); ) {
            long at = offset + done;
            int width = Accesses.width(at, count - done, Long.BYTES);
            long value = Accesses.value(data, from + done, width);
            tap.read(RegisterSpace.BAR0, at, width, value);
            for (int i = 0; i + 4 <= width; i += 4) {
                wasRead(at + i, (int) (value >>> 8 * i));
            }
            done += width;
        }
    }

    /** The client read and what it was given is not known. */
    void readUnseen(boolean configSpace, long offset, int count) {
        RegisterSpace space = configSpace ? RegisterSpace.PCI_CONFIG : RegisterSpace.BAR0;
        for (int done = 0; done < Math.min(count, ACCESS_BYTES_MAX); ) {
            int most = configSpace ? Integer.BYTES : Long.BYTES;
            int width = Accesses.width(offset + done, count - done, most);
            tap.readUnseen(space, offset + done, width);
            done += width;
        }
    }

    private void wasRead(long offset, int value) {
        if (offset == Registers.CAP_HIGH) {
            dstrd = Registers.capDstrd((long) value << 32);
            queues.stride(dstrd);
        } else if (offset == Registers.CSTS && awaited != null) {
            if (value != CSTS_GONE && !Registers.cstsRdy(value)) {
                tap.reset(awaited, Edge.END);
                awaited = null;
            }
        } else {
            keep(offset, value);
        }
    }

    /** The client is about to write this. */
    void written(long offset, byte[] data, int from, int count) {
        for (int done = 0; done < Math.min(count, ACCESS_BYTES_MAX); ) {
            long at = offset + done;
            int most = Registers.isDoorbell(at) ? Integer.BYTES : Long.BYTES;
            int width = Accesses.width(at, count - done, most);
            write(at, width, Accesses.value(data, from + done, width));
            done += width;
        }
    }

    private void write(long offset, int width, long value) {
        boolean bell = Registers.isDoorbellAligned(offset, dstrd);
        if (bell && offset < Registers.doorbellOffset(QUEUES, false, dstrd)) {
            boolean cq = Registers.doorbellIsCompletion(offset, dstrd);
            DoorbellKind kind = cq ? DoorbellKind.CQ_HEAD : DoorbellKind.SQ_TAIL;
            queues.rung(kind, Registers.doorbellQid(offset, dstrd), (int) value);
            return;
        }
        // What was completed before counts before it.
        queues.look(false);
        tap.written(RegisterSpace.BAR0, offset, width, value);
        for (int i = 0; i + 4 <= width; i += 4) {
            wasWritten(offset + i, (int) (value >>> 8 * i));
        }
    }

    private void wasWritten(long offset, int value) {
        if (offset == Registers.CC) {
            configured(value);
        } else if (offset == Registers.NSSR && value == Registers.NSSR_RESET) {
            begin(ResetKind.SUBSYSTEM);
            awaited = ResetKind.SUBSYSTEM;
        } else {
            keep(offset, value);
        }
    }

    private void keep(long offset, int value) {
        switch ((int) offset) {
            case Registers.AQA -> aqa = value;
            case Registers.ASQ -> asq[0] = value;
            case Registers.ASQ_HIGH -> asq[1] = value;
            case Registers.ACQ -> acq[0] = value;
            case Registers.ACQ_HIGH -> acq[1] = value;
            default -> {
                // Tells nothing about queues.
            }
        }
    }

    private void configured(int value) {
        boolean was = ccKnown && Registers.ccEn(cc);
        boolean now = Registers.ccEn(value);
        cc = value;
        ccKnown = true;
        if (now && !was) {
            awaited = null;
            queues.enable(value, aqa, address(asq), address(acq));
        } else if (now) {
            queues.configure(value);
        } else if (was) {
            tap.reset(ResetKind.CC_EN, Edge.BEGIN);
            awaited = ResetKind.CC_EN;
            queues.clear();
        }
    }

    private static long address(int[] halves) {
        return (long) halves[1] << 32 | halves[0] & 0xFFFF_FFFFL;
    }

    // ---- PCI configuration ----

    /** The client read configuration space and was given this. */
    void configRead(long offset, byte[] data, int from, int count) {
        for (int done = 0; done < Math.min(count, ACCESS_BYTES_MAX); ) {
            int width = Accesses.width(offset + done, count - done, Integer.BYTES);
            long value = Accesses.value(data, from + done, width);
            tap.read(RegisterSpace.PCI_CONFIG, offset + done, width, value);
            config.read(offset + done, width, value);
            done += width;
        }
    }

    /**
     * The client is about to write this to configuration space.
     *
     * @return true if it begins a function level reset
     */
    boolean configWritten(long offset, byte[] data, int from, int count) {
        boolean flr = false;
        for (int done = 0; done < Math.min(count, ACCESS_BYTES_MAX); ) {
            int width = Accesses.width(offset + done, count - done, Integer.BYTES);
            long value = Accesses.value(data, from + done, width);
            tap.written(RegisterSpace.PCI_CONFIG, offset + done, width, value);
            flr |= config.isFunctionReset(offset + done, width, value);
            done += width;
        }
        if (flr) {
            begin(ResetKind.FUNCTION_LEVEL);
        }
        return flr;
    }

    // ---- resets, interrupts ----

    /** A reset from outside begins: registers and queues are gone. */
    void begin(ResetKind kind) {
        queues.look(false);
        tap.reset(kind, Edge.BEGIN);
        awaited = null;
        cc = 0;
        ccKnown = true;
        aqa = 0;
        asq[0] = 0;
        asq[1] = 0;
        acq[0] = 0;
        acq[1] = 0;
        queues.clear();
    }

    /** It ended. */
    void end(ResetKind kind, boolean refused) {
        tap.reset(kind, Edge.END);
        if (refused) {
            tap.remark("the server refused the reset: what state it is in is not known");
            tap.stateUnknown();
        }
    }

    /** The server signalled an interrupt, which is about to be passed on. */
    void interrupt(InterruptKind kind, int vector) {
        queues.look(true);
        tap.interrupt(kind, vector);
    }

    /** A client connected. */
    void clientCame(int number) {
        tap.remark("client " + number + " connected");
    }

    /** The client or the server is gone: a last look at what was completed. */
    void clientLeft(int number) {
        queues.look(false);
        tap.remark("client " + number + " left");
        // What it had in flight is waited for by nobody.
        tap.stateUnknown();
    }
}
