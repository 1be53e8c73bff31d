package io.nvmetap.compare;

import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.FeatureId;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import io.nvmetap.nvme.VendorCatalog;
import io.nvmetap.nvme.VendorCommand;
import io.nvmetap.plan.Answer;
import io.nvmetap.plan.Exchange;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Compares one completion with the recorded one; counts what it could not compare. */
public final class Comparator {
    private final Map<Uncompared, Long> uncompared = new EnumMap<>(Uncompared.class);
    private final boolean mediated;
    private final Optional<Differences.Collector> device;
    private long compared;

    /**
     * @param mediated the recorded guest spoke to a mediator, not to the controller itself
     */
    public Comparator(boolean mediated) {
        this(mediated, false);
    }

    /**
     * @param device a device that is not the recorded one answers by itself: what it answers
     *     otherwise is collected, and the replay goes on
     */
    public Comparator(boolean mediated, boolean device) {
        this.mediated = mediated;
        this.device = device ? Optional.of(new Differences.Collector()) : Optional.empty();
    }

    /** A device that is not the recorded one answers by itself. */
    public boolean ofDevice() {
        return device.isPresent();
    }

    /** What such a device answered otherwise. */
    public Differences differences() {
        return device.map(Differences.Collector::all).orElse(Differences.NONE);
    }

    /**
     * Something differs.
     *
     * @return the sentence if the replay is to end with it
     */
    public Optional<String> differs(Differing kind, long seq, String sentence) {
        device.ifPresent(d -> d.add(kind, seq, sentence));
        return device.isPresent() ? Optional.empty() : Optional.of(sentence);
    }

    /**
     * A completion as it arrived.
     *
     * @param cqid queue it arrived in
     * @param cqe 16 bytes
     * @param byDriver the controller never saw the command: the driver answered itself
     * @param sqhd where the head pointer may be
     */
    public record Arrival(int cqid, byte[] cqe, boolean byDriver, HeadRange sqhd) {}

    /**
     * Where an SQ head pointer may be.
     *
     * @param sizeEntries size of the queue
     * @param reported entries consumed as last reported, counted from the queue's creation
     * @param atLeast entries consumed if this command was
     * @param atMost entries submitted
     */
    public record HeadRange(int sizeEntries, long reported, long atLeast, long atMost) {
        /** Entries consumed that a head pointer means. */
        public long consumed(int sqhd) {
            return reported + Math.floorMod(sqhd - reported, (long) sizeEntries);
        }

        boolean contains(int sqhd) {
            return sqhd < sizeEntries && consumed(sqhd) >= atLeast && consumed(sqhd) <= atMost;
        }
    }

    /**
     * @return what differs, in one sentence
     */
    public Optional<String> compare(Exchange exchange, Answer recorded, Arrival arrival) {
        compared++;
        byte[] cqe = arrival.cqe;
        if (arrival.cqid != recorded.cqid()) {
            return differs(exchange, "completion queue", arrival.cqid, recorded.cqid());
        }
        Optional<String> wrong = status(exchange, recorded, arrival);
        if (wrong.isPresent()) {
            return wrong;
        }
        wrong = dw0(exchange, recorded, cqe).or(() -> dw1(exchange, recorded, cqe));
        if (wrong.isPresent()) {
            return wrong;
        }
        return head(exchange, recorded, arrival);
    }

    private Optional<String> status(Exchange exchange, Answer recorded, Arrival arrival) {
        if (!Cqe.known(recorded.known(), Cqe.STATUS_OFFSET, 2)) {
            count(Uncompared.STATUS);
            return Optional.empty();
        }
        int actual = Cqe.status(arrival.cqe, 0);
        int expected = recorded.status();
        if (actual == expected) {
            return Optional.empty();
        }
        int code = StatusCode.CODE_MASK;
        if (arrival.byDriver && (actual & code) == (expected & code)) {
            count(Uncompared.DO_NOT_RETRY);
            return Optional.empty();
        }
        boolean refused = arrival.byDriver && !StatusCode.success(expected);
        if (refused && Refusals.names(exchange, actual & code)) {
            count(Uncompared.WHICH_ERROR);
            return Optional.empty();
        }
        return differs(
                whole(exchange) ? Differing.STATUS : Differing.PARTIAL,
                recorded.at().seq(),
                exchange.describe()
                        + ": status "
                        + StatusCode.describe(actual)
                        + ", recorded "
                        + StatusCode.describe(expected));
    }

    /** The source saw what decides the status: the namespace, and which of a kind is asked for. */
    private static boolean whole(Exchange exchange) {
        boolean namespace = Sqe.known(exchange.known(), Sqe.NSID_OFFSET, 4);
        if (!exchange.admin()) {
            return namespace;
        }
        boolean queue =
                switch (exchange.opcode()) {
                    case Opcodes.ADMIN_CREATE_CQ,
                            Opcodes.ADMIN_CREATE_SQ,
                            Opcodes.ADMIN_DELETE_CQ,
                            Opcodes.ADMIN_DELETE_SQ ->
                            true;
                    default -> false;
                };
        return (namespace || queue) && Sqe.known(exchange.known(), Sqe.CDW10_OFFSET, 1);
    }

