package io.nvmetap.session;

import io.nvmetap.event.RegisterSpace;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import io.nvmetap.plan.Answer;
import io.nvmetap.plan.Exchange;
import io.nvmetap.plan.Plan;
import io.nvmetap.plan.PlanText;
import io.nvmetap.plan.Stimulus;
import io.nvmetap.script.Script;
import io.nvmetap.script.Step;
import io.nvmetap.target.MemoryWindow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes a plan down as steps that need no replay: all addresses are laid out beforehand, and
 * whatever is waited for is a completion in its slot or a register.
 */
public final class ScriptMaker {
    /** Commands of a reproducer. */
    public static final int COMMANDS_MAX = 20_000;

    private static final int CID_FIRST_OWN = 0x8000;
    private static final int ADMIN_ENTRIES_MAX = 4096;
    private static final int PCI_COMMAND = 0x04;
    private static final int PCI_BAR0 = 0x10;
    private static final int MEMORY_AND_MASTER = 6;

    /** Where QEMU's device has its MSI-X capability; enabled and masked as a whole. */
    private static final int PCI_MSIX = 0x40;

    private static final long ENABLED_AND_MASKED = 0xC000_0000L;

    private final Plan plan;
    private final GuestArena arena;
    private final DataPlacer placer;
    private final List<Step> steps = new ArrayList<>();
    private final List<Script.Expected> expected = new ArrayList<>();
    private final TreeMap<Long, Submitted> awaited = new TreeMap<>();
    private final Map<Integer, SubmissionRing> submissions = new HashMap<>();
    private final Map<Integer, Entries> completions = new HashMap<>();
    private final long adminSq;
    private final long adminCq;
    private int nextCid = CID_FIRST_OWN;
    private int cc;
    private int aqa;
    private boolean readyUnseen;

    private ScriptMaker(Plan plan) {
        this.plan = plan;
        long bytes = ((long) Script.MEMORY_MIB << 20) - Script.RAM_FIRST;
        this.arena =
                new GuestArena(
                        4096 << plan.facts().memoryPageShiftMax(),
                        new MemoryWindow(Script.RAM_FIRST, bytes));
        this.placer = new DataPlacer(arena);
        this.adminSq = arena.allocate((long) ADMIN_ENTRIES_MAX * Sqe.SIZE);
        this.adminCq = arena.allocate((long) ADMIN_ENTRIES_MAX * Cqe.SIZE);
    }

    /** A completion queue: how many entries were waited for and acknowledged. */
    private static final class Entries {
        final int cqid;
        final int sizeEntries;
        final long address;
        long seen;
        long acknowledged;

        Entries(int cqid, int sizeEntries, long address) {
            this.cqid = cqid;
            this.sizeEntries = sizeEntries;
            this.address = address;
        }

        Step.AwaitEntry next() {
            int slot = (int) (seen % sizeEntries);
            int phase = (int) (seen / sizeEntries & 1) ^ 1;
            seen++;
            return new Step.AwaitEntry(cqid, slot, address + (long) slot * Cqe.SIZE, phase);
        }
    }

    /**
     * Makes a reproducer.
     *
     * @param about what it shows, lines for people
     * @throws IllegalArgumentException if the plan is too large or needs what the device does not
     *     have; the message says so
     */
    public static Script of(Plan plan, List<String> about) {
        if (plan.commands() > COMMANDS_MAX) {
            throw new IllegalArgumentException(
                    plan.commands() + " commands are too many for a reproducer of " + COMMANDS_MAX);
        }
        if (plan.facts().ioEntryBytes() == Sqe.SIZE_LONG) {
            throw new IllegalArgumentException(
                    "submission entries of 128 bytes are nothing for QEMU's own device");
        }
        try {
            ScriptMaker maker = new ScriptMaker(plan);
            maker.begin();
            plan.stimuli().forEach(maker::take);
            maker.await(Long.MAX_VALUE);
            return new Script(about, maker.steps, maker.expected);
        } catch (IllegalStateException noMemory) {
            throw new IllegalArgumentException(
                    "its data does not fit into " + Script.MEMORY_MIB + " MiB", noMemory);
        }
    }

    private void begin() {
        steps.add(
                new Step.Note("PCI: BAR0, memory access, bus master; a controller in use is off"));
        steps.add(new Step.Config(PCI_BAR0, Script.BAR_ADDRESS));
        steps.add(new Step.Config(PCI_BAR0 + 4, 0));
        steps.add(new Step.Config(PCI_COMMAND, MEMORY_AND_MASTER));
        steps.add(new Step.Note("MSI-X on, so that queues may have vectors, and masked"));
        steps.add(new Step.Config(PCI_MSIX, ENABLED_AND_MASKED));
        disable();
    }

