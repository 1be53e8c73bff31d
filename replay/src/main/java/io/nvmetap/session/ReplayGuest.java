package io.nvmetap.session;

import io.nvmetap.compare.Comparator;
import io.nvmetap.compare.Differing;
import io.nvmetap.compare.Divergence;
import io.nvmetap.compare.Uncompared;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import io.nvmetap.plan.Answer;
import io.nvmetap.plan.Exchange;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The guest of a replay: its queues, its commands in flight, and what it makes of completions. */
final class ReplayGuest implements WatchedMemory.Listener {
    private static final int CID_FIRST_OWN = 0x8000;
    private static final int PAYLOAD_BYTES_MAX = 1 << 20;

    private final GuestArena arena;
    private final WatchedMemory memory;
    private final DataPlacer placer;
    private final Comparator comparator;
    private final Outcome outcome;
    private final InterruptLog interrupts;
    private final Map<Integer, SubmissionRing> submissions = new HashMap<>();
    private final Map<Integer, CompletionRing> completions = new HashMap<>();
    private final OwedInterrupts owed;
    private final Map<Integer, Long> lastOrder = new HashMap<>();
    private final TreeMap<Long, Submitted> expected = new TreeMap<>();
    private final Map<Submitted, Long> created = new HashMap<>();
    private ControllerView controller = ControllerView.BLIND;
    private Witness witness = Witness.OFF;
    private final ArrayDeque<Unread> unread = new ArrayDeque<>();
    private CompletionRing.Flaw flaw;
    private CompletionRing flawedRing;
    private int nextCid = CID_FIRST_OWN;
    private int ioEntryBytes = Sqe.SIZE;
    private int recordedEntryBytes;

    ReplayGuest(
            GuestArena arena,
            WatchedMemory memory,
            Comparator comparator,
            Outcome outcome,
            InterruptLog interrupts) {
        this.arena = arena;
        this.memory = memory;
        this.placer = new DataPlacer(arena);
        this.comparator = comparator;
        this.outcome = outcome;
        this.interrupts = interrupts;
        this.owed = new OwedInterrupts(interrupts, comparator);
        memory.listen(this);
    }

    /** What the controller behind the driver can tell; nothing if it is not the played back one. */
    interface ControllerView {
        ControllerView BLIND =
                new ControllerView() {
                    @Override
                    public boolean sees() {
                        return false;
                    }

                    @Override
                    public void submitted(Submitted command) {
                        // Nobody to tell.
                    }

                    @Override
                    public void forgetAll() {
                        // Nobody to tell.
                    }

                    @Override
                    public String unexpected() {
                        return "";
                    }

                    @Override
                    public String lost() {
                        return "";
                    }
                };

        boolean sees();

        /** The guest is about to ring for this command. */
        void submitted(Submitted command);

        /** The guest's commands will never be answered. */
        void forgetAll();

        /** The last I/O command the controller got that no guest sent, "" none. */
        String unexpected();

        /** The doorbell it lost last, one clause, "" none. */
        String lost();
    }

    /** A completion that became visible and has not been read. */
    private record Unread(CompletionRing ring, byte[] entry, boolean partial, long moment) {}

    /** Tells somebody of commands and completions. */
    void witness(Witness newWitness) {
        witness = newWitness;
    }

    void controller(ControllerView view) {
        controller = view;
    }

    // ---- queues ----

    void openAdmin(int sqEntries, int cqEntries, long sqAddress, long cqAddress) {
        open(new CompletionRing.CompletionShape(0, cqEntries, cqAddress, 0, true));
        submissions.put(0, new SubmissionRing(0, 0, sqEntries, Sqe.SIZE, sqAddress));
    }

    private void open(CompletionRing.CompletionShape shape) {
        CompletionRing ring = new CompletionRing(shape);
        completions.put(shape.cqid(), ring);
        owed.open(shape.cqid());
        lastOrder.remove(shape.cqid());
        memory.watch(ring);
    }

