package io.nvmetap.guest;

import io.nvmetap.event.InterruptKind;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.NvmSqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import java.util.ArrayList;
import java.util.List;

/**
 * A Mac: its firmware polls and reads one block after another, lets go of the controller without a
 * word and connects again; then the operating system enables it anew and works through MSI with
 * several commands in flight, a Flush only when nothing else is.
 */
final class AppleGuest implements Guest {
    private static final int FIRMWARE_ENTRIES = 16;
    private static final int SYSTEM_ENTRIES = 129;
    private static final int FIRMWARE_READS_MAX = 20;
    private static final int FAILURES_MAX = 8;
    private static final int DEPTH = 12;
    private static final int BYTES_MAX = 32 * 4096;
    private static final long IRQ_NS = 1_500;
    private static final long WAIT_NS_MAX = 30_000_000_000L;
    private static final long ZONE_BLOCKS = 4096;
    private static final int FLUSH_EVERY = 40;
    private static final int TIME_EVERY = 100;

    private final GuestMachine machine;
    private final SimulationSpec spec;
    private final DiskContent disk;
    private final List<Transfer> transfers = new ArrayList<>();
    private AppleDriver driver;
    private int left;
    private int failures;

    /** One place for a transfer: a buffer, and blocks nobody else touches. */
    private final class Transfer {
        final long zone;
        final GuestBuffer buffer = new GuestBuffer(machine, BYTES_MAX);
        boolean inFlight;
        boolean write;
        long slba;
        int count;
        long stamp;

        Transfer(int number) {
            zone = number * ZONE_BLOCKS;
        }
    }

    AppleGuest(GuestMachine machine, SimulationSpec spec, DiskContent disk) {
        this.machine = machine;
        this.spec = spec;
        this.disk = disk;
        for (int i = 0; i < DEPTH; i++) {
            transfers.add(new Transfer(i));
        }
    }

    @Override
    public void run() {
        firmware();
        firmware();
        system();
    }

    // ---- firmware ----

    /** One life of the firmware's driver; it ends without telling the controller. */
    private void firmware() {
        driver = new AppleDriver(machine, spec, FIRMWARE_ENTRIES, false);
        driver.connect();
        int reads = Math.min(FIRMWARE_READS_MAX, Math.max(1, spec.operations() / 4));
        for (int i = 0; i < reads; i++) {
            Transfer t = transfers.get(i % DEPTH);
            choose(t, false);
            failures += read(t) ? 0 : 1;
            if (failures >= FAILURES_MAX) {
                throw new GuestStuckException("the boot loader cannot be read");
            }
            machine.pause(machine.random.nextInt(50_000));
        }
    }

    private boolean read(Transfer t) {
        byte[] sqe = entry(t);
        byte[] cqe = driver.await(driver.io, sqe);
        boolean mine = Cqe.cid(cqe, 0) == Sqe.cid(sqe, 0) && Cqe.status(cqe, 0) == 0;
        if (mine) {
            settle(t);
        } else {
            machine.tally.errors++;
        }
        return mine;
    }

    // ---- operating system ----

    private void system() {
        machine.controller.interruptMode(InterruptKind.MSI);
        machine.forgetHandlers();
        driver = new AppleDriver(machine, spec, SYSTEM_ENTRIES, true);
        AppleDriver mine = driver;
        machine.onMessage(0, () -> machine.timeline.after(IRQ_NS, () -> handle(mine)));
        driver.connect();
        left = spec.operations();
        while (left > 0) {
            int batch = Math.min(left, left % TIME_EVERY == 0 ? TIME_EVERY : left % TIME_EVERY);
            work(batch);
            driver.tunnel(AppleDriver.SET_TIME);
        }
        driver.shutDown();
    }

    /** Masks its message while it handles it: ANS2 stops where nobody touches INTMS. */
    private void handle(AppleDriver driver) {
        machine.write32(Registers.INTMS, 1, 0);
        driver.interrupted();
        machine.write32(Registers.INTMC, 1, 0);
    }

    /** So many transfers, as many at once as there is room for; a Flush now and then, alone. */
    private void work(int batch) {
        int end = left - batch;
        while (left > end) {
            fill(end);
            if (!machine.until(() -> transfers.stream().anyMatch(t -> !t.inFlight), WAIT_NS_MAX)) {
                timedOut();
            }
            if (left % FLUSH_EVERY == 0) {
                drain();
                flush();
            }
        }
        drain();
    }

    private void fill(int end) {
        for (Transfer t : transfers) {
            if (!t.inFlight && left > end) {
                left--;
                choose(t, machine.random.nextInt(2) == 0);
                t.inFlight = true;
                driver.submit(driver.io, entry(t), cqe -> completed(t, cqe));
                if (left % FLUSH_EVERY == 0) {
                    return;
                }
            }
        }
    }

    private void drain() {
        if (!machine.until(() -> transfers.stream().noneMatch(t -> t.inFlight), WAIT_NS_MAX)) {
            timedOut();
        }
    }

    private void timedOut() {
        machine.tally.timeouts++;
        throw new GuestStuckException("a transfer was not completed in 30 s");
    }

    private void flush() {
        byte[] sqe = driver.sqe(Opcodes.IO_FLUSH);
        Sqe.putNsid(sqe, 0, 1);
        machine.tally.errors += Cqe.status(driver.await(driver.io, sqe), 0) == 0 ? 0 : 1;
    }

    private void completed(Transfer t, byte[] cqe) {
        t.inFlight = false;
        if (Cqe.status(cqe, 0) == 0) {
            settle(t);
            return;
        }
        machine.tally.errors++;
        for (int i = 0; t.write && i < t.count; i++) {
            disk.unsettled(t.slba + i);
        }
    }

    // ---- transfers ----

    private void choose(Transfer t, boolean write) {
        int bytes = driver.mdts == 0 ? BYTES_MAX : Math.min(BYTES_MAX, 4096 << driver.mdts);
        t.write = write;
        t.count = 1 + machine.random.nextInt(bytes / driver.blockBytes);
        long room = Math.min(ZONE_BLOCKS, driver.blocks / DEPTH) - t.count;
        t.slba = t.zone + machine.random.nextLong(Math.max(1, room));
        t.stamp = write ? disk.stamp() : 0;
    }

    private byte[] entry(Transfer t) {
        byte[] sqe = driver.sqe(t.write ? Opcodes.IO_WRITE : Opcodes.IO_READ);
        Sqe.putNsid(sqe, 0, 1);
        NvmSqe.putRange(sqe, 0, t.slba, t.count);
        int size = driver.blockBytes;
        if (t.write) {
            byte[] content = new byte[t.count * size];
            for (int i = 0; i < t.count; i++) {
                byte[] block = DiskContent.block(t.slba + i, t.stamp, size);
                System.arraycopy(block, 0, content, i * size, size);
            }
            t.buffer.put(content);
        }
        t.buffer.point(sqe, 0, t.count * size);
        return sqe;
    }

    private void settle(Transfer t) {
        int size = driver.blockBytes;
        byte[] content = t.write ? null : t.buffer.get(0, t.count * size);
        for (int i = 0; i < t.count; i++) {
            if (t.write) {
                disk.written(t.slba + i, t.stamp);
            } else if (disk.matches(t.slba + i, content, i * size, size)) {
                machine.tally.verifiedBlocks++;
            } else {
                machine.tally.wrongBlocks++;
            }
        }
    }
}
