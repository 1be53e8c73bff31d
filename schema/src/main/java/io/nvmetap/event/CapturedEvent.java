package io.nvmetap.event;

import java.util.Arrays;

/**
 * One captured event of any kind.
 *
 * <p>Design note: a flat, mutable value with public fields, reused for a whole stream. Readers fill
 * it, rules read it, nobody keeps it ({@link #copy()} does). Which fields mean something depends on
 * {@link #kind}; the {@code as…} methods set them together and are the list of what belongs to
 * which kind. A class per kind would cost an allocation an event and a cast a field.
 */
public final class CapturedEvent {
    /** Bytes of the largest submission queue entry (CC.IOSQES 7). */
    public static final int ENTRY_BYTES_MAX = 128;

    /** Data pages one command may carry here; a larger list is a malformed event. */
    public static final int PAGES_MAX = 4096;

    /** Payload bytes in one event. */
    public static final int CONTENT_BYTES_MAX = 1 << 20;

    /** Session id, first eight bytes, big-endian. */
    public long sessionHigh;

    /** Session id, last eight bytes, big-endian. */
    public long sessionLow;

    /** Index into {@link CaptureStarted#controllers()}. */
    public int controller;

    /** Sequence number, gapless within the session. */
    public long seq;

    /** Monotonic nanoseconds since the capture started. */
    public long timeNs;

    /** CPU index, -1 not known. */
    public int cpu = -1;

    /** Where it was seen. */
    public Side side = Side.NONE;

    /** What it is. */
    public EventKind kind = EventKind.HEARTBEAT;

    /**
     * Queue id: sqid of commands and SQ doorbells, cqid of completions, CQ doorbells and stores.
     */
    public int qid;

    /** Slot index in the queue, -1 where not seen. */
    public int slot;

    /** Register or doorbell value, stored value, lock id, event count. */
    public long value;

    /** Byte offset of a register access; address of a pointer list. */
    public long registerOffset;

    /** Access width, bytes. */
    public int widthBytes;

    /**
     * {@link EventKind#REGISTER_READ}: the value was seen. Shadow doorbells: written, not read.
     * Released queue memory: of a completion queue.
     */
    public boolean flag;

    /** Register space of an access. */
    public RegisterSpace space = RegisterSpace.BAR0;

    /** Which doorbell. */
    public DoorbellKind doorbell = DoorbellKind.SQ_TAIL;

    /** Which shadow cell. */
    public ShadowCell cell = ShadowCell.DOORBELL;

    /** Raw SQE (64 or 128 bytes) or CQE (16 bytes). */
    public final byte[] entry = new byte[ENTRY_BYTES_MAX];

    /** Bytes of {@link #entry} that mean something. */
    public int entryBytes;

    /** Bit i: byte i of the first 64 bytes of {@link #entry} was seen; -1 all. */
    public long known = -1;

    /** Who issued the command. */
    public Owner owner = Owner.UNKNOWN;

    /** Ties both sides of a command. */
    public long commandId;

    /** Bytes a command transfers, -1 not known; total bytes of a payload. */
    public long dataBytes;

    /** The command's data pointer is an SGL. */
    public boolean sgl;

    /** Data pages: addresses; {@link #pageCount} of them. */
    public long[] pageAddress = new long[8];

    /** Data pages: lengths, bytes. */
    public int[] pageLengthBytes = new int[8];

    /** Data pages known. */
    public int pageCount;

    /** Interrupt vector. */
    public int vector;

    /** How the interrupt travels. */
    public InterruptKind interrupt = InterruptKind.UNKNOWN;

    /** What reset the controller. */
    public ResetKind reset = ResetKind.UNKNOWN;

    /** Begin or end of a reset. */
    public Edge edge = Edge.BEGIN;

    /** Step of a take-over. */
    public TakeOverStep step = TakeOverStep.DISCONNECT;

    /** Kind of a decision. */
    public DecisionKind decision = DecisionKind.IGNORED;

    /** Direction of a payload. */
    public Transfer transfer = Transfer.TO_DEVICE;

    /** What became of a request. */
    public RequestStep request = RequestStep.QUEUED;

