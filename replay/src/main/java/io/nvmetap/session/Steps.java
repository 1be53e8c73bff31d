package io.nvmetap.session;

import io.nvmetap.compare.Comparator;
import io.nvmetap.compare.Differing;
import io.nvmetap.compare.Uncompared;
import io.nvmetap.device.Controller;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.plan.Exchange;
import io.nvmetap.plan.Stimulus;
import java.util.Optional;

/** Does again, one by one, what the recorded guest did. */
final class Steps {
    private static final long POLL_NS = 100_000;
    private static final int ADMIN_ENTRIES_MAX = 4096;
    private static final int MSIX_ENTRY_BYTES = 16;
    private static final int MSIX_CONTROL = 12;
    private static final long MSIX_ADDRESS = 0xFEE0_0000L;

    private final Controller driver;
    private final Pump pump;
    private final ReplayGuest guest;
    private final World world;
    private final long adminSq;
    private final long adminCq;
    private InterruptLog interrupts;
    private Comparator comparator;
    private Outcome outcome;
    private int cc;
    private int aqa;
    private int dstrd = -1;
    private boolean readyUnseen;
    private int actingCpu = -1;

    Steps(Controller driver, Pump pump, ReplayGuest guest, World world) {
        this.driver = driver;
        this.pump = pump;
        this.guest = guest;
        this.world = world;
        this.adminSq = world.arena.allocate((long) ADMIN_ENTRIES_MAX * Sqe.SIZE);
        this.adminCq = world.arena.allocate((long) ADMIN_ENTRIES_MAX * Cqe.SIZE);
    }

    /** Guest memory, and how the driver sees it. */
    record World(GuestArena arena, WatchedMemory memory) {}

    void observe(InterruptLog newInterrupts, Comparator newComparator, Outcome newOutcome) {
        interrupts = newInterrupts;
        comparator = newComparator;
        outcome = newOutcome;
    }

    void perform(Stimulus stimulus, long deadlineNs) {
        if (stimulus instanceof Stimulus.WriteRegister write) {
            write(write);
        } else if (stimulus instanceof Stimulus.ReadRegister read) {
            read(read);
        } else if (stimulus instanceof Stimulus.PollStatus poll) {
            poll(poll, deadlineNs);
        } else if (stimulus instanceof Stimulus.Submit submit) {
            submit(submit, deadlineNs);
        } else if (stimulus instanceof Stimulus.Acknowledge acknowledge) {
            acknowledge(acknowledge, deadlineNs);
        } else if (stimulus instanceof Stimulus.RingRaw raw) {
            ring(raw.qid(), raw.completion(), raw.value(), raw.at().cpu());
        } else if (stimulus instanceof Stimulus.ResetFunction reset) {
            cc = 0;
            guest.forget();
            interrupts.unmasked();
            pump.guarded(() -> driver.reset(reset.kind()));
        } else if (stimulus instanceof Stimulus.ChooseInterrupts choice) {
            choose(choice, deadlineNs);
        }
    }

    /** Performs a submission or an acknowledgement on this CPU, whatever was recorded. */
    void performOn(int cpu, Stimulus stimulus, long deadlineNs) {
        int was = actingCpu;
        actingCpu = cpu;
        try {
            perform(stimulus, deadlineNs);
        } finally {
            actingCpu = was;
        }
    }

    private int cpu(Stimulus stimulus) {
        return actingCpu >= 0 ? actingCpu : stimulus.at().cpu();
    }

    /** Whether what a submission or an acknowledgement waits for has come. */
    boolean mayGo(Stimulus stimulus) {
        if (stimulus instanceof Stimulus.Submit submit) {
            int entries = submit.exchanges().size();
            return !readyUnseen
                    && guest.awaited(submit.at().seq()).isEmpty()
                    && guest.submissionRing(submit.sqid()).filter(r -> r.fits(entries)).isPresent();
        }
        return mayAcknowledge(stimulus);
    }

    /** Whether it is an acknowledgement of entries that have come, their interrupts too. */
    boolean mayAcknowledge(Stimulus stimulus) {
        return stimulus instanceof Stimulus.Acknowledge a
                && guest.completionRing(a.cqid())
                        .filter(r -> r.unacknowledged() >= a.entries())
                        .filter(r -> guest.unsignalled(r, a.entries()).isEmpty())
                        .isPresent();
    }

