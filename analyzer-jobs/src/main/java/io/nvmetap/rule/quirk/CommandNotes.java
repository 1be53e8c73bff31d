package io.nvmetap.rule.quirk;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Transfer;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.Party;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.IdentifyCns;
import io.nvmetap.nvme.IdentifyController;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.StatusCode;
import java.io.Serializable;

/** Entries of 128 bytes, Write Zeroes that fails, silence only with several in flight. */
final class CommandNotes implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final int LONG_ENTRY = 128;
    private static final int IOSQES_64 = 6;
    private static final int LONG_PROOF = 8;
    private static final int STALLS = 3;
    private static final int ALONE_PROOF = 64;
    private static final int DEEP_PER_STALL = 100;

    private final Shown shown;
    private long identified = -1;
    private boolean writeZeroes;
    private long firstLongSeq = -1;
    private int longCompleted;
    private long alone;
    private long deep;
    private int deepStalls;
    private boolean stalledAlone;
    private long firstStallSeq = -1;

    CommandNotes(Shown shown) {
        this.shown = shown;
    }

    void gap() {
        identified = -1;
        firstLongSeq = -1;
        longCompleted = 0;
    }

    void note(History h, CapturedEvent e) {
        if (e.side != Side.DEVICE) {
            return;
        }
        Command c = h.facts.command;
        if (e.kind == EventKind.COMMAND_EMITTED && c != null) {
            emitted(h, c, e);
        } else if (e.kind == EventKind.COMPLETION_SEEN && c != null) {
            completed(h, c, e);
        } else if (e.kind == EventKind.PAYLOAD
                && e.transfer == Transfer.FROM_DEVICE
                && e.commandId == identified
                && e.content.length >= IdentifyController.SIZE) {
            int oncs = new IdentifyController(e.content).oncs();
            writeZeroes = (oncs & IdentifyController.ONCS_WRITE_ZEROES) != 0;
        } else if (h.facts.enabled || h.facts.disabled) {
            firstLongSeq = -1;
            longCompleted = 0;
        }
    }

    private void emitted(History h, Command c, CapturedEvent e) {
        if (c.admin()) {
            boolean controller =
                    c.opcode == Opcodes.ADMIN_IDENTIFY
                            && c.cdw10Known
                            && (c.cdw10 & 0xFF) == IdentifyCns.CONTROLLER;
            identified = controller ? c.commandId : identified;
            return;
        }
        if (e.entryBytes == LONG_ENTRY && firstLongSeq < 0) {
            firstLongSeq = e.seq;
        }
        if (h.device.counts().io() > 1) {
            deep++;
        } else {
            alone++;
        }
    }

    private void completed(History h, Command c, CapturedEvent e) {
        if (c.admin()) {
            return;
        }
        boolean plain = h.device.known && Registers.ccIosqes(h.device.cc) == IOSQES_64;
        boolean counts = firstLongSeq >= 0 && c.startSeq >= firstLongSeq && plain;
        if (counts && h.facts.succeeded && ++longCompleted >= LONG_PROOF) {
            shown.add(
                    Quirk.SQES_128,
                    "takes entries 128 bytes apart while CC.IOSQES says 64",
                    firstLongSeq,
                    e.seq);
        }
        int status = Cqe.status(e.entry, 0) & StatusCode.CODE_MASK;
        boolean broken = status == StatusCode.INVALID_OPCODE || status == StatusCode.INTERNAL_ERROR;
        if (c.opcode == Opcodes.IO_WRITE_ZEROES && writeZeroes && broken) {
            shown.add(
                    Quirk.DISABLE_WRITE_ZEROES,
                    "ONCS offers Write Zeroes, the controller ends it with "
                            + StatusCode.describe(status),
                    c.startSeq,
                    e.seq);
        }
    }

    /** The controller completes nothing any more. */
    void silent(History h, Finding f) {
        Command only = null;
        int waiting = 0;
        for (Command c : h.device.inFlight.values()) {
            if (!c.waitsForEvent()) {
                waiting++;
                only = c;
            }
        }
        if (waiting == 1 && !only.admin() && only.opcode == Opcodes.IO_WRITE_ZEROES) {
            String how = "a Write Zeroes alone in flight is never completed";
            shown.add(Quirk.DISABLE_WRITE_ZEROES, how, only.startSeq, f.toSeq());
        }
        if (f.owner() != Party.CONTROLLER || f.sqid() <= 0) {
            return;
        }
        stalledAlone |= waiting <= 1;
        deepStalls += waiting > 1 ? 1 : 0;
        firstStallSeq = firstStallSeq < 0 ? f.fromSeq() : firstStallSeq;
        boolean proved = deepStalls >= STALLS && alone >= ALONE_PROOF && !stalledAlone;
        if (proved && deep <= (long) DEEP_PER_STALL * deepStalls) {
            shown.add(
                    Quirk.QDEPTH_ONE,
                    String.format(
                            "silent %d times with several commands in flight, never in %,d alone",
                            deepStalls, alone),
                    firstStallSeq,
                    f.toSeq());
        }
    }
}
