package io.nvmetap.export.pcapng;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Side;
import io.nvmetap.export.sink.EventExport;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Commands and completions of one side as NVMe/TCP: the entries byte for byte in capsules, one TCP
 * conversation a queue. Everything else of a trace has no place in such a file.
 */
public final class PcapngExport implements EventExport {
    /** Commands remembered until they complete; the oldest are forgotten first. */
    static final int COMMANDS_MAX = 1 << 17;

    private static final int NO_COMMAND = -1;

    private final Side wanted;
    private final Conversations conversations;
    private final HeldPayloads payloads = new HeldPayloads(HeldPayloads.BYTES_MAX);

    /** Which conversation a command went to: a completion may name another queue, or none. */
    private final Map<Long, QueueConversation> byCommand =
            new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Long, QueueConversation> eldest) {
                    return size() > COMMANDS_MAX;
                }
            };

    /** A completion, while its payload may follow. */
    private record Due(
            QueueConversation to, long timeNs, long commandId, byte[] cqe, String note) {}

    private Due due;
    private Side side;
    private long commands;
    private long completions;
    private long leftOut;
    private long lost;

    /**
     * @param out where the file goes
     * @param wanted the side, NONE for the guest's if a mediator stood between, else the device's
     */
    public PcapngExport(OutputStream out, Side wanted) {
        this.wanted = wanted;
        this.conversations = new Conversations(out);
    }

    @Override
    public void lost(long count) {
        lost += count;
        conversations.lost(count);
    }

    @Override
    public void event(CapturedEvent e) throws IOException {
        if (side == null) {
            start(e);
        }
        if (due != null && (e.kind != EventKind.PAYLOAD || e.commandId != due.commandId())) {
            flush();
        }
        switch (e.kind) {
            case COMMAND_FETCHED, COMMAND_EMITTED -> {
                if (e.side == side) {
                    command(e);
                }
            }
            case COMPLETION_SEEN, COMPLETION_COPIED -> {
                if (e.side == side) {
                    completion(e);
                }
            }
            case PAYLOAD -> {
                if (due != null || byCommand.containsKey(e.commandId)) {
                    payloads.hold(e, side);
                }
            }
            case REGISTER_WRITTEN -> registerWritten(e);
            case CONTROLLER_RESET -> {
                if (e.side == side) {
                    conversations.reset(e.controller, e.timeNs);
                }
            }
            default -> {}
        }
    }

    private void start(CapturedEvent first) throws IOException {
        boolean mediated = first.header.mediated();
        boolean begun = first.kind == EventKind.CAPTURE_STARTED;
        if (wanted == Side.GUEST && begun && !mediated) {
            throw CliFailure.usage(
                    "nobody stood between in this trace, it has no guest side; use --side device");
        }
        side = wanted != Side.NONE ? wanted : mediated ? Side.GUEST : Side.DEVICE;
        conversations.start(first, side);
    }

    private void registerWritten(CapturedEvent e) throws IOException {
        if (e.side != side || e.space != RegisterSpace.BAR0) {
            return;
        }
        if (e.registerOffset == Registers.CC && !Registers.ccEn((int) e.value)) {
            conversations.reset(e.controller, e.timeNs);
        } else if (e.registerOffset == Registers.AQA) {
            conversations.size(e.controller, 0, Registers.aqaAsqs((int) e.value));
        }
    }

    private void command(CapturedEvent e) throws IOException {
        if (e.owner == Owner.MEDIATOR && e.commandId == NO_COMMAND) {
            // The mediator wiped an entry; nobody was given a command.
            leftOut++;
            return;
        }
        QueueConversation c = conversations.ofCommand(e);
        if (c == null) {
            leftOut++;
            return;
        }
        int cid = Sqe.cid(e.entry, 0);
        List<String> notes = new ArrayList<>();
        if (!c.submitted(cid)) {
            notes.add("this identifier is on its way already");
        }
        if (e.owner == Owner.MEDIATOR) {
            notes.add("issued by the mediator");
        }
        if (e.entryBytes > Sqe.SIZE) {
            notes.add(
                    "bytes 64-"
                            + (e.entryBytes - 1)
                            + " of the entry: "
                            + HexFormat.of().formatHex(e.entry, Sqe.SIZE, e.entryBytes));
        }
        note(notes, CaptureTexts.unseen(e, Sqe.SIZE));
        if (Sqe.opcode(e.entry, 0) == Opcodes.ADMIN_FABRICS) {
            // It may pass for a Connect, and what follows for that of another queue.
            notes.add("Wireshark takes opcode 7Fh for Fabrics; the next command opens anew");
            c.over = true;
        }
        if (e.qid == 0) {
            queueCommand(e, c, cid);
        }
        if (e.commandId != NO_COMMAND) {
            byCommand.put(e.commandId, c);
        }
        commands++;
        conversations.command(c, e, String.join("; ", notes));
    }

    private void queueCommand(CapturedEvent e, QueueConversation admin, int cid) {
        if (!Sqe.knownCdw(e.known, 10) || (e.known & Sqe.KNOWN_OPCODE) == 0) {
            return;
        }
        int opcode = Sqe.opcode(e.entry, 0);
        if (opcode == Opcodes.ADMIN_CREATE_SQ) {
            int size0 = AdminSqe.qsize0(e.entry, 0);
            conversations.size(e.controller, AdminSqe.qid(e.entry, 0), size0);
        } else if (opcode == Opcodes.ADMIN_DELETE_SQ) {
            admin.deletes(cid, AdminSqe.qid(e.entry, 0));
        }
    }

    private void completion(CapturedEvent e) throws IOException {
        QueueConversation c = byCommand.remove(e.commandId);
        boolean queueKnown = Cqe.known((int) e.known, Cqe.SQID_OFFSET, 2);
        int queue = queueKnown ? Cqe.sqid(e.entry, 0) : e.qid;
        List<String> notes = new ArrayList<>();
        if (c == null) {
            c = conversations.ofCompletion(e, queue);
        } else if (c.qid != queue && queueKnown) {
            notes.add("the entry names submission queue " + queue);
        }
        if (c == null) {
            leftOut++;
            return;
        }
        if (!c.isPending(Cqe.cid(e.entry, 0))) {
            notes.add("no command with this identifier is on its way");
        }
        note(notes, CaptureTexts.unseen(e, Cqe.SIZE));
        completions++;
        byte[] cqe = Arrays.copyOf(e.entry, Cqe.SIZE);
        due = new Due(c, e.timeNs, e.commandId, cqe, String.join("; ", notes));
    }

    /**
     * Writes the completion that waited for its payload: data go before it. The device side tells
     * of them right after it.
     */
    private void flush() throws IOException {
        Due d = due;
        due = null;
        int cid = Cqe.cid(d.cqe(), 0);
        HeldPayloads.Held data = payloads.take(d.commandId());
        if (data != null && d.to().isPending(cid)) {
            conversations.data(d.to(), d.timeNs(), cid, data);
        }
        d.to().completed(cid);
        conversations.completion(d.to(), d.timeNs(), d.cqe(), d.note());
        int deleted = d.to().deleted(cid);
        if (deleted >= 0 && Cqe.status(d.cqe(), 0) == 0) {
            conversations.deleted(d.to().controller, deleted, d.timeNs());
        }
    }

    private static void note(List<String> notes, String text) {
        if (!text.isEmpty()) {
            notes.add(text);
        }
    }

    @Override
    public List<String> end() throws IOException {
        if (side == null) {
            start(new CapturedEvent());
        }
        if (due != null) {
            flush();
        }
        conversations.end();
        List<String> said = new ArrayList<>();
        said.add(side == Side.GUEST ? "guest side" : "device side");
        said.add(String.format("%,d commands", commands));
        said.add(String.format("%,d completions", completions));
        said.add(String.format("%,d conversations", conversations.opened()));
        said.add(String.format("%,d lost", lost));
        if (leftOut + payloads.leftOut() > 0) {
            said.add(String.format("%,d left out", leftOut + payloads.leftOut()));
        }
        return said;
    }
}
