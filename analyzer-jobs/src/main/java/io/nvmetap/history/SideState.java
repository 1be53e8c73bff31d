package io.nvmetap.history;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.QueueState;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.NvmSqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import java.io.Serializable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * One side's view of the controller. Queues come to exist when their Create completed with status 0
 * and are gone on Delete, disable and reset (NVMe Base 2.0, 3.3.1 and 3.7.2).
 */
public final class SideState implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Commands in flight kept on one side; beyond it the side counts as not known. */
    public static final int IN_FLIGHT_MAX = 1 << 17;

    /** Byte of a completion that holds the phase tag (NVMe Base 2.0, 4.6.1). */
    private static final int PHASE_BYTE = 14;

    private static final long LOW_HALF = 0xFFFF_FFFFL;

    /** Entries of the smallest queue. */
    private static final int ENTRIES_MIN = 2;

    public final Side side;

    /** Queues and commands are known: since an enable, a reset, or a snapshot. */
    public boolean known;

    public boolean enabled;
    public int cc;
    public boolean shutdownNotified;

    /** Last completion that was matched, -1 none. */
    public long lastDoneNs = -1;

    /** Log2 of the largest transfer this side was told, -1 not told. */
    public int mdts = -1;

    /** Enables seen; 0 before the first. */
    public int epoch;

    public long epochSeq = -1;
    public boolean numberOfQueuesSet;

    /** Doorbell Buffer Config was accepted in this epoch. */
    public boolean doorbellBuffers;

    public int aqa;
    public boolean aqaKnown;

    /** CAP as this side was shown it, each half with the event that told it, -1 not seen. */
    public long cap;

    public long capLowSeq = -1;
    public long capHighSeq = -1;
    public final QueueTable<SubmissionQueue> sqs = new QueueTable<>();
    public final QueueTable<CompletionQueue> cqs = new QueueTable<>();
    public final Map<Integer, Command> inFlight = new LinkedHashMap<>();
    private final Map<Long, Command> byId = new HashMap<>();
    private final InFlightCounts counts = new InFlightCounts();

    /** Slots of completion queues that are gone, by number, until the next of that number. */
    private final Map<Integer, SlotMemory> former = new HashMap<>();

    public final Set<Integer> maskedVectors = new HashSet<>();
    public final VectorMasks masks = new VectorMasks();

    SideState(Side side) {
        this.side = side;
    }

    /** Nothing is known until the next enable, reset or snapshot. */
    void unknown() {
        clear();
        former.clear();
        known = false;
        enabled = false;
        aqaKnown = false;
        capLowSeq = -1;
        capHighSeq = -1;
    }

    private void clear() {
        cqs.values().forEach(this::leave);
        sqs.clear();
        cqs.clear();
        inFlight.clear();
        counts.clear();
        byId.clear();
        numberOfQueuesSet = false;
        doorbellBuffers = false;
        shutdownNotified = false;
    }

    void restore(LiveState s) {
        unknown();
        if (!s.known()) {
            return;
        }
        known = true;
        cc = (int) s.cc();
        enabled = Registers.ccEn(cc);
        aqa = (int) s.aqa();
        aqaKnown = true;
        numberOfQueuesSet = s.numberOfQueuesSet();
        maskedVectors.clear();
        maskedVectors.addAll(s.maskedVectors());
        for (QueueState q : s.queues()) {
            if (q.sizeEntries() < ENTRIES_MIN) {
                unknown();
                return;
            }
            if (q.completion()) {
                CompletionQueue cq =
                        new CompletionQueue(
                                q.qid(), q.sizeEntries(), q.vector(), q.interruptsEnabled());
                cq.head = q.head();
                cqs.put(q.qid(), cq);
            } else {
                SubmissionQueue sq = new SubmissionQueue(q.qid(), q.cqid(), q.sizeEntries());
                sq.tail = q.tail();
                sq.taken = q.tail();
                sqs.put(q.qid(), sq);
            }
        }
        // Commands in flight at the snapshot are not described well enough to judge them.
        known = s.queues().stream().allMatch(q -> q.cidsInFlight().isEmpty());
    }

    /** How many are in flight, of which kind. */
    public InFlightCounts counts() {
        return counts;
    }

    /** I/O queues, both kinds. */
    public int ioQueues() {
        return (int)
                (sqs.keySet().stream().filter(q -> q > 0).count()
                        + cqs.keySet().stream().filter(q -> q > 0).count());
    }

    /** Remembers CAP, read whole or in halves. */
    void registerRead(CapturedEvent e) {
        if (e.space != RegisterSpace.BAR0 || !e.flag || e.widthBytes < 4) {
            return;
        }
        if (e.registerOffset == Registers.CAP) {
            cap = cap & ~LOW_HALF | e.value & LOW_HALF;
            capLowSeq = e.seq;
        }
        boolean whole = e.registerOffset == Registers.CAP && e.widthBytes == 8;
        if (whole || e.registerOffset == Registers.CAP_HIGH) {
            cap = whole ? e.value : cap & LOW_HALF | e.value << 32;
            capHighSeq = e.seq;
        }
    }

    void register(CapturedEvent e, Facts facts) {
        if (e.space != RegisterSpace.BAR0) {
            return;
        }
        if (e.registerOffset == Registers.AQA) {
            aqa = (int) e.value;
            aqaKnown = true;
        } else if (e.registerOffset == Registers.CC) {
            configure((int) e.value, e, facts);
        }
    }

    private void configure(int value, CapturedEvent e, Facts facts) {
        boolean enable = Registers.ccEn(value);
        cc = value;
        if (enable && !enabled) {
            enable(e, facts);
        } else if (!enable && (enabled || !known)) {
            gone(facts);
            facts.disabled = true;
        }
        shutdownNotified |= Registers.ccShn(value) != 0;
        enabled = enable;
    }

    private void enable(CapturedEvent e, Facts facts) {
        boolean sawDisabled = known;
        boolean wasKnown = known || !enabled;
        clear();
        known = wasKnown;
        epoch++;
        epochSeq = e.seq;
        facts.enabled = true;
        if (aqaKnown) {
            sqs.put(0, new SubmissionQueue(0, 0, Registers.aqaAsqs(aqa) + adjust(aqa, false)));
            int entries = Registers.aqaAcqs(aqa) + adjust(aqa, true);
            create(new CompletionQueue(0, entries, 0, true), sawDisabled ? e.seq : -1);
        } else {
            known = false;
        }
    }

    private void create(CompletionQueue cq, long seq) {
        cq.bornSeq = seq;
        cq.former = former.remove(cq.qid);
        cqs.put(cq.qid, cq);
    }

    /** A completion queue goes; its memory may come back as that of the next. */
    private void leave(CompletionQueue cq) {
        if (!cq.slots.isEmpty()) {
            former.put(cq.qid, cq.slots);
        }
    }

    /** Difference between what the codec returns and a size in entries. */
    private static int adjust(int aqa, boolean completion) {
        int raw = (completion ? aqa >>> 16 : aqa) & 0xFFF;
        int got = completion ? Registers.aqaAcqs(aqa) : Registers.aqaAsqs(aqa);
        return raw + 1 - got;
    }

    void reset(Facts facts) {
        gone(facts);
        facts.disabled = enabled;
        enabled = false;
        known = true;
        cc = 0;
        maskedVectors.clear();
    }

    private void gone(Facts facts) {
        facts.abandoned.addAll(inFlight.values());
        facts.abandonedQueues = ioQueues();
        boolean notified = shutdownNotified;
        clear();
        shutdownNotified = notified;
        known = true;
    }

    void submitted(CapturedEvent e, Facts facts) {
        Command c = new Command();
        c.commandId = e.commandId;
        c.sqid = e.qid;
        c.cid = Sqe.cid(e.entry, 0);
        c.opcode = Sqe.opcode(e.entry, 0);
        c.slot = e.slot;
        c.owner = e.owner;
        c.startNs = e.timeNs;
        c.startSeq = e.seq;
        c.prp1 = Sqe.prp1(e.entry, 0);
        c.prp1Known = e.knows(Sqe.PRP1_OFFSET, 8) && !e.sgl;
        c.prp2 = Sqe.prp2(e.entry, 0);
        c.prp2Known = e.knows(Sqe.PRP2_OFFSET, 8) && !e.sgl;
        c.dataBytes = e.dataBytes;
        c.cdw10 = Sqe.cdw10(e.entry, 0);
        c.cdw11 = Sqe.cdw11(e.entry, 0);
        boolean ranged = c.sqid > 0 && NvmSqe.hasRange(c.opcode);
        c.blocks = ranged && e.knows(Sqe.CDW12_OFFSET, 2) ? NvmSqe.blockCount(e.entry, 0) : -1;
        c.cdw10Known = e.knows(Sqe.CDW10_OFFSET, 1);
        c.cdw10AllKnown = e.knows(Sqe.CDW10_OFFSET, 4);
        c.cdw11Known = e.knows(Sqe.CDW11_OFFSET, 4);
        if (inFlight.size() >= IN_FLIGHT_MAX || byId.size() >= IN_FLIGHT_MAX) {
            unknown();
        }
        Command replaced = inFlight.put(key(c.sqid, c.cid), c);
        counts.add(c);
        if (replaced != null) {
            counts.remove(replaced);
        }
        if (replaced != null && replaced.commandId < 0) {
            byId.remove(replaced.commandId);
        }
        byId.put(c.commandId, c);
        facts.command = c;
        SubmissionQueue sq = sqs.get(e.qid);
        facts.sq = sq;
        c.nowhere = known && sq == null;
        facts.replaced = replaced;
        if (sq != null) {
            if (side == Side.DEVICE) {
                sq.ring.place(c);
            } else {
                facts.againSeq = sq.fetched.put(e);
            }
            sq.taken = (sq.taken + 1) % sq.sizeEntries;
            // Where the consumer tells, the doorbell came before; else it is still to come.
            if (side == Side.DEVICE && sq.waitingSinceNs < 0) {
                if (sq.unrung.size() >= sq.sizeEntries) {
                    sq.unrung.removeFirst();
                }
                sq.unrung.addLast(c);
            }
            if (sq.waitingSinceNs >= 0) {
                facts.waitedNs = e.timeNs - sq.waitingSinceNs;
                facts.waitedFromSeq = sq.waitingSeq;
                boolean all = sq.taken == sq.tail;
                sq.waitingSinceNs = all ? -1 : e.timeNs;
            }
        }
    }

    /** An entry changed in its queue; no command was placed. */
    void changed(CapturedEvent e, Facts facts) {
        facts.changed = sqs.get(e.qid);
        facts.changedUnder = facts.changed == null ? null : facts.changed.ring.in(e.slot);
    }

    void completed(CapturedEvent e, Facts facts) {
        Command c = find(e);
        CompletionQueue cq = cqs.get(e.qid);
        facts.cq = cq;
        facts.command = c;
        facts.unmatched = c == null && known;
        facts.succeeded = (Cqe.status(e.entry, 0) & StatusCode.CODE_MASK) == 0;
        if (cq != null) {
            cq.doneSeq = e.seq;
            remember(e, cq, facts);
        }
        consumed(e, c);
        if (c != null) {
            if (inFlight.remove(key(c.sqid, c.cid), c)) {
                counts.remove(c);
            }
            byId.remove(c.commandId);
            lastDoneNs = e.timeNs;
            c.doneNs = e.timeNs;
            c.doneSeq = e.seq;
            c.cqid = e.qid;
            if (c.admin() && (Cqe.status(e.entry, 0) & 0x7FF) == 0) {
                succeeded(c, e, facts);
            }
        }
        if (cq != null) {
            post(cq, c == null ? placeholder(e) : c);
        }
    }

    /**
     * What the slot held before, and what it holds now. Where another command is in flight, the
     * same bytes as before may hide that one's completion: until it ends, what this identifier does
     * is doubtful.
     */
    private void remember(CapturedEvent e, CompletionQueue cq, Facts facts) {
        if (!cq.slots.takes(e)) {
            return;
        }
        facts.slotHeld = cq.slots.holds(e);
        facts.againSeq = cq.slots.same(e, true);
        facts.leftoverSeq = cq.former == null ? -1 : cq.former.same(e, false);
        boolean same = facts.againSeq >= 0 || facts.leftoverSeq >= 0;
        int identifier = key(Cqe.sqid(e.entry, 0), Cqe.cid(e.entry, 0));
        long oldest = same || facts.unmatched ? oldestBeside(facts.command, cq) : Long.MAX_VALUE;
        facts.doubtful =
                facts.unmatched
                        && (same || cq.adrift || cq.doubts.getOrDefault(identifier, -1L) > oldest);
        if (facts.doubtful) {
            cq.doubtSeq = e.seq;
            cq.adrift |= facts.leftoverSeq >= 0;
        }
        if (same && oldest < e.seq) {
            cq.doubts.values().removeIf(seq -> seq <= oldest);
            cq.doubts.put(identifier, e.seq);
        }
        cq.slots.put(e);
        if (e.slot == cq.sizeEntries - 1) {
            cq.former = null;
        }
    }

    /** When the oldest command was submitted, this one apart, that may complete on the queue. */
    private long oldestBeside(Command done, CompletionQueue cq) {
        for (Command c : inFlight.values()) {
            SubmissionQueue sq = c == done || c.waitsForEvent() ? null : sqs.get(c.sqid);
            if (sq != null && sq.cqid == cq.qid) {
                return c.startSeq;
            }
        }
        return Long.MAX_VALUE;
    }

    /** What a completion tells of its submission queue: SQHD, and that its command was taken. */
    private void consumed(CapturedEvent e, Command c) {
        boolean named = e.knows(Cqe.SQID_OFFSET, 2);
        SubmissionQueue sq =
                c == null && !named ? null : sqs.get(c == null ? Cqe.sqid(e.entry, 0) : c.sqid);
        if (sq == null || side != Side.DEVICE) {
            return;
        }
        if (c != null) {
            sq.ring.completed(c, e.seq);
        }
        if (e.knows(Cqe.SQHD_OFFSET, 2)) {
            sq.ring.consumed(Cqe.sqhd(e.entry, 0), e.seq);
        }
    }

    private static void post(CompletionQueue cq, Command c) {
        cq.published = Math.max(0, cq.published - 1);
        if (cq.ackedEarly > 0) {
            cq.ackedEarly--;
            c.ackedNs = cq.headNs;
            c.ackedSeq = cq.headSeq;
        } else if (cq.unacked.size() < cq.sizeEntries) {
            cq.unacked.addLast(c);
        }
    }

    /** A store that holds the phase tag shows the entry to the guest. */
    void stored(CapturedEvent e) {
        CompletionQueue cq = cqs.get(e.qid);
        boolean phase = e.byteOffset <= PHASE_BYTE && e.byteOffset + e.byteCount > PHASE_BYTE;
        if (cq != null && phase && cq.published < cq.sizeEntries) {
            cq.published++;
        }
    }

    private static Command placeholder(CapturedEvent e) {
        Command c = new Command();
        c.commandId = -1;
        c.cid = Cqe.cid(e.entry, 0);
        c.sqid = -1;
        c.doneNs = e.timeNs;
        c.doneSeq = e.seq;
        c.cqid = e.qid;
        return c;
    }

    private Command find(CapturedEvent e) {
        // The id that ties both sides is never reused; a CID may be, as soon as the guest sees the
        // completion, which is before its copy is told.
        Command c = e.commandId < 0 ? null : byId(e.commandId);
        if (c != null && side == Side.DEVICE && e.knows(Cqe.SQID_OFFSET, 2)) {
            // Submitted twice, it has two identifiers there: the completion is of one of them.
            Command exact = inFlight.get(key(Cqe.sqid(e.entry, 0), Cqe.cid(e.entry, 0)));
            boolean same = exact != null && exact.commandId == e.commandId;
            return same ? exact : c;
        }
        if (c != null || !e.knows(Cqe.SQID_OFFSET, 2)) {
            return c;
        }
        c = inFlight.get(key(Cqe.sqid(e.entry, 0), Cqe.cid(e.entry, 0)));
        boolean other =
                c != null && c.commandId >= 0 && e.commandId >= 0 && c.commandId != e.commandId;
        return other ? null : c;
    }

    /**
     * @return the command in flight on this side that has this id, or null
     */
    public Command byId(long commandId) {
        return byId.get(commandId);
    }

    /**
     * @return the command in flight with this identifier on this submission queue, or null
     */
    public Command inFlight(int sqid, int cid) {
        return inFlight.get(key(sqid, cid));
    }

    private void succeeded(Command c, CapturedEvent e, Facts facts) {
        if (c.opcode == Opcodes.ADMIN_DOORBELL_BUFFER_CONFIG) {
            doorbellBuffers = true;
        }
        if (!c.cdw10Known) {
            return;
        }
        int qid = c.cdw10 & 0xFFFF;
        int size = (c.cdw10 >>> 16) + 1;
        boolean creates =
                c.opcode == Opcodes.ADMIN_CREATE_SQ || c.opcode == Opcodes.ADMIN_CREATE_CQ;
        if (creates && (!c.cdw10AllKnown || !c.cdw11Known || size < ENTRIES_MIN)) {
            // A queue exists of which size or partner was not seen.
            known = false;
            return;
        }
        switch (c.opcode) {
            case Opcodes.ADMIN_CREATE_SQ -> {
                sqs.put(qid, new SubmissionQueue(qid, c.cdw11 >>> 16, size));
                facts.queueCreated = true;
            }
            case Opcodes.ADMIN_CREATE_CQ -> {
                boolean ien = (c.cdw11 & 2) != 0;
                create(new CompletionQueue(qid, size, c.cdw11 >>> 16, ien), e.seq);
                facts.queueCreated = true;
            }
            case Opcodes.ADMIN_DELETE_SQ -> {
                facts.queueDeleted = true;
                sqs.remove(qid);
                released(qid);
            }
            case Opcodes.ADMIN_DELETE_CQ -> {
                facts.queueDeleted = true;
                CompletionQueue gone = cqs.remove(qid);
                if (gone != null) {
                    leave(gone);
                }
            }
            case Opcodes.ADMIN_SET_FEATURES -> numberOfQueuesSet |= (c.cdw10 & 0xFF) == 0x07;
            default -> {
                // Changes nothing modelled here.
            }
        }
    }

    /**
     * Commands of a deleted queue are aborted, with or without a completion that is still to be
     * seen (NVMe Base 2.0, 3.3.1.3): nobody owes anything for them.
     */
    private void released(int sqid) {
        for (Command c : inFlight.values()) {
            c.released |= c.sqid == sqid;
        }
    }

    void doorbell(CapturedEvent e, boolean shadow, Facts facts) {
        if (e.doorbell == DoorbellKind.SQ_TAIL) {
            SubmissionQueue sq = sqs.get(e.qid);
            facts.sq = sq;
            if (sq != null) {
                sq.shadowed |= shadow;
                if (shadow || !sq.shadowed) {
                    submissionTail(sq, e, facts);
                }
            }
            return;
        }
        CompletionQueue cq = cqs.get(e.qid);
        facts.cq = cq;
        if (cq == null) {
            return;
        }
        int ahead = Math.max(0, cq.published - cq.ackedEarly);
        facts.unackedBefore = cq.unacked.size() + ahead;
        cq.shadowed |= shadow;
        boolean announces = !shadow && cq.shadowed;
        if (announces || e.value < 0 || e.value >= cq.sizeEntries) {
            return;
        }
        facts.advance = Math.floorMod((int) e.value - cq.head, cq.sizeEntries);
        facts.oldestAcked = facts.advance > 0 ? cq.unacked.peekFirst() : null;
        cq.head = (int) e.value;
        cq.headNs = e.timeNs;
        cq.headSeq = e.seq;
        for (int i = 0; i < facts.advance; i++) {
            if (!cq.unacked.isEmpty()) {
                Command acked = cq.unacked.removeFirst();
                acked.ackedNs = e.timeNs;
                acked.ackedSeq = e.seq;
            } else if (cq.ackedEarly < cq.published) {
                cq.ackedEarly++;
            }
        }
    }

    private static void submissionTail(SubmissionQueue sq, CapturedEvent e, Facts facts) {
        if (e.value < 0 || e.value >= sq.sizeEntries) {
            return;
        }
        facts.advance = Math.floorMod((int) e.value - sq.tail, sq.sizeEntries);
        sq.tail = (int) e.value;
        sq.unrung.forEach(c -> c.rungNs = e.timeNs);
        sq.unrung.clear();
        if (sq.taken != sq.tail && sq.waitingSinceNs < 0) {
            sq.waitingSinceNs = e.timeNs;
            sq.waitingSeq = e.seq;
            sq.waitingReported = false;
        }
    }

    void interrupt(int vector, long seq) {
        for (CompletionQueue cq : cqs.values()) {
            if (cq.vector == vector) {
                cq.interruptSeq = seq;
            }
        }
    }

    private static int key(int sqid, int cid) {
        return sqid << 16 | cid;
    }
}