    /** The controller was disabled or reset: nothing in flight will be answered. */
    void forget() {
        completions.values().forEach(memory::unwatch);
        completions.clear();
        submissions.clear();
        unread.clear();
        controller.forgetAll();
        witness.forgotten();
        owed.clear();
        expected.clear();
        created.clear();
        memory.anywhere(true);
    }

    Optional<CompletionRing> completionRing(int cqid) {
        return Optional.ofNullable(completions.get(cqid));
    }

    Optional<SubmissionRing> submissionRing(int sqid) {
        return Optional.ofNullable(submissions.get(sqid));
    }

    // ---- commands ----

    void submit(SubmissionRing ring, Exchange exchange) {
        byte[] sqe = Arrays.copyOf(exchange.sqe(), ring.entryBytes);
        Submitted.DataLayout data = placer.place(exchange);
        Sqe.putPrp1(sqe, 0, data.prp1());
        Sqe.putPrp2(sqe, 0, data.prp2());
        long queue = queueMemory(exchange);
        if (queue != 0) {
            Sqe.putPrp1(sqe, 0, rebased(exchange, queue));
        }
        int cid = exchange.cid() >= 0 ? exchange.cid() : freeCid(ring);
        Sqe.putCid(sqe, 0, cid);
        if (exchange.fromDevice()) {
            data.pages().forEach(memory::give);
        }
        Submitted command = new Submitted(exchange, sqe, cid, ring.submittedEntries() + 1, data);
        arena.memory().write(ring.nextSlot(), sqe, 0, sqe.length);
        ring.add(command);
        witness.stored(ring, command);
        if (queue != 0) {
            created.put(command, queue);
        }
        exchange.answer().ifPresent(answer -> expected.put(answer.at().seq(), command));
        controller.submitted(command);
    }

    private int freeCid(SubmissionRing ring) {
        while (ring.holds(nextCid)) {
            nextCid = CID_FIRST_OWN + (nextCid + 1) % 0x7000;
        }
        int cid = nextCid;
        nextCid = CID_FIRST_OWN + (nextCid + 1) % 0x7000;
        return cid;
    }

    private long queueMemory(Exchange exchange) {
        if (!exchange.admin()) {
            return 0;
        }
        long entries = AdminSqe.qsize0(exchange.sqe(), 0) + 1L;
        return switch (exchange.opcode()) {
            case Opcodes.ADMIN_CREATE_CQ -> arena.allocate(entries * Cqe.SIZE);
            case Opcodes.ADMIN_CREATE_SQ -> arena.allocate(entries * Sqe.SIZE_LONG);
            default -> 0;
        };
    }

    /** A base that was wrong stays wrong. */
    private long rebased(Exchange exchange, long queue) {
        if (!Sqe.known(exchange.known(), Sqe.PRP1_OFFSET, 8)) {
            return queue;
        }
        long recorded = Sqe.prp1(exchange.sqe(), 0);
        return recorded == 0 ? 0 : queue + recorded % arena.pageBytes();
    }

    /** The first completion recorded before {@code seq} that has not come though it could. */
    Optional<Submitted> awaited(long seq) {
        for (Map.Entry<Long, Submitted> entry : expected.headMap(seq, false).entrySet()) {
            Submitted command = entry.getValue();
            CompletionRing ring = completions.get(command.cqid());
            if (ring == null || !ring.full()) {
                return Optional.of(command);
            }
        }
        return Optional.empty();
    }

    /** Nothing is known of what the controller gets. */
    boolean blind() {
        return !controller.sees();
    }

    /** See {@link ControllerView#unexpected}. */
    String unexpected() {
        return controller.unexpected();
    }

    /** See {@link ControllerView#lost}. */
    String lost() {
        return controller.lost();
    }

