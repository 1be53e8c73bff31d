package io.nvmetap.guest;

import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.FeatureId;
import io.nvmetap.nvme.IdentifyCns;
import io.nvmetap.nvme.IdentifyController;
import io.nvmetap.nvme.IdentifyNamespace;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What Apple's firmware and Apple's operating system do alike: one queue pair, one table of
 * identifiers, entries 128 bytes apart where the controller wants it so, and Apple's own admin
 * command before the first I/O.
 */
final class AppleDriver {
    static final int CPU = 0;

    /** Operations of the tunnel that Linux's apple.c names. */
    static final int SET_TIME = 0x06;

    static final int NAND_ID = 0x38;
    static final int NAND_GEOMETRY = 0xBA;

    private static final int CC_ON = 0x46_0001;
    private static final int TUNNEL = 0xD8;
    private static final int TUNNEL_OPERATION = 12;
    private static final long POLL_NS = 10_000;
    private static final long READY_NS_MAX = 20_000_000_000L;
    private static final long WAIT_NS_MAX = 5_000_000_000L;

    final GuestQueuePair io;
    private final GuestMachine machine;
    private final SimulationSpec spec;
    private final GuestQueuePair admin;
    private final boolean interrupts;
    private final GuestBuffer page;
    private final GuestBuffer letters;
    private final AppleTags tags = new AppleTags();
    private final Map<Integer, Consumer<byte[]>> waiting = new HashMap<>();
    private byte[] answer;
    int mdts;
    int blockBytes;
    long blocks;

    /**
     * @param entries of each queue, at most; the controller may have fewer
     * @param interrupts MSI; if not it polls
     */
    AppleDriver(GuestMachine machine, SimulationSpec spec, int entries, boolean interrupts) {
        this.machine = machine;
        this.spec = spec;
        this.interrupts = interrupts;
        int most = Math.min(entries, Registers.capMqes(machine.readCap(CPU)) + 1);
        admin = new GuestQueuePair(machine, 0, entries, entries);
        io = new GuestQueuePair(machine, 1, most, most);
        page = new GuestBuffer(machine, 4096);
        letters = new GuestBuffer(machine, 8192);
    }

    // ---- bring-up and end ----

    void connect() {
        machine.read32(Registers.VS, CPU);
        machine.write32(Registers.CC, machine.read32(Registers.CC, CPU) & ~1, CPU);
        ready(false);
        admin.reset();
        io.reset();
        machine.write32(Registers.AQA, Registers.aqa(admin.sqEntries, admin.cqEntries), CPU);
        machine.write64(Registers.ASQ, admin.sqAddress, CPU);
        machine.write64(Registers.ACQ, admin.cqAddress, CPU);
        machine.write32(Registers.CC, CC_ON, CPU);
        ready(true);
        tunnel(SET_TIME);
        mdts = new IdentifyController(identify(0, IdentifyCns.CONTROLLER)).mdts();
        tunnel(NAND_ID);
        tunnel(NAND_GEOMETRY);
        byte[] queues = sqe(Opcodes.ADMIN_SET_FEATURES);
        AdminSqe.putSetFeatures(queues, 0, FeatureId.NUMBER_OF_QUEUES, 0);
        require(queues);
        createPair();
        IdentifyNamespace ns = new IdentifyNamespace(identify(1, IdentifyCns.NAMESPACE));
        blockBytes = ns.lbaSizeBytes();
        blocks = ns.nsze();
    }

    private void ready(boolean on) {
        boolean reached =
                machine.poll(
                        () -> Registers.cstsRdy(machine.read32(Registers.CSTS, CPU)) == on,
                        1_000_000,
                        READY_NS_MAX);
        if (!reached) {
            throw new GuestStuckException("CSTS.RDY never became " + (on ? 1 : 0));
        }
    }

    private byte[] identify(long nsid, int cns) {
        byte[] sqe = sqe(Opcodes.ADMIN_IDENTIFY);
        Sqe.putNsid(sqe, 0, nsid);
        AdminSqe.putIdentify(sqe, 0, cns, 0);
        page.point(sqe, 0, 4096);
        require(sqe);
        return page.get(0, 4096);
    }

    private void createPair() {
        byte[] cq = sqe(Opcodes.ADMIN_CREATE_CQ);
        AdminSqe.putCreateCq(cq, 0, io.qid, io.cqEntries - 1, 0, interrupts);
        Sqe.putPrp1(cq, 0, io.cqAddress);
        require(cq);
        byte[] sq = sqe(Opcodes.ADMIN_CREATE_SQ);
        AdminSqe.putCreateSq(sq, 0, io.qid, io.sqEntries - 1, io.qid);
        Sqe.putPrp1(sq, 0, io.sqAddress);
        require(sq);
    }