    /** Command id of decisions and payloads, -1 none. */
    public int cid;

    /** First byte of a store within its slot. */
    public int byteOffset;

    /** Bytes of a store. */
    public int byteCount;

    /** Position of a store in the program order of its CQE. */
    public int storeIndex;

    /** Reason, driver, author or stage. */
    public String label = "";

    /** What a decision was about; text of an annotation. */
    public String text = "";

    /** Events lost, of {@link EventKind#CAPTURE_ENDED}. */
    public long lost;

    /** Payload content. */
    public byte[] content = NO_BYTES;

    /** Payload digest. */
    public byte[] digest = NO_BYTES;

    /** Only for {@link EventKind#CAPTURE_STARTED}. */
    public CaptureStarted header = CaptureStarted.unknown();

    /** Only for {@link EventKind#STATE_SNAPSHOT}. */
    public LiveState state = LiveState.UNKNOWN;

    private static final byte[] NO_BYTES = {};

    /** Sets where and when; every kind has these. */
    public CapturedEvent at(long newSeq, long newTimeNs, int newCpu, int newController) {
        seq = newSeq;
        timeNs = newTimeNs;
        cpu = newCpu;
        controller = newController;
        return this;
    }

    /** A bare kind: heartbeat, and the first step of the others. */
    public CapturedEvent as(EventKind newKind, Side newSide) {
        kind = newKind;
        side = newSide;
        return this;
    }

    /** {@link EventKind#CAPTURE_STARTED}. */
    public CapturedEvent asCaptureStarted(CaptureStarted newHeader) {
        header = newHeader;
        return as(EventKind.CAPTURE_STARTED, Side.NONE);
    }

    /** {@link EventKind#STATE_SNAPSHOT}. */
    public CapturedEvent asStateSnapshot(Side newSide, LiveState newState) {
        state = newState;
        return as(EventKind.STATE_SNAPSHOT, newSide);
    }

    /** {@link EventKind#REGISTER_READ}. */
    public CapturedEvent asRegisterRead(
            Side newSide, RegisterSpace newSpace, long offset, int width, long newValue) {
        flag = true;
        return register(EventKind.REGISTER_READ, newSide, newSpace, offset, width, newValue);
    }

    /** {@link EventKind#REGISTER_READ} whose value the source cannot see. */
    public CapturedEvent asRegisterReadUnseen(
            Side newSide, RegisterSpace newSpace, long offset, int width) {
        flag = false;
        return register(EventKind.REGISTER_READ, newSide, newSpace, offset, width, 0);
    }

    /** {@link EventKind#REGISTER_WRITTEN}. */
    public CapturedEvent asRegisterWritten(
            Side newSide, RegisterSpace newSpace, long offset, int width, long newValue) {
        return register(EventKind.REGISTER_WRITTEN, newSide, newSpace, offset, width, newValue);
    }

    private CapturedEvent register(
            EventKind newKind, Side s, RegisterSpace sp, long offset, int width, long v) {
        space = sp;
        registerOffset = offset;
        widthBytes = width;
        value = v;
        return as(newKind, s);
    }

    /** {@link EventKind#DOORBELL_RUNG}. */
    public CapturedEvent asDoorbell(Side newSide, DoorbellKind which, int newQid, int newValue) {
        doorbell = which;
        qid = newQid;
        value = newValue;
        return as(EventKind.DOORBELL_RUNG, newSide);
    }

    /** {@link EventKind#SHADOW_DOORBELL}. */
    public CapturedEvent asShadow(
            Side newSide, ShadowCell newCell, DoorbellKind which, int newQid, int newValue) {
        cell = newCell;
        doorbell = which;
        qid = newQid;
        value = newValue;
        flag = true;
        return as(EventKind.SHADOW_DOORBELL, newSide);
    }