    /** Longest recorded latency among what is awaited. */
    long latencyNsMax(long seq) {
        return expected.headMap(seq, false).values().stream()
                .mapToLong(c -> c.exchange.latencyNs())
                .max()
                .orElse(0);
    }

    // ---- completions ----

    @Override
    public void arrived(CompletionRing ring) {
        long moment = interrupts.tick();
        for (long n = ring.taken(); n < ring.arrived(); n++) {
            ring.take();
            unread.add(new Unread(ring, ring.entry(n), ring.partial(n), moment));
            if (witness.on()) {
                tell(ring, n);
            }
        }
    }

    private void tell(CompletionRing ring, long n) {
        byte[] cqe = ring.entry(n);
        SubmissionRing sq = submissions.get(Cqe.sqid(cqe, 0));
        Submitted command = sq == null ? null : sq.inFlight(Cqe.cid(cqe, 0)).orElse(null);
        boolean data = witness.wants(command, cqe);
        byte[] content = data ? placer.content(command.data, PAYLOAD_BYTES_MAX) : new byte[0];
        witness.copied(ring.cqid, ring.slot(n), cqe, command, content);
    }

    @Override
    public void flawed(CompletionRing ring, CompletionRing.Flaw seen) {
        if (flaw == null) {
            flaw = seen;
            flawedRing = ring;
        }
    }

    /**
     * Reads what arrived, once the driver has returned: a store that is torn is told as such, not
     * as the stale entry that a guest would have read meanwhile.
     */
    void settle() {
        if (flaw != null) {
            tellFlaw();
        }
        for (Unread next = unread.poll(); next != null; next = unread.poll()) {
            Submitted command = identify(next);
            owed.arrived(next.ring.cqid, command, next.moment);
        }
    }

    private void tellFlaw() {
        byte[] cqe = new byte[Cqe.SIZE];
        arena.memory().read(flawedRing.slotAddress(flaw.slot()), cqe, 0, Cqe.SIZE);
        SubmissionRing sq = submissions.get(Cqe.sqid(cqe, 0));
        Optional<Submitted> victim = sq == null ? Optional.empty() : sq.inFlight(Cqe.cid(cqe, 0));
        Optional<Answer> answer = victim.flatMap(v -> v.exchange.answer());
        String whose = victim.map(v -> v.exchange.describe() + ": ").orElse("");
        outcome.diverged(
                answer.map(a -> a.at().seq()).orElse(outcome.at()), whose + flaw.sentence());
    }

    private Submitted identify(Unread read) {
        CompletionRing ring = read.ring;
        int sqid = Cqe.sqid(read.entry, 0);
        int cid = Cqe.cid(read.entry, 0);
        SubmissionRing sq = submissions.get(sqid);
        Optional<Submitted> command = sq == null ? Optional.empty() : sq.take(cid);
        if (command.isEmpty()) {
            if (read.partial) {
                tellPartial(ring);
            } else {
                stranger(ring, sqid, cid);
            }
            return null;
        }
        judge(ring, sq, command.get(), read.entry);
        return command.get();
    }

    private void tellPartial(CompletionRing ring) {
        Optional<Submitted> victim =
                expected.values().stream().filter(c -> c.cqid() == ring.cqid).findFirst();
        long seq =
                victim.flatMap(v -> v.exchange.answer())
                        .map(a -> a.at().seq())
                        .orElse(outcome.at());
        outcome.diverged(
                seq,
                victim.map(v -> v.exchange.describe() + ": ").orElse("")
                        + "torn completion in CQ "
                        + ring.cqid
                        + ": its phase tag was visible while SQID and CID were still those of"
                        + " the entry a lap before");
    }

