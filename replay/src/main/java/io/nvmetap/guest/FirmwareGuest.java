package io.nvmetap.guest;

import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.FeatureId;
import io.nvmetap.nvme.IdentifyCns;
import io.nvmetap.nvme.IdentifyController;
import io.nvmetap.nvme.IdentifyNamespace;
import io.nvmetap.nvme.NvmSqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import java.util.ArrayList;
import java.util.List;

/**
 * Firmware: one command at a time, polled; gives up after a timeout, resets the controller and goes
 * on with the next command.
 */
final class FirmwareGuest implements Guest {
    private static final int CPU = 0;
    private static final int CC_ON = 0x46_0001;
    private static final long POLL_NS = 10_000;
    private static final long READY_NS_MAX = 20_000_000_000L;
    private static final int NAMESPACES_ASKED_MAX = 16;
    private static final int RESETS_MAX = 8;
    private static final int BUFFER_BYTES = 1 << 20;

    private final GuestMachine machine;
    private final FirmwareHabits habits;
    private final SimulationSpec spec;
    private final DiskContent disk;
    private final GuestQueuePair admin;
    private final List<GuestQueuePair> pairs = new ArrayList<>();
    private final GuestBuffer buffer;
    private int cid;
    private long blocks;
    private int blockBytes = 512;
    private int mdts;
    private boolean rangFalsely;

    FirmwareGuest(
            GuestMachine machine, FirmwareHabits habits, SimulationSpec spec, DiskContent disk) {
        this.machine = machine;
        this.habits = habits;
        this.spec = spec;
        this.disk = disk;
        admin = new GuestQueuePair(machine, 0, habits.adminEntries(), habits.adminEntries());
        for (int i = 0; i < habits.pairs().size(); i++) {
            FirmwareHabits.Pair pair = habits.pairs().get(i);
            pairs.add(new GuestQueuePair(machine, i + 1, pair.sqEntries(), pair.cqEntries()));
        }
        buffer = new GuestBuffer(machine, BUFFER_BYTES, spec);
    }

    @Override
    public void run() {
        machine.readCap(CPU);
        machine.read32(Registers.CC, CPU);
        enable();
        identify();
        workload();
        end();
    }

    private void enable() {
        machine.write32(Registers.CC, 0, CPU);
        ready(false);
        admin.reset();
        pairs.forEach(GuestQueuePair::reset);
        machine.write32(
                Registers.AQA, Registers.aqa(habits.adminEntries(), habits.adminEntries()), CPU);
        machine.write64(Registers.ASQ, admin.sqAddress, CPU);
        machine.write64(Registers.ACQ, admin.cqAddress, CPU);
        machine.write32(Registers.CC, CC_ON, CPU);
        ready(true);
        if (habits.asksFirst()) {
            setNumberOfQueues();
        }
        identifyController();
        pairs.forEach(this::createCq);
        pairs.forEach(this::createSq);
    }

    private void ready(boolean on) {
        if (!machine.ready(on, CPU, READY_NS_MAX)) {
            throw new GuestStuckException("CSTS.RDY never became " + (on ? 1 : 0));
        }
    }

    private void setNumberOfQueues() {
        if (spec.has(GuestFault.NUMBER_OF_QUEUES_NEVER_SET)) {
            return;
        }
        byte[] sqe = sqe(Opcodes.ADMIN_SET_FEATURES);
        AdminSqe.putSetFeatures(sqe, 0, FeatureId.NUMBER_OF_QUEUES, 0);
        require(admin, sqe);
    }

    private void identifyController() {
        byte[] sqe = sqe(Opcodes.ADMIN_IDENTIFY);
        AdminSqe.putIdentify(sqe, 0, IdentifyCns.CONTROLLER, 0);
        buffer.point(sqe, habits.identifyOffset(), 4096);
        require(admin, sqe);
        mdts = new IdentifyController(buffer.get(habits.identifyOffset(), 4096)).mdts();
    }

    private void createCq(GuestQueuePair pair) {
        byte[] sqe = sqe(Opcodes.ADMIN_CREATE_CQ);
        AdminSqe.putCreateCq(sqe, 0, pair.qid, pair.cqEntries - 1, 0, habits.interruptsEnabled());
        Sqe.putPrp1(sqe, 0, pair.cqAddress);
        require(admin, sqe);
    }

    private void createSq(GuestQueuePair pair) {
        byte[] sqe = sqe(Opcodes.ADMIN_CREATE_SQ);
        AdminSqe.putCreateSq(sqe, 0, pair.qid, pair.sqEntries - 1, pair.qid);
        Sqe.putCdw11(sqe, 0, Sqe.cdw11(sqe, 0) | habits.priority() << 1);
        Sqe.putPrp1(sqe, 0, pair.sqAddress);
        require(admin, sqe);
    }

    private void identify() {
        for (int nsid = 1; nsid <= NAMESPACES_ASKED_MAX; nsid++) {
            for (int n = 0; n < habits.identifyTimes(); n++) {
                byte[] sqe = sqe(Opcodes.ADMIN_IDENTIFY);
                Sqe.putNsid(sqe, 0, nsid);
                AdminSqe.putIdentify(sqe, 0, IdentifyCns.NAMESPACE, 0);
                buffer.point(sqe, 0, 4096);
                int status = submit(admin, sqe);
                if (nsid == 1 && status == 0) {
                    IdentifyNamespace id = new IdentifyNamespace(buffer.get(0, 4096));
                    blocks = id.nsze();
                    blockBytes = id.lbaSizeBytes();
                }
            }
        }
        if (blocks == 0) {
            throw new GuestStuckException("namespace 1 has no block");
        }
    }