    private void disable() {
        register(Registers.CC, 4, 0);
        steps.add(new Step.AwaitRegister(Registers.CSTS, 1, 0, "CSTS"));
    }

    private void register(long offset, int widthBytes, long value) {
        String what = Registers.describe(offset, value);
        steps.add(new Step.Write(offset, widthBytes, value, what));
    }

    // ---- waits ----

    /** Completions recorded before {@code seq}. */
    private void await(long seq) {
        while (!awaited.isEmpty() && awaited.firstKey() < seq) {
            Submitted command = awaited.pollFirstEntry().getValue();
            Entries ring = completions.get(command.cqid());
            if (ring == null) {
                continue;
            }
            steps.add(ring.next());
            Answer answer = command.exchange.answer().orElseThrow();
            boolean known = Cqe.known(answer.known(), Cqe.STATUS_OFFSET, 2);
            expected.add(
                    new Script.Expected(
                            command.exchange.sqid(),
                            command.cid,
                            known ? answer.status() : -1,
                            command.exchange.describe()));
            submissions.get(command.exchange.sqid()).take(command.cid);
            if (command.exchange.admin() && StatusCode.success(answer.status())) {
                succeeded(command.sqe);
            }
        }
    }

    private void succeeded(byte[] sqe) {
        int qid = AdminSqe.qid(sqe, 0);
        int entries = AdminSqe.qsize0(sqe, 0) + 1;
        long address = Sqe.prp1(sqe, 0);
        switch (Sqe.opcode(sqe, 0)) {
            case Opcodes.ADMIN_CREATE_CQ ->
                    completions.put(qid, new Entries(qid, entries, address));
            case Opcodes.ADMIN_CREATE_SQ -> {
                int cqid = AdminSqe.cqid(sqe, 0);
                submissions.put(qid, new SubmissionRing(qid, cqid, entries, Sqe.SIZE, address));
            }
            default -> {
                // Deleted queues stay known: what is recorded about them afterwards is done too.
            }
        }
    }

    // ---- stimuli ----

    private void take(Stimulus stimulus) {
        await(stimulus.at().seq());
        steps.add(
                new Step.Note("event " + stimulus.at().seq() + ": " + PlanText.describe(stimulus)));
        if (stimulus instanceof Stimulus.WriteRegister write) {
            write(write);
        } else if (stimulus instanceof Stimulus.ReadRegister read) {
            read(read);
        } else if (stimulus instanceof Stimulus.PollStatus poll) {
            poll(poll);
        } else if (stimulus instanceof Stimulus.Submit submit) {
            submit(submit);
        } else if (stimulus instanceof Stimulus.Acknowledge acknowledge) {
            acknowledge(acknowledge);
        } else if (stimulus instanceof Stimulus.RingRaw raw) {
            doorbell(raw.qid(), raw.completion(), raw.value());
        } else if (stimulus instanceof Stimulus.ResetFunction) {
            forget();
            disable();
        } else {
            steps.add(new Step.Note("interrupts are left out: completions are waited for"));
        }
    }

    private void forget() {
        cc = 0;
        awaited.clear();
        submissions.clear();
        completions.clear();
    }

    private void write(Stimulus.WriteRegister write) {
        if (write.space() != RegisterSpace.BAR0) {
            steps.add(new Step.Note("the MSI-X table is left out"));
            return;
        }
        int offset = (int) write.registerOffset();
        if (offset == Registers.CC) {
            configure((int) write.value());
        } else if (offset == Registers.AQA) {
            aqa = (int) write.value();
        }
        register(offset, write.widthBytes(), QueueAddresses.rebased(write, adminSq, adminCq));
    }

    private void configure(int value) {
        boolean was = Registers.ccEn(cc);
        if (Registers.ccEn(value) && !was) {
            int sqEntries = Registers.aqaAsqs(aqa) + 1;
            int cqEntries = Registers.aqaAcqs(aqa) + 1;
            steps.add(new Step.Clear(adminCq, (long) cqEntries * Cqe.SIZE));
            submissions.put(0, new SubmissionRing(0, 0, sqEntries, Sqe.SIZE, adminSq));
            completions.put(0, new Entries(0, cqEntries, adminCq));
            readyUnseen = true;
        } else if (was && !Registers.ccEn(value)) {
            forget();
        }
        cc = value;
    }