    private void stranger(CompletionRing ring, int sqid, int cid) {
        String what = "CQ " + ring.cqid + " got a completion of SQID " + sqid + " CID " + cid;
        Optional<SubmissionRing> other =
                submissions.values().stream()
                        .filter(s -> s.cqid == ring.cqid && s.holds(cid))
                        .findFirst();
        SubmissionRing named = submissions.get(sqid);
        if (other.isPresent()) {
            outcome.diverged(
                    what + ", but CID " + cid + " was submitted on SQ " + other.get().sqid);
        } else if (named != null && named.finished(cid).isPresent()) {
            outcome.diverged(
                    what
                            + " a second time ("
                            + named.finished(cid).get().exchange.describe()
                            + ")");
        } else {
            outcome.diverged(what + ", which the guest has not in flight");
        }
    }

    private void judge(CompletionRing ring, SubmissionRing sq, Submitted command, byte[] cqe) {
        if (controller.sees() && command.atController.postedOrder < 0) {
            sq.postedTwin(command).ifPresent(command::trade);
        }
        command.arrived = true;
        command.atController.finished = true;
        Exchange exchange = command.exchange;
        Optional<Answer> recorded = exchange.answer();
        if (recorded.isEmpty()) {
            unexpected(command, cqe);
        } else {
            expected.remove(recorded.get().at().seq());
            compare(ring, sq, command, cqe);
        }
        if (StatusCode.success(Cqe.status(cqe, 0)) && exchange.admin()) {
            succeeded(command);
        }
        if (exchange.fromDevice()) {
            command.data.pages().forEach(memory::revoke);
        }
        placer.release(command.data);
    }

    private void unexpected(Submitted command, byte[] cqe) {
        int code = Cqe.status(cqe, 0) & StatusCode.CODE_MASK;
        boolean aborted =
                code == StatusCode.ABORTED_SQ_DELETION || code == StatusCode.ABORT_REQUESTED;
        if (!aborted) {
            String sentence =
                    command.exchange.describe()
                            + ": completed with "
                            + StatusCode.describe(Cqe.status(cqe, 0))
                            + ", recorded no completion";
            comparator
                    .differs(Differing.ANSWERED, outcome.at(), sentence)
                    .ifPresent(outcome::diverged);
        }
    }

    private void compare(CompletionRing ring, SubmissionRing sq, Submitted command, byte[] cqe) {
        Exchange exchange = command.exchange;
        Answer recorded = exchange.answer().orElseThrow();
        Comparator.HeadRange range =
                new Comparator.HeadRange(
                        sq.sizeEntries,
                        sq.consumedEntries(),
                        Math.max(command.entry, sq.consumedEntries()),
                        sq.submittedEntries());
        long seq = recorded.at().seq();
        String altered = command.atController.altered;
        if (!altered.isEmpty()) {
            outcome.diverged(seq, exchange.describe() + ": " + altered);
            return;
        }
        comparator.vendor(exchange);
        boolean byDriver = controller.sees() && !command.atController.received;
        if (controller.sees() && untrue(command, cqe)) {
            return;
        }
        comparator
                .compare(
                        exchange, recorded, new Comparator.Arrival(ring.cqid, cqe, byDriver, range))
                .ifPresent(sentence -> outcome.diverged(seq, sentence));
        sq.consumed(range.consumed(Cqe.sqhd(cqe, 0)));
        order(ring, command, seq);
        if (exchange.fromDevice() && command.data.bytes() > 0) {
            payload(command, cqe, seq);
        }
    }

    /** A completion that the controller has not given. */
    private boolean untrue(Submitted command, byte[] cqe) {
        Exchange exchange = command.exchange;
        boolean success = StatusCode.success(Cqe.status(cqe, 0));
        if (exchange.admin() || !success || command.atController.postedOrder >= 0) {
            return false;
        }
        long seq = exchange.answer().map(a -> a.at().seq()).orElse(outcome.at());
        String instead = controller.unexpected();
        outcome.diverged(
                seq,
                exchange.describe()
                        + ": completed before the controller "
                        + (command.atController.received ? "completed it" : "got it")
                        + (instead.isEmpty() || command.atController.received
                                ? ""
                                : "; it got " + instead));
        return true;
    }

