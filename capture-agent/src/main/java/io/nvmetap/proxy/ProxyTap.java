package io.nvmetap.proxy;

import io.nvmetap.capture.Tap;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.Owner;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.ShadowCell;
import io.nvmetap.event.Side;
import java.util.concurrent.atomic.AtomicLong;

/** The tap in the proxy's words: everything is device side. Counts commands and completions. */
final class ProxyTap {
    /** Remarks of one recording; what goes wrong again and again is told so often. */
    static final int REMARKS_MAX = 1_000;

    /** Characters of a remark. */
    private static final int REMARK_CHARS_MAX = 1_000;

    private static final String AUTHOR = "proxy";
    private static final int CPU = -1;

    private final Tap tap;
    private final AtomicLong commands = new AtomicLong();
    private final AtomicLong completions = new AtomicLong();
    private final AtomicLong remarks = new AtomicLong();
    private long commandIds;

    ProxyTap(Tap tap) {
        this.tap = tap;
    }

    /** Command events so far. */
    long commands() {
        return commands.get();
    }

    /** Completion events so far. */
    long completions() {
        return completions.get();
    }

    /** Never given before in this recording. */
    long nextCommandId() {
        return commandIds++;
    }

    void read(RegisterSpace space, long offset, int width, long value) {
        tap.emit(tap.event().asRegisterRead(Side.DEVICE, space, offset, width, value), CPU);
    }

    void readUnseen(RegisterSpace space, long offset, int width) {
        tap.emit(tap.event().asRegisterReadUnseen(Side.DEVICE, space, offset, width), CPU);
    }

    void written(RegisterSpace space, long offset, int width, long value) {
        tap.emit(tap.event().asRegisterWritten(Side.DEVICE, space, offset, width, value), CPU);
    }

    void doorbell(DoorbellKind kind, int qid, int value) {
        tap.emit(tap.event().asDoorbell(Side.DEVICE, kind, qid, value), CPU);
    }

    void shadow(ShadowCell cell, DoorbellKind kind, int qid, int value) {
        tap.emit(tap.event().asShadow(Side.DEVICE, cell, kind, qid, value), CPU);
    }

    void command(ObservedSq sq, int slot, byte[] sqe, InFlight command, CommandData data) {
        commands.incrementAndGet();
        CapturedEvent e = tap.event();
        e.asCommand(EventKind.COMMAND_EMITTED, sq.qid, slot, sqe, 0, sq.entryBytes());
        data.into(e);
        tap.emit(e.owned(Owner.GUEST, command.commandId()), CPU);
    }

    /**
     * @param command null if none in flight fits
     */
    void completion(int cqid, int slot, byte[] cqe, InFlight command) {
        completions.incrementAndGet();
        CapturedEvent e = tap.event().asCompletion(EventKind.COMPLETION_SEEN, cqid, slot, cqe, 0);
        if (command == null) {
            e.owned(Owner.UNKNOWN, -1);
        } else {
            e.owned(Owner.GUEST, command.commandId());
        }
        tap.emit(e, CPU);
    }

    void payload(CommandData.Piece piece, InFlight command) {
        CapturedEvent e =
                tap.event()
                        .asPayload(
                                Side.DEVICE,
                                piece.way(),
                                command.sqid(),
                                command.cid(),
                                command.dataBytes(),
                                piece.content());
        e.digest = piece.digest();
        e.commandId = command.commandId();
        tap.emit(e, CPU);
    }

    void interrupt(InterruptKind kind, int vector) {
        CapturedEvent e = tap.event();
        tap.emit(e.asInterrupt(EventKind.INTERRUPT_RAISED, Side.DEVICE, vector, kind, ""), CPU);
    }

    void reset(ResetKind kind, Edge edge) {
        tap.emit(tap.event().asReset(Side.DEVICE, kind, edge), CPU);
    }

    /** Nothing that was known of queues and commands counts any more. */
    void stateUnknown() {
        tap.emit(tap.event().asStateSnapshot(Side.DEVICE, LiveState.UNKNOWN), CPU);
    }

    void remark(String text) {
        if (remarks.incrementAndGet() > REMARKS_MAX) {
            return;
        }
        boolean fits = text.length() <= REMARK_CHARS_MAX;
        String kept = fits ? text : text.substring(0, REMARK_CHARS_MAX);
        tap.emit(tap.event().asAnnotation(AUTHOR, kept), CPU);
    }
}
