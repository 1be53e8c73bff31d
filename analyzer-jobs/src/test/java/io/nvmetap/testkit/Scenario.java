package io.nvmetap.testkit;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.ControllerInfo;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.Owner;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.event.RequestStep;
import io.nvmetap.event.Side;
import io.nvmetap.event.Transfer;
import io.nvmetap.event.Unseen;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.FeatureId;
import io.nvmetap.nvme.IdentifyCns;
import io.nvmetap.nvme.IdentifyController;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.NvmSqe;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A small history in words. Every call is one step at the scenario's clock; {@link #judged} runs
 * the rules.
 */
public final class Scenario extends ScenarioSteps {
    private Scenario(boolean mediated, String profile, int mdts, Set<Unseen> unseen) {
        super(mediated);
        ControllerInfo info =
                new ControllerInfo(-1, -1, 0, 0, "", "", "", mdts, profile, LiveState.DISABLED);
        add(
                new CapturedEvent()
                        .asCaptureStarted(
                                new CaptureStarted(
                                        0,
                                        1,
                                        "",
                                        "",
                                        "",
                                        mediated ? "reference" : "",
                                        "",
                                        "",
                                        mediated ? "mediator" : "log",
                                        unseen,
                                        "",
                                        List.of(info),
                                        PayloadPolicy.ADMIN)));
    }

    /** A mediator that shows everything. */
    public static Scenario mediated() {
        return new Scenario(true, "", -1, Set.of());
    }

    /** The same in front of an Apple controller. */
    public static Scenario apple() {
        return new Scenario(true, "apple", -1, Set.of());
    }

    /** The same in front of Apple's ANS2. */
    public static Scenario ans2() {
        return new Scenario(true, "apple-ans2", -1, Set.of());
    }

    /** A mediator in front of a controller that may never clear RDY. */
    public static Scenario keepsReady() {
        return new Scenario(true, "toshiba", -1, Set.of());
    }

    /** A guest alone with Apple's ANS2. */
    public static Scenario ans2Log() {
        return new Scenario(false, "apple-ans2", -1, EnumSet.of(Unseen.GUEST_SIDE));
    }

    /** A mediator in front of a controller with this MDTS. */
    public static Scenario mediatedWithMdts(int mdts) {
        return new Scenario(true, "", mdts, Set.of());
    }

    /** A mediator whose source lacks something. */
    public static Scenario mediatedBlindFor(Unseen what) {
        return new Scenario(true, "", -1, EnumSet.of(what));
    }

    /** A log of the device side, no mediator. */
    public static Scenario log() {
        return new Scenario(false, "", -1, EnumSet.of(Unseen.GUEST_SIDE));
    }

    /** Writes CC on both sides (or the only one). */
    public Scenario cc(int value) {
        if (mediated) {
            register(Side.GUEST, Registers.CC, value);
        }
        return register(Side.DEVICE, Registers.CC, value);
    }

    /** Writes CC on one side. */
    public Scenario cc(Side side, int value) {
        return register(side, Registers.CC, value);
    }

    /** Admin queues of 32 entries, CC.EN=1. */
    public Scenario enable() {
        if (mediated) {
            register(Side.GUEST, Registers.AQA, 0x1f001f);
        }
        return register(Side.DEVICE, Registers.AQA, 0x1f001f).cc(0x460001);
    }

    /** Set Features 07h. */
    public Scenario asksForQueues() {
        return command(0, 240, sqe(0x09, 240, 0x07, 0x10001));
    }

    /** One pair with interrupts, vector = qid. */
    public Scenario createPair(int qid, int entries) {
        int size = qid | entries - 1 << 16;
        // No identifier twice in a row: some controllers hold them for a while.
        int cid = 220 + qid % 8 * 2;
        command(0, cid, sqe(0x05, cid, size, qid << 16 | 3));
        nextSlot.remove(qid);
        completions.remove(qid << 1);
        completions.remove(qid << 1 | 1);
        sizes.put(qid, entries);
        return command(0, cid + 1, sqe(0x01, cid + 1, size, qid << 16 | 1));
    }

    /** Delete I/O Submission Queue. */
    public Scenario deletesSq(int qid) {
        return command(0, 243, sqe(0x00, 243, qid, 0));
    }

    /** Delete I/O Completion Queue. */
    public Scenario deletesCq(int qid) {
        return command(0, 904, sqe(0x04, 904, qid, 0));
    }