    private void order(CompletionRing ring, Submitted command, long seq) {
        if (command.atController.postedOrder < 0) {
            return;
        }
        long before = lastOrder.getOrDefault(ring.cqid, -1L);
        if (command.atController.postedOrder < before) {
            outcome.diverged(
                    seq,
                    command.exchange.describe()
                            + ": arrived in CQ "
                            + ring.cqid
                            + " after one that the controller completed later");
        }
        lastOrder.put(ring.cqid, command.atController.postedOrder);
    }

    private void payload(Submitted command, byte[] cqe, long seq) {
        if (!StatusCode.success(Cqe.status(cqe, 0))) {
            return;
        }
        boolean own = comparator.ofDevice() && command.exchange.hasGuestPayload();
        if (!controller.sees() && !own) {
            comparator.count(Uncompared.PAYLOAD_OTHER_CONTROLLER);
            return;
        }
        boolean looked = command.exchange.hasGuestPayload() || command.atController.sent.length > 0;
        byte[] content = looked ? placer.content(command.data, PAYLOAD_BYTES_MAX) : new byte[0];
        comparator
                .relayed(command.exchange, command.atController.sent, content)
                .ifPresent(sentence -> outcome.diverged(seq, sentence));
        comparator
                .payload(command.exchange, content)
                .ifPresent(sentence -> outcome.diverged(seq, sentence));
    }

    private void succeeded(Submitted command) {
        byte[] sqe = command.sqe;
        int qid = AdminSqe.qid(sqe, 0);
        int entries = AdminSqe.qsize0(sqe, 0) + 1;
        switch (command.exchange.opcode()) {
            case Opcodes.ADMIN_CREATE_CQ ->
                    open(
                            new CompletionRing.CompletionShape(
                                    qid,
                                    entries,
                                    created.remove(command),
                                    AdminSqe.iv(sqe, 0),
                                    AdminSqe.ien(sqe, 0)));
            case Opcodes.ADMIN_CREATE_SQ ->
                    submissions.put(
                            qid,
                            new SubmissionRing(
                                    qid,
                                    AdminSqe.cqid(sqe, 0),
                                    entries,
                                    ioEntryBytes,
                                    created.remove(command)));
            case Opcodes.ADMIN_DELETE_SQ -> submissions.remove(qid);
            case Opcodes.ADMIN_DELETE_CQ -> {
                CompletionRing ring = completions.remove(qid);
                if (ring != null) {
                    memory.unwatch(ring);
                }
            }
            default -> {
                // Nothing that changes queues.
            }
        }
    }

    /** I/O submission entry size by CC.IOSQES; entries that were recorded longer stay so. */
    void ioEntryBytes(int bytes) {
        boolean longer = bytes == Sqe.SIZE_LONG || recordedEntryBytes == Sqe.SIZE_LONG;
        ioEntryBytes = longer ? Sqe.SIZE_LONG : Sqe.SIZE;
    }

    /** I/O submission entry size the recorded guest used, 0 not seen. */
    void recordedEntryBytes(int bytes) {
        recordedEntryBytes = bytes;
    }

    // ---- interrupts ----

    /** See {@link OwedInterrupts#first}. */
    Optional<Divergence> unsignalled(CompletionRing ring, int entries) {
        return owed.first(ring, entries);
    }

    /**
     * The first completion that arrived and whose interrupt, recorded before {@code seq}, has not.
     */
    Optional<Divergence> unsignalledBefore(long seq) {
        return completions.values().stream()
                .flatMap(ring -> owed.before(ring, seq).stream())
                .findFirst();
    }

    /** Acknowledges; returns the doorbell value. */
    int acknowledge(CompletionRing ring, int entries) {
        owed.acknowledged(ring, entries);
        return ring.acknowledge(entries);
    }

    List<CompletionRing> rings() {
        return List.copyOf(completions.values());
    }
}