    private Optional<String> dw0(Exchange exchange, Answer recorded, byte[] cqe) {
        if (!Cqe.known(recorded.known(), Cqe.DW0_OFFSET, 4)) {
            count(Uncompared.DW0);
            return Optional.empty();
        }
        if (free(exchange)) {
            return Optional.empty();
        }
        int actual = Cqe.dw0(cqe, 0);
        if (actual == recorded.dw0()) {
            return Optional.empty();
        }
        return differs(
                Differing.DW0,
                recorded.at().seq(),
                String.format(
                        "%s: DW0 0x%x, recorded 0x%x",
                        exchange.describe(), actual, recorded.dw0()));
    }

    private static Optional<String> dw1(Exchange exchange, Answer recorded, byte[] cqe) {
        boolean known = Cqe.known(recorded.known(), Cqe.DW1_OFFSET, 4);
        int actual = Cqe.dw1(cqe, 0);
        if (!known || actual == recorded.dw1()) {
            return Optional.empty();
        }
        return Optional.of(
                String.format(
                        "%s: DW1 0x%x, recorded 0x%x",
                        exchange.describe(), actual, recorded.dw1()));
    }

    /** A command may name buffers in places that only its vendor knows: those are not captured. */
    public void vendor(Exchange exchange) {
        VendorCatalog.bundled()
                .find(exchange.admin(), exchange.opcode())
                .filter(v -> !v.request().equals(VendorCommand.Place.NONE))
                .ifPresent(v -> count(Uncompared.VENDOR_BUFFERS));
    }

    /** Answers on which drivers may differ. */
    private boolean free(Exchange exchange) {
        if (!exchange.admin()) {
            return false;
        }
        int opcode = exchange.opcode();
        boolean feature =
                opcode == Opcodes.ADMIN_SET_FEATURES || opcode == Opcodes.ADMIN_GET_FEATURES;
        if (feature && !mediated && AdminSqe.fid(exchange.sqe(), 0) == FeatureId.NUMBER_OF_QUEUES) {
            count(Uncompared.GRANTED_QUEUES);
            return true;
        }
        if (opcode == Opcodes.ADMIN_ABORT && !Sqe.knownCdw(exchange.known(), 10)) {
            count(Uncompared.ABORT_RESULT);
            return true;
        }
        return false;
    }

    private Optional<String> head(Exchange exchange, Answer recorded, Arrival arrival) {
        boolean known = Cqe.known(recorded.known(), Cqe.SQHD_OFFSET, 2);
        if (!known) {
            count(Uncompared.SQHD);
        }
        if (!Cqe.known(recorded.known(), Cqe.SQID_OFFSET, 2)) {
            count(Uncompared.SQID);
        }
        if (!Cqe.phaseKnown(recorded.known())) {
            count(Uncompared.PHASE);
        }
        int actual = Cqe.sqhd(arrival.cqe, 0);
        if (arrival.sqhd.contains(actual)) {
            return Optional.empty();
        }
        HeadRange range = arrival.sqhd;
        long size = range.sizeEntries;
        String expected =
                known
                        ? "recorded " + recorded.sqhd()
                        : "the guest submitted "
                                + range.atLeast % size
                                + " to "
                                + range.atMost % size;
        return Optional.of(exchange.describe() + ": SQHD " + actual + ", " + expected);
    }

    /**
     * Compares received data as far as both have it.
     *
     * @return what differs
     */
    public Optional<String> payload(Exchange exchange, byte[] actual) {
        byte[] recorded = exchange.guestPayload();
        if (recorded.length == 0 && exchange.controllerPayload().length > 0) {
            return Optional.empty();
        }
        if (recorded.length == 0) {
            count(Uncompared.PAYLOAD);
            return Optional.empty();
        }
        int both = Math.min(recorded.length, actual.length);
        int first = Arrays.mismatch(recorded, 0, both, actual, 0, both);
        return first < 0
                ? Optional.empty()
                : differs(
                        Differing.DATA,
                        exchange.answer().map(a -> a.at().seq()).orElse(-1L),
                        exchange.describe() + ": " + bytes(recorded, actual, first));
    }

    private String bytes(byte[] recorded, byte[] actual, int first) {
        String where =
                String.format(
                        "received byte %d is 0x%02x, recorded 0x%02x",
                        first, actual[first], recorded[first]);
        int both = Math.min(recorded.length, actual.length);
        long all = IntStream.range(0, both).filter(i -> recorded[i] != actual[i]).count();
        return ofDevice() ? String.format("%s; %,d of %,d bytes differ", where, all, both) : where;
    }

    private static Optional<String> differs(
            Exchange exchange, String what, int actual, int expected) {
        return Optional.of(
                exchange.describe() + ": " + what + " " + actual + ", recorded " + expected);
    }

    /**
     * Compares what arrived with what the controller behind the driver sent just now.
     *
     * @return what differs
     */
    public Optional<String> relayed(Exchange exchange, byte[] sent, byte[] received) {
        return Relayed.compare(exchange, sent, received);
    }

    /** Something that could not be compared. */
    public void count(Uncompared what) {
        count(what, 1);
    }

    /** The same, several times. */
    public void count(Uncompared what, long times) {
        if (times > 0) {
            uncompared.merge(what, times, Long::sum);
        }
    }

    /** Commands compared so far. */
    public long compared() {
        return compared;
    }

    /** What could not be compared so far. */
    public Map<Uncompared, Long> uncompared() {
        return uncompared;
    }
}