    /** Enabled, asked, one pair of 8 entries. */
    public Scenario ready() {
        return enable().asksForQueues().createPair(1, 8);
    }

    private static byte[] sqe(int opcode, int cid, int cdw10, int cdw11) {
        byte[] b = new byte[64];
        Sqe.putOpcode(b, 0, opcode);
        Sqe.putCid(b, 0, cid);
        Sqe.putCdw10(b, 0, cdw10);
        Sqe.putCdw11(b, 0, cdw11);
        return b;
    }

    /** A page for each command, none of them at zero. */
    private static long buffer(int cid) {
        return cid == 0 ? 0x800_0000L : 0x1000L * cid;
    }

    private static byte[] io(int opcode, int cid, long prp1) {
        byte[] b = sqe(opcode, cid, 0, 0);
        Sqe.putPrp1(b, 0, prp1);
        return b;
    }

    /** A whole command on its way there and back, acknowledged on no side. */
    private Scenario command(int sqid, int cid, byte[] sqe) {
        if (mediated) {
            submit(EventKind.COMMAND_FETCHED, sqid, sqe, Owner.GUEST, -1);
        }
        submit(EventKind.COMMAND_EMITTED, sqid, sqe, Owner.GUEST, -1);
        seen(sqid, cid);
        return mediated ? copied(sqid, cid) : this;
    }

    private Scenario submit(EventKind kind, int sqid, byte[] sqe, Owner owner, long bytes) {
        int slot = 0;
        if (kind == EventKind.COMMAND_EMITTED) {
            slot = nextSlot.getOrDefault(sqid, 0);
            nextSlot.put(sqid, (slot + 1) % sizes.getOrDefault(sqid, 32));
        }
        CapturedEvent e = event().asCommand(kind, sqid, slot, sqe, 0, 64);
        e.owned(owner, id(sqid, Sqe.cid(sqe, 0), owner));
        e.dataBytes = bytes;
        return us(1).add(e);
    }

    /** A fetched Read that differs from one with the same cid by its command id. */
    public Scenario fetchedAs(int sqid, int cid, long commandId) {
        byte[] sqe = io(2, cid, buffer(cid));
        CapturedEvent e = event().asCommand(EventKind.COMMAND_FETCHED, sqid, 0, sqe, 0, 64);
        return us(1).add(e.owned(Owner.GUEST, commandId));
    }

    /** An entry as it is, fetched or emitted; the id ties both sides. */
    public Scenario entry(EventKind kind, int sqid, int slot, byte[] sqe, long commandId) {
        return us(1).add(
                        event().asCommand(kind, sqid, slot, sqe, 0, sqe.length)
                                .owned(Owner.GUEST, commandId));
    }

    /** The same of which the source saw only the first bytes, less than 64. */
    public Scenario entryInPart(
            EventKind kind, int sqid, int slot, byte[] sqe, long commandId, int bytes) {
        CapturedEvent e = event().asCommand(kind, sqid, slot, sqe, 0, sqe.length);
        e.known = (1L << bytes) - 1;
        return us(1).add(e.owned(Owner.GUEST, commandId));
    }

    /** The guest gets a status for the command with this command id. */
    public Scenario answered(int sqid, int cid, int status, long commandId) {
        byte[] cqe = new byte[16];
        Cqe.putCid(cqe, 0, cid);
        Cqe.putSqid(cqe, 0, sqid);
        Cqe.putStatusAndPhase(cqe, 0, status, 1);
        CapturedEvent e = event().asCompletion(EventKind.COMPLETION_COPIED, sqid, 0, cqe, 0);
        return us(1).add(e.owned(Owner.GUEST, commandId));
    }

    /** The guest gets the completion of the command with this command id. */
    public Scenario copiedOf(int sqid, int cid, long commandId) {
        byte[] cqe = new byte[16];
        Cqe.putCid(cqe, 0, cid);
        Cqe.putSqid(cqe, 0, sqid);
        CapturedEvent e = completion(EventKind.COMPLETION_COPIED, sqid, cqe);
        return us(1).add(e.owned(Owner.GUEST, commandId));
    }

    private static long id(int sqid, int cid, Owner owner) {
        return sqid * 100_000L + cid + (owner == Owner.MEDIATOR ? 50_000_000 : 0);
    }

