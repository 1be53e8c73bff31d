package io.nvmetap.timeline;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.nvme.CommandText;
import io.nvmetap.nvme.VendorCatalog;
import io.nvmetap.show.EventText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * All that was captured of one command.
 *
 * @param number its number in the table of commands
 * @param entries entries as they were seen: guest SQE, device SQE, device CQE, guest CQE
 * @param pages data pages
 * @param payloads data
 * @param events every event of it, in order
 * @param more it has over {@link #EVENTS_MAX} events
 */
public record CommandDetail(
        int number,
        List<Entry> entries,
        List<Page> pages,
        List<Payload> payloads,
        List<Line> events,
        boolean more) {
    /** Events told of one command. */
    public static final int EVENTS_MAX = 1_000;

    /** Bytes shown of one payload. */
    public static final int PAYLOAD_BYTES_MAX = 4_096;

    /** Pages shown of one command, of both sides together. */
    public static final int PAGES_MAX = 1_024;

    /** Events read at most between the first and the last of a command. */
    static final int EVENTS_READ_MAX = 2_000_000;

    /**
     * One entry.
     *
     * @param kind the event's kind: which side, submission or completion
     * @param seq event
     * @param slot slot, -1 not seen
     * @param bytes raw bytes
     * @param known bit i: byte i was seen
     * @param text decoded
     */
    public record Entry(
            EventKind kind, long seq, int slot, byte[] bytes, long known, String text) {}

    /**
     * A run of data, or of a pointer list.
     *
     * @param what "guest", "device" or "list"
     * @param address where
     * @param bytes how long
     */
    public record Page(String what, long address, long bytes) {}

    /**
     * Data as captured.
     *
     * @param seq event
     * @param what side and direction
     * @param totalBytes bytes in all
     * @param content the first of them, empty if only a digest was kept
     * @param digest digest, empty if none
     */
    public record Payload(long seq, String what, long totalBytes, byte[] content, byte[] digest) {}

    /**
     * An event as text.
     *
     * @param seq sequence number
     * @param timeNs time
     * @param side side
     * @param kind kind
     * @param text what it says
     */
    public record Line(long seq, long timeNs, String side, String kind, String text) {}

    /** Reads what belongs to command {@code number}. */
    public static CommandDetail read(Path trace, CaptureIndex index, int number)
            throws IOException {
        CommandTable t = index.commands();
        Collector c = new Collector(number, t.id(number));
        int from = t.firstOrdinal(number);
        int to = Math.min(t.lastOrdinal(number), from + EVENTS_READ_MAX);
        new EventSlice(trace, index).read(from, to, c::accept);
        return c.detail();
    }

    /** Gathers the events of one command id. */
    private static final class Collector {
        private final EventText text = new EventText(VendorCatalog.bundled());
        private final List<Entry> entries = new ArrayList<>();
        private final List<Page> pages = new ArrayList<>();
        private final List<Payload> payloads = new ArrayList<>();
        private final List<Line> lines = new ArrayList<>();
        private final int number;
        private final long commandId;
        private boolean more;

        Collector(int number, long commandId) {
            this.number = number;
            this.commandId = commandId;
        }

        CommandDetail detail() {
            return new CommandDetail(number, entries, pages, payloads, lines, more);
        }

        private boolean accept(int ordinal, CapturedEvent e) {
            if (e.commandId != commandId || !e.kind.ofCommand()) {
                return true;
            }
            if (lines.size() >= EVENTS_MAX) {
                more = true;
                return false;
            }
            lines.add(new Line(e.seq, e.timeNs, e.side.name(), e.kind.schemaName(), text.body(e)));
            switch (e.kind) {
                case COMMAND_FETCHED -> command(e, "guest");
                case COMMAND_EMITTED -> command(e, "device");
                case COMPLETION_SEEN, COMPLETION_COPIED ->
                        entry(e, CommandText.cqe(e.entry, 0, (int) e.known));
                case POINTER_LIST_READ -> page("list", e.registerOffset, e.content.length);
                case PAYLOAD -> payload(e);
                default -> {}
            }
            return true;
        }

        private void command(CapturedEvent e, String what) {
            entry(e, CommandText.sqe(e.qid == 0, e.entry, 0, e.known, VendorCatalog.bundled()));
            for (int i = 0; i < e.pageCount; i++) {
                page(what, e.pageAddress[i], e.pageLengthBytes[i]);
            }
        }

        private void entry(CapturedEvent e, String decoded) {
            byte[] bytes = Arrays.copyOf(e.entry, e.entryBytes);
            entries.add(new Entry(e.kind, e.seq, e.slot, bytes, e.known, decoded));
        }

        private void page(String what, long address, long bytes) {
            if (pages.size() < PAGES_MAX) {
                pages.add(new Page(what, address, bytes));
            }
        }

        private void payload(CapturedEvent e) {
            byte[] shown = Arrays.copyOf(e.content, Math.min(PAYLOAD_BYTES_MAX, e.content.length));
            String what = e.side.name() + " " + e.transfer.name();
            payloads.add(new Payload(e.seq, what, e.dataBytes, shown, e.digest.clone()));
        }
    }
}