    void shutDown() {
        byte[] sq = sqe(Opcodes.ADMIN_DELETE_SQ);
        AdminSqe.putDeleteQueue(sq, 0, io.qid);
        require(sq);
        byte[] cq = sqe(Opcodes.ADMIN_DELETE_CQ);
        AdminSqe.putDeleteQueue(cq, 0, io.qid);
        require(cq);
        machine.write32(Registers.CC, CC_ON | Registers.SHN_NORMAL << 14, CPU);
        boolean complete =
                machine.poll(
                        () ->
                                Registers.cstsShst(machine.read32(Registers.CSTS, CPU))
                                        == Registers.SHST_COMPLETE,
                        1_000_000,
                        READY_NS_MAX);
        if (!complete) {
            throw new GuestStuckException("the shutdown was never complete");
        }
    }

    /**
     * Apple's admin command D8h: where request and reply lie is in CDW12:CDW11 and CDW14:CDW13, not
     * in PRPs; what is asked is byte 12 of the request. Only Apple's controllers know it.
     */
    void tunnel(int operation) {
        if (!spec.profile().apple()) {
            return;
        }
        byte[] request = new byte[16];
        LittleEndian.put64(request, 0, machine.timeline.nowNs());
        request[TUNNEL_OPERATION] = (byte) operation;
        letters.put(request);
        byte[] sqe = sqe(TUNNEL);
        long reply = letters.address + 4096;
        Sqe.putCdw11(sqe, 0, (int) letters.address);
        Sqe.putCdw12(sqe, 0, (int) (letters.address >>> 32));
        Sqe.putCdw13(sqe, 0, (int) reply);
        Sqe.putCdw14(sqe, 0, (int) (reply >>> 32));
        boolean answered = StatusCode.success(Cqe.status(call(sqe), 0));
        boolean right = operation == SET_TIME;
        right |= answered && letters.get(4096 + TUNNEL_OPERATION, 1)[0] == (byte) operation;
        machine.tally.errors += answered && right ? 0 : 1;
    }

    // ---- commands ----

    byte[] sqe(int opcode) {
        byte[] sqe = new byte[Sqe.SIZE];
        Sqe.putOpcode(sqe, 0, opcode);
        return sqe;
    }

    private void require(byte[] sqe) {
        int status = Cqe.status(call(sqe), 0);
        if (status != 0) {
            throw new GuestStuckException(
                    "admin opcode " + Sqe.opcode(sqe, 0) + ": " + StatusCode.describe(status));
        }
    }

    private byte[] call(byte[] sqe) {
        return await(admin, sqe);
    }

    /** Submits, and waits for the next answer on that queue, as firmware does. */
    byte[] await(GuestQueuePair pair, byte[] sqe) {
        answer = null;
        submit(pair, sqe, cqe -> answer = cqe);
        boolean come =
                interrupts
                        ? machine.until(() -> answer != null, WAIT_NS_MAX)
                        : machine.poll(() -> look(pair) && answer != null, POLL_NS, WAIT_NS_MAX);
        if (!come) {
            machine.tally.timeouts++;
            throw new GuestStuckException("opcode " + Sqe.opcode(sqe, 0) + " timed out");
        }
        return answer;
    }

    /** Submits a command; its identifier is given here. */
    void submit(GuestQueuePair pair, byte[] sqe, Consumer<byte[]> done) {
        int tag = tags.take();
        Sqe.putCid(sqe, 0, tag);
        waiting.put(tag, done);
        // How far apart I/O entries lie is the controller's habit; CC.IOSQES says 64 bytes.
        int bytes = pair.qid == 0 ? Sqe.SIZE : spec.profile().sqeSize();
        byte[] entry = Arrays.copyOf(sqe, bytes);
        if (spec.has(GuestHabit.LONG_ENTRY_JUNK)) {
            Arrays.fill(entry, Sqe.SIZE, bytes, (byte) 0xA5);
        }
        pair.place(entry, bytes);
        pair.ring(CPU);
    }

    /** Interrupt handler of the one vector. */
    void interrupted() {
        look(admin);
        look(io);
    }

    private boolean look(GuestQueuePair pair) {
        if (pair.reap(this::completed) > 0) {
            pair.acknowledge(CPU);
        }
        return true;
    }

    private void completed(byte[] cqe) {
        machine.tally.commands++;
        int cid = Cqe.cid(cqe, 0);
        Consumer<byte[]> done = waiting.remove(cid);
        tags.release(cid);
        if (done != null) {
            done.accept(cqe);
        } else {
            // Nobody's: the firmware takes it for the one it waits for all the same.
            machine.tally.errors++;
            answer = cqe;
        }
    }
}