    /** The mediator fetches a Read. */
    public Scenario fetched(int sqid, int cid) {
        return submit(EventKind.COMMAND_FETCHED, sqid, io(2, cid, buffer(cid)), Owner.GUEST, 4096);
    }

    /** The mediator fetches a Read from this slot. */
    public Scenario fetchedAt(int sqid, int slot, int cid) {
        CapturedEvent e =
                event().asCommand(
                                EventKind.COMMAND_FETCHED,
                                sqid,
                                slot,
                                io(2, cid, 0x1000L * cid),
                                0,
                                64);
        return us(1).add(e.owned(Owner.GUEST, id(sqid, cid, Owner.GUEST)));
    }

    /** A guest's Read is emitted (for a log: fetched by the controller). */
    public Scenario emitted(int sqid, int cid) {
        return submit(EventKind.COMMAND_EMITTED, sqid, io(2, cid, buffer(cid)), Owner.GUEST, 4096);
    }

    /** The mediator fetches a Read into this buffer from a slot. */
    public Scenario fetchedAt(int sqid, int slot, int cid, long prp1) {
        byte[] b = io(2, cid, prp1);
        CapturedEvent e = event().asCommand(EventKind.COMMAND_FETCHED, sqid, slot, b, 0, 64);
        return us(1).add(e.owned(Owner.GUEST, id(sqid, cid, Owner.GUEST)));
    }

    /** Commands 1 to n go their way one by one and are acknowledged; SQHD follows. */
    public Scenario lap(int qid, int n) {
        for (int cid = 1; cid <= n; cid++) {
            fetchedAt(qid, cid - 1, cid, 0x1000L * cid);
            emitted(qid, cid);
            seenWith(qid, cid, cid % n).copied(qid, cid);
            cq(Side.GUEST, qid, cid % n).cq(Side.DEVICE, qid, cid % n);
        }
        return this;
    }

    /** The next completion of a side's queue goes where this many completions would lead. */
    public Scenario standsAt(Side side, int cqid, int number) {
        completions.put(cqid << 1 | (side == Side.GUEST ? 1 : 0), number);
        return this;
    }

    /** An admin command on its way: fetched or emitted. */
    public Scenario admin(EventKind kind, int opcode, int cid, long prp1, Owner owner) {
        byte[] b = sqe(opcode, cid, 0, 0);
        Sqe.putPrp1(b, 0, prp1);
        Sqe.putPrp2(b, 0, prp1 + 0x1000);
        return submit(kind, 0, b, owner, -1);
    }

    /** A Create or Delete of a queue on its way: fetched or emitted. */
    public Scenario queueCommand(EventKind kind, int opcode, int cid, int cdw10, int cdw11) {
        return submit(kind, 0, sqe(opcode, cid, cdw10, cdw11), Owner.GUEST, -1);
    }

    /** The guest gets the completion of a command with this status. */
    public Scenario copiedStatus(int sqid, int cid, int status) {
        byte[] b = new byte[16];
        Cqe.putCid(b, 0, cid);
        Cqe.putSqid(b, 0, sqid);
        Cqe.putStatusAndPhase(b, 0, status, 1);
        CapturedEvent e = event().asCompletion(EventKind.COMPLETION_COPIED, sqid, 0, b, 0);
        return us(1).add(e.owned(Owner.GUEST, id(sqid, cid, Owner.GUEST)));
    }

    /** The controller refuses a guest's command. */
    public Scenario refused(int sqid, int cid, int status) {
        byte[] b = new byte[16];
        Cqe.putCid(b, 0, cid);
        Cqe.putSqid(b, 0, sqid);
        Cqe.putStatus(b, 0, status);
        CapturedEvent e = completion(EventKind.COMPLETION_SEEN, sqid, b);
        return us(1).add(e.owned(Owner.GUEST, id(sqid, cid, Owner.GUEST)));
    }

    /** Set Features 0Ch: from power state 0 to 1 after so many milliseconds idle. */
    public Scenario letsSleepAfterMs(long ms) {
        byte[] table = new byte[256];
        LittleEndian.put64(table, 0, ms << 8 | 1 << 3);
        return adminWith(
                sqe(0x09, 245, FeatureId.AUTONOMOUS_POWER_STATE, 1), Transfer.TO_DEVICE, table);
    }