    /**
     * {@link EventKind#COMMAND_FETCHED} or {@link EventKind#COMMAND_EMITTED}; the SQE is copied
     * from {@code sqe} at {@code from}; owner is GUEST, all bytes known, no pages, until set
     * otherwise.
     */
    public CapturedEvent asCommand(
            EventKind newKind, int sqid, int newSlot, byte[] sqe, int from, int sqeBytes) {
        System.arraycopy(sqe, from, entry, 0, sqeBytes);
        entryBytes = sqeBytes;
        known = -1;
        qid = sqid;
        slot = newSlot;
        owner = Owner.GUEST;
        dataBytes = -1;
        sgl = false;
        pageCount = 0;
        return as(newKind, newKind == EventKind.COMMAND_FETCHED ? Side.GUEST : Side.DEVICE);
    }

    /** Adds a data page to a command. */
    public CapturedEvent page(long address, int lengthBytes) {
        if (pageCount == pageAddress.length) {
            roomForPages(1);
        }
        pageAddress[pageCount] = address;
        pageLengthBytes[pageCount++] = lengthBytes;
        return this;
    }

    /** Adds data pages of one length, the first at {@code address}, that lie together. */
    CapturedEvent pages(long address, int lengthBytes, int count) {
        roomForPages(count);
        long next = address;
        for (int i = 0; i < count; i++) {
            pageAddress[pageCount] = next;
            pageLengthBytes[pageCount++] = lengthBytes;
            next += lengthBytes;
        }
        return this;
    }

    private void roomForPages(int more) {
        if (more > PAGES_MAX - pageCount) {
            throw new MalformedEventException("a command has over " + PAGES_MAX + " pages");
        }
        int need = pageCount + more;
        if (need > pageAddress.length) {
            int room = Math.max(need, Math.min(2 * pageCount, PAGES_MAX));
            pageAddress = Arrays.copyOf(pageAddress, room);
            pageLengthBytes = Arrays.copyOf(pageLengthBytes, room);
        }
    }

    /** Sets who issued a command or completion and the id that ties both sides. */
    public CapturedEvent owned(Owner newOwner, long newCommandId) {
        owner = newOwner;
        commandId = newCommandId;
        return this;
    }

    /** {@link EventKind#COMPLETION_SEEN} or {@link EventKind#COMPLETION_COPIED}. */
    public CapturedEvent asCompletion(
            EventKind newKind, int cqid, int newSlot, byte[] cqe, int from) {
        System.arraycopy(cqe, from, entry, 0, 16);
        entryBytes = 16;
        known = -1;
        qid = cqid;
        slot = newSlot;
        owner = Owner.GUEST;
        return as(newKind, newKind == EventKind.COMPLETION_COPIED ? Side.GUEST : Side.DEVICE);
    }

    /**
     * {@link EventKind#COMPLETION_STORED}; {@code byteCount} up to 16, value of the first eight.
     */
    public CapturedEvent asStore(
            int cqid, int newSlot, int offsetInSlot, int count, long stored, int index) {
        qid = cqid;
        slot = newSlot;
        byteOffset = offsetInSlot;
        byteCount = count;
        value = stored;
        storeIndex = index;
        return as(EventKind.COMPLETION_STORED, Side.GUEST);
    }

    /** {@link EventKind#STORE_FENCE}. */
    public CapturedEvent asFence(int cqid) {
        qid = cqid;
        return as(EventKind.STORE_FENCE, Side.GUEST);
    }

    /** INTERRUPT_RAISED, INTERRUPT_DELIVERED or INTERRUPT_SUPPRESSED (reason in label). */
    public CapturedEvent asInterrupt(
            EventKind newKind, Side newSide, int newVector, InterruptKind how, String reason) {
        vector = newVector;
        interrupt = how;
        label = reason;
        return as(newKind, newSide);
    }

    /** VECTOR_MASKED, VECTOR_UNMASKED or VECTOR_FLUSHED. */
    public CapturedEvent asVector(EventKind newKind, Side newSide, int newVector) {
        vector = newVector;
        return as(newKind, newSide);
    }

    /** {@link EventKind#CONTROLLER_RESET}. */
    public CapturedEvent asReset(Side newSide, ResetKind newReset, Edge newEdge) {
        reset = newReset;
        edge = newEdge;
        return as(EventKind.CONTROLLER_RESET, newSide);
    }