    // ---- registers ----

    private void write(Stimulus.WriteRegister write) {
        int cpu = write.at().cpu();
        if (write.space() == RegisterSpace.MSIX_TABLE) {
            if (write.registerOffset() % MSIX_ENTRY_BYTES == MSIX_CONTROL) {
                int vector = (int) (write.registerOffset() / MSIX_ENTRY_BYTES);
                interrupts.mask(vector, (write.value() & 1) != 0);
            }
            pump.guarded(
                    () ->
                            driver.writeMsix(
                                    write.registerOffset(),
                                    write.widthBytes(),
                                    write.value(),
                                    cpu));
            return;
        }
        int offset = (int) write.registerOffset();
        if (offset == Registers.CC) {
            configure((int) write.value(), write);
        } else {
            if (offset == Registers.AQA) {
                aqa = (int) write.value();
            }
            if (offset == Registers.INTMS || offset == Registers.INTMC) {
                int bits = (int) write.value();
                interrupts.mask(
                        offset == Registers.INTMS ? bits : 0, offset == Registers.INTMC ? bits : 0);
            }
            if (offset == Registers.NSSR && write.value() == Registers.NSSR_RESET) {
                cc = 0;
                guest.forget();
            }
            writeBar(write, QueueAddresses.rebased(write, adminSq, adminCq));
        }
    }

    private void writeBar(Stimulus.WriteRegister write, long value) {
        pump.guarded(
                () ->
                        driver.writeRegister(
                                write.registerOffset(),
                                write.widthBytes(),
                                value,
                                write.at().cpu()));
    }

    private void configure(int value, Stimulus.WriteRegister write) {
        boolean was = Registers.ccEn(cc);
        boolean is = Registers.ccEn(value);
        cc = value;
        if (is && !was) {
            int sqEntries = Registers.aqaAsqs(aqa) + 1;
            int cqEntries = Registers.aqaAcqs(aqa) + 1;
            world.memory.anywhere(false);
            zero(adminSq, (long) sqEntries * Sqe.SIZE);
            zero(adminCq, (long) cqEntries * Cqe.SIZE);
            guest.openAdmin(sqEntries, cqEntries, adminSq, adminCq);
            readyUnseen = true;
        }
        guest.ioEntryBytes(1 << Registers.ccIosqes(value));
        if (was && !is) {
            guest.forget();
            interrupts.mask(0, -1);
        }
        writeBar(write, write.value());
    }

    private void zero(long address, long bytes) {
        byte[] zeros = new byte[(int) bytes];
        world.arena.memory().write(address, zeros, 0, zeros.length);
    }

    private void read(Stimulus.ReadRegister read) {
        long[] value = new long[1];
        pump.guarded(
                () ->
                        value[0] =
                                read.space() == RegisterSpace.MSIX_TABLE
                                        ? driver.readMsix(
                                                read.registerOffset(),
                                                read.widthBytes(),
                                                read.at().cpu())
                                        : driver.readRegister(
                                                read.registerOffset(),
                                                read.widthBytes(),
                                                read.at().cpu()));
        if (!read.compared()) {
            comparator.count(Uncompared.REGISTERS_OF_CONTROLLER);
        } else if (value[0] != read.value()) {
            String sentence =
                    String.format(
                            "read of %s gave 0x%x, recorded 0x%x",
                            Registers.name(read.registerOffset()), value[0], read.value());
            comparator
                    .differs(Differing.REGISTER, read.at().seq(), sentence)
                    .ifPresent(outcome::diverged);
        }
    }

    private void poll(Stimulus.PollStatus poll, long deadlineNs) {
        if (poll.mask() == 0) {
            status(poll.at().cpu());
            comparator.count(Uncompared.STATUS_POLLS);
            return;
        }
        if (!await(poll.mask(), poll.expected(), poll.at().cpu(), deadlineNs)) {
            outcome.diverged(
                    String.format(
                            "CSTS & 0x%x did not become 0x%x within %s s, recorded it did",
                            poll.mask(), poll.expected(), deadlineNs / 1e9));
        }
        readyUnseen &= (poll.mask() & poll.expected() & 1) == 0;
    }