    private void workload() {
        int most = Math.min(habits.blocksMax(), BUFFER_BYTES / blockBytes);
        if (mdts > 0) {
            most = Math.min(most, (4096 << mdts) / blockBytes);
        }
        boolean tooLong = spec.has(GuestFault.MDTS_EXCEEDED) && mdts > 0;
        for (int i = 0; i < spec.operations(); i++) {
            int count = 1 + machine.random.nextInt(most);
            if (tooLong && i == spec.operations() / 2) {
                exceed();
            }
            long slba = machine.random.nextLong(Math.min(blocks, 1 << 20) - count);
            if (i % 3 == 0) {
                write(slba, count);
            }
            read(slba, count);
            machine.pause(machine.random.nextInt(50_000));
        }
    }

    private void write(long slba, int count) {
        byte[] content = new byte[count * blockBytes];
        long[] stamps = new long[count];
        for (int i = 0; i < count; i++) {
            stamps[i] = disk.stamp();
            byte[] block = DiskContent.block(slba + i, stamps[i], blockBytes);
            System.arraycopy(block, 0, content, i * blockBytes, blockBytes);
        }
        buffer.put(content);
        int status = submit(pairs.get(0), io(Opcodes.IO_WRITE, slba, count));
        for (int i = 0; i < count; i++) {
            if (status == 0) {
                disk.written(slba + i, stamps[i]);
            } else {
                disk.unsettled(slba + i);
            }
        }
    }

    private void read(long slba, int count) {
        if (submit(pairs.get(0), io(Opcodes.IO_READ, slba, count)) != 0) {
            return;
        }
        byte[] content = buffer.get(0, count * blockBytes);
        for (int i = 0; i < count; i++) {
            if (disk.matches(slba + i, content, i * blockBytes, blockBytes)) {
                machine.tally.verifiedBlocks++;
            } else {
                machine.tally.wrongBlocks++;
            }
        }
    }

    /** One read beyond MDTS; a controller refuses it. */
    private void exceed() {
        int bytes = Math.min((4096 << mdts) + 4096, BUFFER_BYTES);
        long before = machine.tally.errors;
        submit(pairs.get(0), io(Opcodes.IO_READ, 0, bytes / blockBytes));
        machine.tally.errors = before;
    }

    private byte[] io(int opcode, long slba, int count) {
        byte[] sqe = sqe(opcode);
        Sqe.putNsid(sqe, 0, 1);
        NvmSqe.putRange(sqe, 0, slba, count);
        buffer.point(sqe, 0, count * blockBytes);
        if (spec.has(GuestFault.PRP2_JUNK) && Sqe.prp2(sqe, 0) == 0) {
            Sqe.putPrp2(sqe, 0, buffer.address + slba * 8);
        }
        return sqe;
    }

    private byte[] sqe(int opcode) {
        byte[] sqe = new byte[Sqe.SIZE];
        Sqe.putOpcode(sqe, 0, opcode);
        Sqe.putCid(sqe, 0, cid++ & 0x7FFF);
        return sqe;
    }

    private void require(GuestQueuePair pair, byte[] sqe) {
        int status = submit(pair, sqe);
        if (status != 0) {
            throw new GuestStuckException(
                    "opcode " + Sqe.opcode(sqe, 0) + ": " + StatusCode.describe(status));
        }
    }

    /** Submits, polls, acknowledges; -1 after a timeout and a reset. */
    private int submit(GuestQueuePair pair, byte[] sqe) {
        pair.place(sqe, Sqe.SIZE);
        boolean io = pair.qid != 0;
        if (io && !rangFalsely && spec.has(GuestFault.SQ_TAIL_OUT_OF_RANGE)) {
            rangFalsely = true;
            pair.ringOutOfRange(CPU);
        }
        pair.ring(CPU);
        if (!machine.poll(pair::completionThere, POLL_NS, habits.timeoutNs())) {
            machine.tally.timeouts++;
            if (io && spec.has(GuestFault.FW_TIMEOUT_FULL_RESET)) {
                return -1;
            }
            if (++machine.tally.resets > RESETS_MAX || !io) {
                throw new GuestStuckException("opcode " + Sqe.opcode(sqe, 0) + " timed out");
            }
            enable();
            return -1;
        }
        int[] status = {-1};
        pair.reap(cqe -> status[0] = judge(pair, sqe, cqe));
        pair.acknowledge(CPU);
        machine.tally.commands++;
        machine.tally.errors += io && status[0] != 0 ? 1 : 0;
        return status[0];
    }

    private int judge(GuestQueuePair pair, byte[] sqe, byte[] cqe) {
        boolean mine = Cqe.cid(cqe, 0) == Sqe.cid(sqe, 0) && Cqe.sqid(cqe, 0) == pair.qid;
        if (!mine) {
            machine.tally.errors++;
        }
        return Cqe.status(cqe, 0);
    }

    private void end() {
        if (habits.shutsDown()) {
            machine.write32(Registers.CC, CC_ON | Registers.SHN_NORMAL << 14, CPU);
        }
        if (spec.has(GuestFault.UNCLEAN_SHUTDOWN)) {
            pairs.get(0).place(io(Opcodes.IO_READ, 0, 1), Sqe.SIZE);
            pairs.get(0).ring(CPU);
            machine.write32(Registers.CC, 0, CPU);
            ready(false);
        }
    }
}
