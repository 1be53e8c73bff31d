package io.nvmetap.show;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.Unseen;
import io.nvmetap.nvme.CommandText;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.VendorCatalog;
import java.util.Locale;

/** One event, one line. */
public final class EventText {
    private final VendorCatalog vendors;

    public EventText(VendorCatalog vendors) {
        this.vendors = vendors;
    }

    /** seq, time in microseconds, side, kind and what it says. */
    public String line(CapturedEvent e) {
        return String.format(
                Locale.ROOT,
                "%8d %14.3f us  %-6s %-20s %s",
                e.seq,
                e.timeNs / 1e3,
                e.side,
                e.kind.schemaName(),
                body(e));
    }

    /** What it says. */
    public String body(CapturedEvent e) {
        return switch (e.kind) {
            case CAPTURE_STARTED -> header(e);
            case REGISTER_READ, REGISTER_WRITTEN -> register(e);
            case DOORBELL_RUNG -> e.doorbell + " queue=" + e.qid + " value=" + e.value + cpu(e);
            case SHADOW_DOORBELL ->
                    e.cell + " " + e.doorbell + " queue=" + e.qid + " value=" + e.value;
            case COMMAND_FETCHED, COMMAND_EMITTED -> command(e);
            case COMPLETION_SEEN, COMPLETION_COPIED ->
                    "cq="
                            + e.qid
                            + slot(e)
                            + " "
                            + CommandText.cqe(e.entry, 0, (int) e.known)
                            + id(e);
            case COMPLETION_STORED ->
                    String.format(
                            "cq=%d slot=%d bytes %d-%d store %d value=0x%x%s",
                            e.qid,
                            e.slot,
                            e.byteOffset,
                            e.byteOffset + e.byteCount - 1,
                            e.storeIndex,
                            e.value,
                            id(e));
            case STORE_FENCE -> "cq=" + e.qid;
            case INTERRUPT_RAISED, INTERRUPT_DELIVERED -> e.interrupt + " vector=" + e.vector;
            case INTERRUPT_SUPPRESSED ->
                    e.interrupt + " vector=" + e.vector + " because " + e.label;
            case VECTOR_MASKED, VECTOR_UNMASKED, VECTOR_FLUSHED -> "vector=" + e.vector;
            default -> rare(e);
        };
    }

    private static String rare(CapturedEvent e) {
        return switch (e.kind) {
            case CONTROLLER_RESET -> e.reset + " " + e.edge;
            case TAKE_OVER -> e.step + " " + e.label;
            case LOCK_TAKEN, LOCK_RELEASED -> "lock=" + e.value + cpu(e);
            case DECISION ->
                    e.decision + " " + e.text + " queue=" + e.qid + " cid=" + e.cid + reason(e);
            case PAYLOAD ->
                    e.transfer
                            + " sq="
                            + e.qid
                            + " cid="
                            + e.cid
                            + " bytes="
                            + e.dataBytes
                            + " captured="
                            + e.content.length;
            case POINTER_LIST_READ ->
                    "sq="
                            + e.qid
                            + " list at "
                            + hex(e.registerOffset)
                            + " "
                            + e.content.length / 8
                            + " entries"
                            + id(e);
            case QUEUE_MEMORY_RELEASED -> (e.flag ? "cq=" : "sq=") + e.qid;
            case REQUEST_STATE -> e.request + " " + e.owner + " sq=" + e.qid + id(e);
            case ANNOTATION -> e.label + ": " + e.text;
            case EVENTS_LOST -> e.value + " at " + e.label;
            case CAPTURE_ENDED -> "events=" + e.value + " lost=" + e.lost + " " + e.label;
            case STATE_SNAPSHOT ->
                    e.state.known() ? e.state.queues().size() + " queues" : "not known";
            default -> "";
        };
    }

    private static String header(CapturedEvent e) {
        StringBuilder unseen = new StringBuilder();
        for (Unseen u : Unseen.values()) {
            if (!e.header.sees(u)) {
                unseen.append(unseen.length() == 0 ? " cannot see: " : ", ").append(u);
            }
        }
        return e.header.source()
                + (e.header.mediated() ? " mediator " + e.header.mediatorName() : " no mediator")
                + unseen;
    }

    private static String register(CapturedEvent e) {
        String value = e.kind.name().endsWith("READ") && !e.flag ? "?" : hex(e.value);
        String name =
                switch (e.space) {
                    case BAR0 -> Registers.name(e.registerOffset);
                    default -> e.space + "+" + hex(e.registerOffset);
                };
        return name + " " + e.widthBytes + " bytes = " + value + cpu(e);
    }

    private String command(CapturedEvent e) {
        String text = CommandText.sqe(e.qid == 0, e.entry, 0, e.known, vendors);
        return "sq=" + e.qid + slot(e) + " " + text + (e.sgl ? " (SGL)" : "") + id(e);
    }

    private static String id(CapturedEvent e) {
        return " #" + e.commandId;
    }

    private static String slot(CapturedEvent e) {
        return e.slot < 0 ? "" : " slot=" + e.slot;
    }

    private static String cpu(CapturedEvent e) {
        return e.cpu < 0 ? "" : " cpu=" + e.cpu;
    }

    private static String reason(CapturedEvent e) {
        return e.label.isEmpty() ? "" : " because " + e.label;
    }

    private static String hex(long v) {
        return "0x" + Long.toHexString(v);
    }
}