    private boolean await(int mask, int expected, int cpu, long deadlineNs) {
        long end = pump.nowNs() + deadlineNs;
        while (((status(cpu) ^ expected) & mask) != 0) {
            if (pump.nowNs() >= end || outcome.diverged()) {
                return false;
            }
            pump.runUntil(() -> false, pump.nowNs() + POLL_NS);
        }
        return true;
    }

    private int status(int cpu) {
        long[] value = new long[1];
        pump.guarded(() -> value[0] = driver.readRegister(Registers.CSTS, 4, cpu));
        return (int) value[0];
    }

    // ---- queues ----

    private void submit(Stimulus.Submit submit, long deadlineNs) {
        Optional<SubmissionRing> ring = guest.submissionRing(submit.sqid());
        if (ring.isEmpty()) {
            outcome.diverged("SQ " + submit.sqid() + " does not exist, recorded commands on it");
            return;
        }
        if (readyUnseen) {
            readyUnseen = false;
            if (!await(1, 1, submit.at().cpu(), deadlineNs)) {
                outcome.diverged("CSTS.RDY did not become 1, recorded a guest that went on");
                return;
            }
        }
        for (Exchange exchange : submit.exchanges()) {
            guest.submit(ring.get(), exchange);
        }
        ring(submit.sqid(), false, ring.get().tail(), cpu(submit));
    }

    private void acknowledge(Stimulus.Acknowledge acknowledge, long deadlineNs) {
        Optional<CompletionRing> found = guest.completionRing(acknowledge.cqid());
        if (found.isEmpty()) {
            outcome.diverged(
                    "CQ " + acknowledge.cqid() + " does not exist, recorded completions in it");
            return;
        }
        CompletionRing ring = found.get();
        int entries = acknowledge.entries();
        long end = pump.nowNs() + deadlineNs;
        boolean there = pump.runUntil(() -> ring.unacknowledged() >= entries, end);
        if (!there) {
            outcome.diverged(
                    "CQ "
                            + ring.cqid
                            + " holds "
                            + ring.unacknowledged()
                            + " completions, recorded "
                            + entries);
            return;
        }
        pump.runUntil(() -> guest.unsignalled(ring, entries).isEmpty(), end);
        guest.unsignalled(ring, entries).ifPresent(d -> outcome.diverged(d.seq(), d.sentence()));
        ring(ring.cqid, true, guest.acknowledge(ring, entries), cpu(acknowledge));
    }

    /** At the end: what arrived must have been signalled. */
    void unsignalled() {
        for (CompletionRing ring : guest.rings()) {
            guest.unsignalled(ring, Integer.MAX_VALUE)
                    .ifPresent(d -> outcome.diverged(d.seq(), d.sentence()));
        }
    }

    private void ring(int qid, boolean completion, int value, int cpu) {
        if (dstrd < 0) {
            long[] high = new long[1];
            pump.guarded(() -> high[0] = driver.readRegister(Registers.CAP_HIGH, 4, cpu));
            dstrd = Registers.capDstrd(high[0] << 32);
        }
        long offset = Registers.doorbellOffset(qid, completion, dstrd);
        pump.guarded(() -> driver.writeRegister(offset, 4, value, cpu));
    }

    private void choose(Stimulus.ChooseInterrupts choice, long deadlineNs) {
        // What was signalled before the change was signalled in the old way.
        long seq = choice.at().seq();
        long end = pump.nowNs() + deadlineNs;
        pump.runUntil(() -> guest.unsignalledBefore(seq).isEmpty(), end);
        guest.unsignalledBefore(seq).ifPresent(d -> outcome.diverged(d.seq(), d.sentence()));
        interrupts.mode(choice.kind());
        pump.guarded(() -> driver.interruptMode(choice.kind()));
        for (int vector : choice.vectors()) {
            interrupts.mask(vector, false);
            long entry = (long) vector * MSIX_ENTRY_BYTES;
            int cpu = choice.at().cpu();
            pump.guarded(
                    () -> {
                        driver.writeMsix(entry, 4, MSIX_ADDRESS, cpu);
                        driver.writeMsix(entry + 4, 4, 0, cpu);
                        driver.writeMsix(entry + 8, 4, vector, cpu);
                        driver.writeMsix(entry + 12, 4, 0, cpu);
                        driver.readMsix(entry + 12, 4, cpu);
                    });
        }
    }
}