    private void read(Stimulus.ReadRegister read) {
        if (read.space() == RegisterSpace.BAR0) {
            String what = Registers.name(read.registerOffset());
            steps.add(new Step.Read(read.registerOffset(), read.widthBytes(), what));
        } else {
            steps.add(new Step.Note("the MSI-X table is left out"));
        }
    }

    private void poll(Stimulus.PollStatus poll) {
        if (poll.mask() == 0) {
            steps.add(new Step.Read(Registers.CSTS, 4, "CSTS"));
            return;
        }
        steps.add(new Step.AwaitRegister(Registers.CSTS, poll.mask(), poll.expected(), "CSTS"));
        readyUnseen &= (poll.mask() & poll.expected() & 1) == 0;
    }

    private void submit(Stimulus.Submit submit) {
        SubmissionRing ring = submissions.get(submit.sqid());
        if (ring == null) {
            steps.add(new Step.Note("SQ " + submit.sqid() + " does not exist: left out"));
            return;
        }
        if (readyUnseen) {
            readyUnseen = false;
            steps.add(new Step.AwaitRegister(Registers.CSTS, 1, 1, "CSTS"));
        }
        submit.exchanges().forEach(exchange -> place(ring, exchange));
        doorbell(submit.sqid(), false, ring.tail());
    }

    private void place(SubmissionRing ring, Exchange exchange) {
        byte[] sqe = Arrays.copyOf(exchange.sqe(), Sqe.SIZE);
        Submitted.DataLayout data = placer.place(exchange);
        Sqe.putPrp1(sqe, 0, data.prp1());
        Sqe.putPrp2(sqe, 0, data.prp2());
        int cid = exchange.cid() >= 0 ? exchange.cid() : freeCid(ring);
        Sqe.putCid(sqe, 0, cid);
        if (exchange.admin()) {
            placeQueue(sqe);
        }
        for (long list : data.lists()) {
            steps.add(new Step.Ram(list, list(list)));
        }
        steps.add(new Step.Note(exchange.describe()));
        steps.add(new Step.Ram(ring.nextSlot(), sqe));
        Submitted command = new Submitted(exchange, sqe, cid, ring.submittedEntries() + 1, data);
        ring.add(command);
        exchange.answer().ifPresent(answer -> awaited.put(answer.at().seq(), command));
    }

    private int freeCid(SubmissionRing ring) {
        while (ring.holds(nextCid)) {
            nextCid = CID_FIRST_OWN + (nextCid + 1) % 0x7000;
        }
        return nextCid++;
    }

    private void placeQueue(byte[] sqe) {
        long entries = AdminSqe.qsize0(sqe, 0) + 1L;
        switch (Sqe.opcode(sqe, 0)) {
            case Opcodes.ADMIN_CREATE_CQ -> {
                Sqe.putPrp1(sqe, 0, arena.allocate(entries * Cqe.SIZE));
                steps.add(new Step.Clear(Sqe.prp1(sqe, 0), entries * Cqe.SIZE));
            }
            case Opcodes.ADMIN_CREATE_SQ -> Sqe.putPrp1(sqe, 0, arena.allocate(entries * Sqe.SIZE));
            default -> {
                // Needs no queue memory.
            }
        }
    }

    /** A PRP list page up to its last entry. */
    private byte[] list(long address) {
        byte[] page = new byte[arena.pageBytes()];
        arena.memory().read(address, page, 0, page.length);
        int used = page.length;
        while (used > Long.BYTES && page[used - 1] == 0) {
            used--;
        }
        return Arrays.copyOf(page, (used + Long.BYTES - 1) / Long.BYTES * Long.BYTES);
    }

    private void acknowledge(Stimulus.Acknowledge acknowledge) {
        Entries ring = completions.get(acknowledge.cqid());
        if (ring == null) {
            steps.add(new Step.Note("CQ " + acknowledge.cqid() + " does not exist: left out"));
            return;
        }
        ring.acknowledged += acknowledge.entries();
        while (ring.seen < ring.acknowledged) {
            steps.add(ring.next());
        }
        int head = (int) (ring.acknowledged % ring.sizeEntries);
        doorbell(acknowledge.cqid(), true, head);
    }

    /** QEMU's device has doorbells four bytes apart. */
    private void doorbell(int qid, boolean completion, int value) {
        register(Registers.doorbellOffset(qid, completion, 0), 4, value);
    }
}
