package io.nvmetap.server;

import com.fasterxml.jackson.core.JsonGenerator;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.VendorCatalog;
import io.nvmetap.show.EventText;
import io.nvmetap.timeline.CaptureIndex;
import io.nvmetap.timeline.CommandTable;
import io.nvmetap.timeline.EventSlice;
import io.nvmetap.timeline.Moment;
import io.nvmetap.timeline.MomentState;
import io.nvmetap.timeline.RegisterValue;
import java.io.IOException;
import java.util.TreeSet;

/** Events as text, and what there was at one of them. */
final class ApiEvents {
    /** Events in one answer. */
    static final int EVENTS_MAX = 500;

    private final CaptureStore captures;

    ApiEvents(CaptureStore captures) {
        this.captures = captures;
    }

    /** {@code ?seqs=1,2,3}: these; {@code ?from=SEQ&count=N}: these and what follows. */
    Reply events(Capture c, Query q) throws IOException {
        TreeSet<Long> wanted = new TreeSet<>();
        String list = q.parameters().getOrDefault("seqs", "");
        for (String seq : list.isEmpty() ? new String[0] : list.split(",", EVENTS_MAX + 2)) {
            wanted.add(Query.number("seqs ", seq, 0, Long.MAX_VALUE));
        }
        if (wanted.size() > EVENTS_MAX) {
            throw HttpFailure.bad("ask for " + EVENTS_MAX + " events at most");
        }
        long from = q.number("from", 0, 0, Long.MAX_VALUE);
        int count = (int) q.number("count", 100, 1, EVENTS_MAX);
        CaptureIndex index = captures.index(c);
        return Reply.json(
                g -> {
                    g.writeArrayFieldStart("events");
                    if (wanted.isEmpty()) {
                        run(c, index, from, count, g);
                    } else {
                        these(c, index, wanted, g);
                    }
                    g.writeEndArray();
                });
    }

    private static void run(Capture c, CaptureIndex index, long from, int count, JsonGenerator g)
            throws IOException {
        EventText text = new EventText(VendorCatalog.bundled());
        EventSlice slice = new EventSlice(c.file(), index);
        int[] left = {count};
        slice.read(
                slice.before(from),
                Integer.MAX_VALUE,
                (ordinal, e) -> {
                    if (e.seq >= from) {
                        event(g, e, text);
                        left[0]--;
                    }
                    return left[0] > 0;
                });
    }

    private static void these(Capture c, CaptureIndex index, TreeSet<Long> wanted, JsonGenerator g)
            throws IOException {
        EventText text = new EventText(VendorCatalog.bundled());
        EventSlice slice = new EventSlice(c.file(), index);
        while (!wanted.isEmpty()) {
            long first = wanted.first();
            int begin = slice.before(first);
            // Only the block that the first one is in: the next may be far away.
            int[] block = {-1};
            slice.read(
                    begin,
                    Integer.MAX_VALUE,
                    (ordinal, e) -> {
                        if (wanted.remove(e.seq)) {
                            event(g, e, text);
                        }
                        block[0] = ordinal;
                        return !wanted.isEmpty()
                                && (e.seq < wanted.first())
                                && slice.before(wanted.first()) <= ordinal;
                    });
            wanted.removeIf(s -> s <= first);
        }
    }

    static void event(JsonGenerator g, CapturedEvent e, EventText text) throws IOException {
        g.writeStartObject();
        g.writeNumberField("seq", e.seq);
        g.writeNumberField("timeNs", e.timeNs);
        g.writeNumberField("controller", e.controller);
        g.writeStringField("side", e.side.name());
        g.writeStringField("kind", e.kind.schemaName());
        g.writeStringField("text", text.body(e));
        if (e.kind.ofCommand()) {
            g.writeNumberField("commandId", e.commandId);
        }
        g.writeEndObject();
    }

    /** {@code ?seq=SEQ&controller=N}: queues, commands out, masks, CC and CSTS. */
    Reply moment(Capture c, Query q) throws IOException {
        long seq = q.number("seq", 0, 0, Long.MAX_VALUE);
        int controller = (int) q.number("controller", 0, 0, 255);
        CaptureIndex index = captures.index(c);
        EventSlice slice = new EventSlice(c.file(), index);
        int[] at = {index.span().events() - 1};
        long[] timeNs = {index.span().toNs()};
        slice.read(
                slice.before(seq),
                Integer.MAX_VALUE,
                (ordinal, e) -> {
                    at[0] = ordinal;
                    timeNs[0] = e.timeNs;
                    return e.seq < seq;
                });
        MomentState s = MomentState.of(index, controller, at[0]);
        return Reply.json(
                g -> {
                    g.writeNumberField("timeNs", timeNs[0]);
                    g.writeNumberField("inFlightCount", s.inFlightCount());
                    g.writeNumberField("intms", s.intms());
                    g.writeFieldName("maskedVectors");
                    g.writeStartArray();
                    for (int vector : s.maskedVectors()) {
                        g.writeNumber(vector);
                    }
                    g.writeEndArray();
                    registers(g, s);
                    queues(g, s);
                    inFlight(g, index, s);
                });
    }

    private static void registers(JsonGenerator g, MomentState s) throws IOException {
        g.writeArrayFieldStart("registers");
        for (RegisterValue r : s.registers()) {
            g.writeStartObject();
            g.writeStringField("side", r.side().name());
            g.writeStringField("text", Registers.describe(r.offset(), r.value()));
            g.writeEndObject();
        }
        g.writeEndArray();
    }

    private static void queues(JsonGenerator g, MomentState s) throws IOException {
        g.writeArrayFieldStart("queues");
        for (MomentState.Queue queue : s.queues()) {
            g.writeStartObject();
            g.writeStringField("side", queue.life().side().name());
            g.writeBooleanField("completion", queue.life().completion());
            g.writeNumberField("qid", queue.life().qid());
            g.writeNumberField("entries", queue.life().sizeEntries());
            g.writeNumberField("partner", queue.life().partner());
            g.writeNumberField("doorbell", queue.doorbell());
            g.writeNumberField("inFlight", queue.inFlight());
            g.writeEndObject();
        }
        g.writeEndArray();
    }

    private static void inFlight(JsonGenerator g, CaptureIndex index, MomentState s)
            throws IOException {
        CommandTable t = index.commands();
        g.writeArrayFieldStart("inFlight");
        for (int c : s.inFlight()) {
            g.writeStartObject();
            g.writeNumberField("commandId", t.id(c));
            g.writeNumberField("sqid", t.sqid(c));
            g.writeNumberField("cid", t.cid(c));
            g.writeStringField("name", ApiTimeline.opcode(t.sqid(c) == 0, t.opcode(c)));
            long begun = Math.max(t.at(c, Moment.SUBMITTED), t.at(c, Moment.FETCHED));
            g.writeNumberField("sinceNs", begun >= 0 ? begun : t.at(c, Moment.EMITTED));
            g.writeBooleanField("own", (t.flags(c) & CommandTable.OWN) != 0);
            g.writeEndObject();
        }
        g.writeEndArray();
    }
}