    /** Identify Controller: power state 1 takes so long to leave. */
    public Scenario identifiesExit(int exitUs) {
        byte[] page = new byte[IdentifyController.SIZE];
        LittleEndian.put32(
                page, IdentifyController.PSD_OFFSET + IdentifyController.PSD_BYTES + 8, exitUs);
        return identifies(IdentifyCns.CONTROLLER, 0, page);
    }

    /** A guest's Identify with what it brought. */
    public Scenario identifies(int cns, int nsid, byte[] page) {
        byte[] b = sqe(0x06, 247, cns, 0);
        Sqe.putNsid(b, 0, nsid);
        return adminWith(b, Transfer.FROM_DEVICE, page);
    }

    /** An Identify that the controller refuses. */
    public Scenario identifyRefused(int cns, int nsid, int status) {
        byte[] b = sqe(0x06, 248, cns, 0);
        Sqe.putNsid(b, 0, nsid);
        submit(EventKind.COMMAND_FETCHED, 0, b, Owner.GUEST, 4096);
        submit(EventKind.COMMAND_EMITTED, 0, b, Owner.GUEST, 4096);
        return refused(0, 248, status).copied(0, 248);
    }

    /** An Identify that is passed on. */
    public Scenario identifyPassedOn(int cns, int nsid) {
        byte[] b = sqe(0x06, 249, cns, 0);
        Sqe.putNsid(b, 0, nsid);
        submit(EventKind.COMMAND_FETCHED, 0, b, Owner.GUEST, 4096);
        return submit(EventKind.COMMAND_EMITTED, 0, b, Owner.GUEST, 4096).rung(0);
    }

    /** A guest's command with blocks, passed on. */
    public Scenario ranged(int opcode, int cid, long slba, int blocks) {
        byte[] b = io(opcode, cid, 0x1000L * cid);
        NvmSqe.putRange(b, 0, slba, blocks);
        submit(EventKind.COMMAND_FETCHED, 1, b, Owner.GUEST, blocks * 512L);
        return submit(EventKind.COMMAND_EMITTED, 1, b, Owner.GUEST, blocks * 512L).rung(1);
    }

    /** A Read in an entry of 128 bytes reaches the controller. */
    public Scenario emittedLong(int sqid, int cid) {
        byte[] b = Arrays.copyOf(io(2, cid, 0x1000L * cid), 128);
        CapturedEvent e = event().asCommand(EventKind.COMMAND_EMITTED, sqid, 0, b, 0, 128);
        e.owned(Owner.GUEST, id(sqid, cid, Owner.GUEST));
        return us(1).add(e);
    }

    private Scenario adminWith(byte[] sqe, Transfer way, byte[] content) {
        int cid = Sqe.cid(sqe, 0);
        Sqe.putPrp1(sqe, 0, buffer(cid));
        if (mediated) {
            submit(EventKind.COMMAND_FETCHED, 0, sqe, Owner.GUEST, content.length);
        }
        submit(EventKind.COMMAND_EMITTED, 0, sqe, Owner.GUEST, content.length);
        CapturedEvent data =
                event().asPayload(Side.DEVICE, way, 0, cid, content.length, content)
                        .owned(Owner.GUEST, id(0, cid, Owner.GUEST));
        if (way == Transfer.TO_DEVICE) {
            add(data);
        }
        seen(0, cid);
        if (way == Transfer.FROM_DEVICE) {
            add(data);
        }
        return mediated ? copied(0, cid) : this;
    }

    /**
     * A Read on queue 1 from doorbell to acknowledgement.
     *
     * @param inMediatorUs from fetch to the controller's doorbell, and again to copy back
     */
    public Scenario read(int cid, long inMediatorUs, long inControllerUs) {
        fetched(1, cid).us(inMediatorUs - 1).emitted(1, cid).sq(Side.DEVICE, 1, next(1));
        us(inControllerUs - 1).seen(1, cid).cq(Side.DEVICE, 1, ackOf(2));
        return us(inMediatorUs - 1).copied(1, cid).cq(Side.GUEST, 1, ackOf(1));
    }

    private int next(int sqid) {
        return nextSlot.get(sqid);
    }

    /** The next head of queue 1: 1 on the guest's side, 2 on the device's. */
    private int ackOf(int which) {
        int entries = sizes.getOrDefault(1, 32);
        int head = (heads.getOrDefault(which, 0) + 1) % entries;
        heads.put(which, head);
        return head;
    }

