package io.nvmetap.session;

import io.nvmetap.capture.Tap;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.Side;
import io.nvmetap.event.Transfer;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import io.nvmetap.plan.Exchange;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Records a driver that tells nothing itself, from both its ends: the guest's, which this process
 * plays, and its controller's, which it plays as well. What the driver does in between, and when it
 * looked at what, is not seen.
 *
 * <p>Owner thread: whoever is inside the timeline.
 */
final class Witness {
    /** Records nothing. */
    static final Witness OFF = new Witness(Tap.OFF, 4096);

    private static final int CPU = -1;

    private final Tap tap;
    private final int pageBytes;
    private final Map<Integer, ArrayDeque<Rung>> unrung = new HashMap<>();
    private long commandIds;

    private record Rung(Submitted command, int slot) {}

    /**
     * @param pageBytes of the guest
     */
    Witness(Tap tap, int pageBytes) {
        this.tap = tap;
        this.pageBytes = pageBytes;
    }

    boolean on() {
        return tap.on();
    }

    Tap tap() {
        return tap;
    }

    private long id(Submitted command) {
        if (command.commandId < 0) {
            command.commandId = commandIds++;
        }
        return command.commandId;
    }

    // ---- guest side ----

    /** The guest has stored a command and will ring for it. */
    void stored(SubmissionRing ring, Submitted command) {
        if (tap.on()) {
            int slot = (int) ((command.entry - 1) % ring.sizeEntries);
            unrung.computeIfAbsent(ring.sqid, q -> new ArrayDeque<>()).add(new Rung(command, slot));
        }
    }

    /** The guest lost its queues. */
    void forgotten() {
        unrung.clear();
    }

    /** The guest is about to ring a doorbell; from then on its commands may be fetched. */
    void rung(DoorbellKind kind, int qid, int value, int cpu) {
        if (!tap.on()) {
            return;
        }
        tap.emit(tap.event().asDoorbell(Side.GUEST, kind, qid, value), cpu);
        ArrayDeque<Rung> waiting = unrung.get(qid);
        if (kind == DoorbellKind.SQ_TAIL && waiting != null) {
            waiting.forEach(w -> fetched(qid, w.slot, w.command));
            waiting.clear();
        }
    }

    private void fetched(int sqid, int slot, Submitted command) {
        byte[] sqe = command.sqe;
        CapturedEvent e = tap.event();
        e.asCommand(EventKind.COMMAND_FETCHED, sqid, slot, sqe, 0, sqe.length);
        e.dataBytes = dataBytes(command.exchange, command.data);
        long left = command.data.bytes();
        for (int i = 0; i < command.data.pages().size() && left > 0; i++) {
            long address = i == 0 ? command.data.prp1() : command.data.pages().get(i);
            int room = (int) (pageBytes - address % pageBytes);
            int part = (int) Math.min(left, room);
            e.page(address, part);
            left -= part;
        }
        tap.emit(e.owned(Owner.GUEST, id(command)), CPU);
    }

    private static long dataBytes(Exchange exchange, Submitted.DataLayout data) {
        return exchange.dataBytes() < 0 ? data.bytes() : exchange.dataBytes();
    }

    /**
     * A completion became visible to the guest.
     *
     * @param command whose it is, null if nobody's
     * @param content data it came with, as the guest has it; empty if none is wanted
     */
    void copied(int cqid, int slot, byte[] cqe, Submitted command, byte[] content) {
        if (!tap.on()) {
            return;
        }
        if (content.length > 0 && !Arrays.equals(content, command.sent)) {
            payload(Side.GUEST, command, command.cid, content);
        }
        CapturedEvent e = tap.event().asCompletion(EventKind.COMPLETION_COPIED, cqid, slot, cqe, 0);
        tap.emit(e.owned(Owner.GUEST, command == null ? -1 : id(command)), CPU);
    }

    /** Whether the data of this completion is worth recording. */
    boolean wants(Submitted command, byte[] cqe) {
        return tap.on()
                && command != null
                && command.exchange.fromDevice()
                && command.sent.length > 0
                && StatusCode.success(Cqe.status(cqe, 0));
    }

    // ---- device side ----

    /**
     * The controller fetched a command.
     *
     * @param command the guest's it is, null if it is the driver's own
     * @return its id
     */
    long emitted(int sqid, int slot, byte[] sqe, Submitted command) {
        long id = command == null ? commandIds++ : id(command);
        if (tap.on()) {
            CapturedEvent e = tap.event();
            e.asCommand(EventKind.COMMAND_EMITTED, sqid, slot, sqe, 0, sqe.length);
            e.dataBytes = command == null ? -1 : dataBytes(command.exchange, command.data);
            tap.emit(e.owned(command == null ? Owner.MEDIATOR : Owner.GUEST, id), CPU);
        }
        return id;
    }

    /** The controller sent data, about to complete the command. */
    void sent(Submitted command, byte[] sqe, byte[] content) {
        if (tap.on()) {
            payload(Side.DEVICE, command, Sqe.cid(sqe, 0), content);
        }
    }

    private void payload(Side side, Submitted command, int cid, byte[] content) {
        byte[] kept =
                content.length <= CapturedEvent.CONTENT_BYTES_MAX
                        ? content
                        : Arrays.copyOf(content, CapturedEvent.CONTENT_BYTES_MAX);
        CapturedEvent e =
                tap.event()
                        .asPayload(
                                side,
                                Transfer.FROM_DEVICE,
                                command.exchange.sqid(),
                                cid,
                                content.length,
                                kept);
        e.commandId = id(command);
        tap.emit(e, CPU);
    }

    /** The controller posted a completion. */
    void seen(int cqid, int slot, byte[] cqe, DeviceQueues.Owed owed) {
        if (tap.on()) {
            CapturedEvent e =
                    tap.event().asCompletion(EventKind.COMPLETION_SEEN, cqid, slot, cqe, 0);
            tap.emit(e.owned(owed.owner(), owed.commandId()), CPU);
        }
    }

    /** An interrupt passed on this side. */
    void interrupt(Side side, int vector, InterruptKind kind) {
        if (tap.on()) {
            boolean guest = side == Side.GUEST;
            EventKind what = guest ? EventKind.INTERRUPT_DELIVERED : EventKind.INTERRUPT_RAISED;
            tap.emit(tap.event().asInterrupt(what, side, vector, kind, ""), CPU);
        }
    }

    void lineLowered(Side side) {
        if (tap.on()) {
            tap.emit(tap.event().asLineLowered(side), CPU);
        }
    }
}