    /** {@link EventKind#TAKE_OVER}. */
    public CapturedEvent asTakeOver(TakeOverStep newStep, String driver) {
        step = newStep;
        label = driver;
        return as(EventKind.TAKE_OVER, Side.GUEST);
    }

    /** LOCK_TAKEN or LOCK_RELEASED. */
    public CapturedEvent asLock(EventKind newKind, long lock) {
        value = lock;
        return as(newKind, Side.DEVICE);
    }

    /** {@link EventKind#DECISION}. */
    public CapturedEvent asDecision(
            Side newSide, DecisionKind what, String about, int newQid, int newCid, String reason) {
        decision = what;
        text = about;
        qid = newQid;
        cid = newCid;
        label = reason;
        return as(EventKind.DECISION, newSide);
    }

    /** {@link EventKind#PAYLOAD}; content and digest are not copied. */
    public CapturedEvent asPayload(
            Side newSide, Transfer way, int sqid, int newCid, long total, byte[] newContent) {
        transfer = way;
        qid = sqid;
        cid = newCid;
        dataBytes = total;
        content = newContent;
        digest = NO_BYTES;
        return as(EventKind.PAYLOAD, newSide);
    }

    /** {@link EventKind#ANNOTATION}. */
    public CapturedEvent asAnnotation(String author, String newText) {
        label = author;
        text = newText;
        return as(EventKind.ANNOTATION, Side.NONE);
    }

    /** {@link EventKind#HEARTBEAT}. */
    public CapturedEvent asHeartbeat() {
        return as(EventKind.HEARTBEAT, Side.NONE);
    }

    /** {@link EventKind#EVENTS_LOST}. */
    public CapturedEvent asEventsLost(long count, String stage) {
        value = count;
        label = stage;
        return as(EventKind.EVENTS_LOST, Side.NONE);
    }

    /** {@link EventKind#CAPTURE_ENDED}. */
    public CapturedEvent asCaptureEnded(long events, long newLost, String reason) {
        value = events;
        lost = newLost;
        label = reason;
        return as(EventKind.CAPTURE_ENDED, Side.NONE);
    }

    /** {@link EventKind#POINTER_LIST_READ}; the entries are not copied. */
    public CapturedEvent asPointerList(int sqid, long newCommandId, long address, byte[] entries) {
        qid = sqid;
        commandId = newCommandId;
        registerOffset = address;
        content = entries;
        return as(EventKind.POINTER_LIST_READ, Side.GUEST);
    }

    /** {@link EventKind#QUEUE_MEMORY_RELEASED}. */
    public CapturedEvent asMemoryReleased(boolean completion, int newQid) {
        flag = completion;
        qid = newQid;
        return as(EventKind.QUEUE_MEMORY_RELEASED, Side.DEVICE);
    }

    /** {@link EventKind#REQUEST_STATE}. */
    public CapturedEvent asRequest(RequestStep step, int sqid, Owner newOwner, long newCommandId) {
        request = step;
        qid = sqid;
        owned(newOwner, newCommandId);
        return as(EventKind.REQUEST_STATE, Side.DEVICE);
    }

    /** {@link EventKind#INTERRUPT_LINE_LOWERED}. */
    public CapturedEvent asLineLowered(Side newSide) {
        return as(EventKind.INTERRUPT_LINE_LOWERED, newSide);
    }

    /**
     * @return true if byte {@code offset} to {@code offset + count - 1} of the entry were seen
     */
    public boolean knows(int offset, int count) {
        long mask = (count >= 64 ? -1L : (1L << count) - 1) << offset;
        return offset + count <= 64 ? (known & mask) == mask : known == -1;
    }

    /**
     * @return session id as 32 hexadecimal digits
     */
    public String sessionHex() {
        return String.format("%016x%016x", sessionHigh, sessionLow);
    }

    /**
     * @return a copy that the caller may keep
     */
    public CapturedEvent copy() {
        CapturedEvent c = new CapturedEvent();
        AvroOut out = new AvroOut(256);
        EventCodec.encode(this, out);
        EventCodec.decode(new AvroIn().wrap(out.buffer(), 0, out.position()), c);
        return c;
    }
}