    /** AQA, ASQ and ACQ are written. */
    public Scenario adminQueues(Side side, int aqa, int asq, int acq) {
        return writes(side, Registers.AQA, aqa)
                .writes(side, Registers.ASQ, asq)
                .writes(side, Registers.ASQ + 4, 0)
                .writes(side, Registers.ACQ, acq)
                .writes(side, Registers.ACQ + 4, 0);
    }

    /** Doorbell Buffer Config is answered with success by the mediator itself. */
    public Scenario sharesDoorbells() {
        byte[] sqe = sqe(0x7C, 9, 0, 0);
        return submit(EventKind.COMMAND_FETCHED, 0, sqe, Owner.GUEST, -1).copied(0, 9);
    }

    /** The mediator makes a Flush of what a slot holds. */
    public Scenario scrubs(int sqid, int slot) {
        CapturedEvent e =
                event().asCommand(EventKind.COMMAND_EMITTED, sqid, slot, io(0, 1, 0), 0, 64);
        return us(1).add(e.owned(Owner.MEDIATOR, -1));
    }

    /** The next command of the queue goes to this slot, -1 not seen. */
    public Scenario atSlot(int sqid, int slot) {
        nextSlot.put(sqid, slot);
        return this;
    }

    /** A guest's Write from a buffer. */
    public Scenario emittedFrom(int sqid, int cid, long prp1) {
        return submit(EventKind.COMMAND_EMITTED, sqid, io(1, cid, prp1), Owner.GUEST, 4096);
    }

    /** A Read of so many bytes reaches the controller. */
    public Scenario emittedBytes(int sqid, int cid, long bytes) {
        return submit(EventKind.COMMAND_EMITTED, sqid, io(2, cid, 0x1000), Owner.GUEST, bytes);
    }

    /** The mediator read these PRP list entries of a guest's command that it will fetch. */
    public Scenario listRead(int sqid, int cid, long address, long... entries) {
        byte[] b = new byte[8 * entries.length];
        for (int i = 0; i < entries.length; i++) {
            LittleEndian.put64(b, 8 * i, entries[i]);
        }
        long commandId = id(sqid, cid, Owner.GUEST);
        return add(event().asPointerList(sqid, commandId, address, b));
    }

    /** A guest's Read with PRP1 and PRP2, its length, and the pages it was taken to mean. */
    public Scenario pointing(
            EventKind kind, int sqid, int cid, long[] prps, long bytes, long... pageAndLength) {
        byte[] b = io(2, cid, prps[0]);
        Sqe.putPrp2(b, 0, prps[1]);
        CapturedEvent e = event().asCommand(kind, sqid, 0, b, 0, 64);
        e.owned(Owner.GUEST, id(sqid, cid, Owner.GUEST));
        e.dataBytes = bytes;
        for (int i = 0; i < pageAndLength.length; i += 2) {
            e.page(pageAndLength[i], (int) pageAndLength[i + 1]);
        }
        return us(1).add(e);
    }

    /** A guest's Identify reaches the controller. */
    public Scenario identifies(int cid, int cns) {
        byte[] b = sqe(6, cid, cns, 0);
        Sqe.putPrp1(b, 0, buffer(cid));
        return submit(EventKind.COMMAND_EMITTED, 0, b, Owner.GUEST, 4096);
    }

    /** Data that the controller gave for an admin command, before or after its completion. */
    public Scenario gives(int cid, byte[] page) {
        CapturedEvent e =
                event().asPayload(Side.DEVICE, Transfer.FROM_DEVICE, 0, cid, page.length, page);
        e.commandId = id(0, cid, Owner.GUEST);
        return add(e);
    }

    /** A guest's Read or Write of blocks of 512 bytes, done after so many microseconds. */
    public Scenario moves(int opcode, long slba, int blocks, long us) {
        byte[] b = io(opcode, 1, 0x1000);
        NvmSqe.putRange(b, 0, slba, blocks);
        submit(EventKind.COMMAND_EMITTED, 1, b, Owner.GUEST, 512L * blocks);
        return us(us - 1).seen(1, 1);
    }

    /** The mediator's own Read. */
    public Scenario own(int sqid, int cid) {
        return submit(EventKind.COMMAND_EMITTED, sqid, io(2, cid, 0x2400), Owner.MEDIATOR, 4096);
    }

    /** An event request of the guest. */
    public Scenario eventRequest(int cid) {
        submit(EventKind.COMMAND_FETCHED, 0, sqe(0x0C, cid, 0, 0), Owner.GUEST, 0);
        return submit(EventKind.COMMAND_EMITTED, 0, sqe(0x0C, cid, 0, 0), Owner.GUEST, 0);
    }

    /** The controller completes a guest's command, on the CQ of the same number. */
    public Scenario seen(int sqid, int cid) {
        return complete(EventKind.COMPLETION_SEEN, sqid, cid, sqid, 0, Owner.GUEST);
    }

    /** The same with this SQHD. */
    public Scenario seenWith(int sqid, int cid, int sqhd) {
        return complete(EventKind.COMPLETION_SEEN, sqid, cid, sqid, sqhd, Owner.GUEST);
    }

    /** The controller completes a command of the mediator. */
    public Scenario seenOwn(int sqid, int cid) {
        return complete(EventKind.COMPLETION_SEEN, sqid, cid, sqid, 0, Owner.MEDIATOR);
    }

    /** The guest gets the completion, SQHD 0. */
    public Scenario copied(int sqid, int cid) {
        return complete(EventKind.COMPLETION_COPIED, sqid, cid, sqid, 0, Owner.GUEST);
    }

    /** The guest gets the completion with these SQID and SQHD. */
    public Scenario copiedAs(int sqid, int cid, int claimedSqid, int sqhd) {
        return complete(EventKind.COMPLETION_COPIED, sqid, cid, claimedSqid, sqhd, Owner.GUEST);
    }

    private Scenario complete(EventKind kind, int cq, int cid, int sqid, int sqhd, Owner owner) {
        byte[] b = new byte[16];
        Cqe.putCid(b, 0, cid);
        Cqe.putSqid(b, 0, sqid);
        Cqe.putSqhd(b, 0, sqhd);
        return us(1).add(completion(kind, cq, b).owned(owner, id(cq, cid, owner)));
    }

    /** The entry comes into the next slot, with the phase tag of the lap. */
    private CapturedEvent completion(EventKind kind, int cq, byte[] cqe) {
        int place = cq << 1 | (kind == EventKind.COMPLETION_COPIED ? 1 : 0);
        int number = completions.merge(place, 1, Integer::sum) - 1;
        int size = sizes.getOrDefault(cq, 32);
        Cqe.putPhase(cqe, 0, 1 - (number / size & 1));
        return event().asCompletion(kind, cq, number % size, cqe, 0);
    }

    /** The mediator tells what becomes of a request of the guest. */
    public Scenario request(RequestStep step, int sqid, int cid) {
        return us(1).add(event().asRequest(step, sqid, Owner.GUEST, id(sqid, cid, Owner.GUEST)));
    }

    /** The mediator tells what becomes of a request of its own. */
    public Scenario ownRequest(RequestStep step, int sqid, int cid) {
        long id = id(sqid, cid, Owner.MEDIATOR);
        return us(1).add(event().asRequest(step, sqid, Owner.MEDIATOR, id));
    }

    /** A guest's Read is emitted once more, under another identifier and from this buffer. */
    public Scenario emittedAgain(int sqid, int cid, int deviceCid, long prp1) {
        int slot = nextSlot.getOrDefault(sqid, 0);
        nextSlot.put(sqid, (slot + 1) % sizes.getOrDefault(sqid, 32));
        byte[] sqe = io(2, deviceCid, prp1);
        CapturedEvent e = event().asCommand(EventKind.COMMAND_EMITTED, sqid, slot, sqe, 0, 64);
        return us(1).add(e.owned(Owner.GUEST, id(sqid, cid, Owner.GUEST)));
    }

    /** The controller completes a guest's command that was emitted under this identifier. */
    public Scenario seenAs(int sqid, int cid, int deviceCid) {
        byte[] b = new byte[16];
        Cqe.putCid(b, 0, deviceCid);
        Cqe.putSqid(b, 0, sqid);
        CapturedEvent e = completion(EventKind.COMPLETION_SEEN, sqid, b);
        return us(1).add(e.owned(Owner.GUEST, id(sqid, cid, Owner.GUEST)));
    }

    /** The mediator rings for what it has placed. */
    public Scenario rung(int qid) {
        return sq(Side.DEVICE, qid, next(qid));
    }

    /** Ends the capture and runs the rules. */
    public Judged judged() {
        add(event().asCaptureEnded(seq, 0, "end"));
        return Judged.of(events);
    }

    @Override
    Scenario self() {
        return this;
    }
}
