package io.nvmetap.server;

import com.fasterxml.jackson.core.JsonGenerator;
import io.nvmetap.event.EventKind;
import io.nvmetap.nvme.StatusCode;
import io.nvmetap.timeline.CaptureIndex;
import io.nvmetap.timeline.CommandDetail;
import io.nvmetap.timeline.CommandTable;
import io.nvmetap.timeline.EntryField;
import io.nvmetap.timeline.Moment;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;

/** One command: both sides of it next to each other. */
final class ApiCommand {
    private final CaptureStore captures;

    ApiCommand(CaptureStore captures) {
        this.captures = captures;
    }

    Reply command(Capture c, String id) throws IOException {
        long commandId = Query.number("command ", id, 0, Long.MAX_VALUE);
        CaptureIndex index = captures.index(c);
        int number = index.command(commandId);
        if (number < 0) {
            throw HttpFailure.notFound("this capture has no command " + commandId);
        }
        CommandDetail d = CommandDetail.read(c.file(), index, number);
        return Reply.json(
                g -> {
                    head(g, index, number);
                    pair(g, "submission", d, EntryField.SQE);
                    pair(g, "completion", d, EntryField.CQE);
                    pages(g, d);
                    payloads(g, d);
                    lines(g, d);
                });
    }

    /** {@code ?sqid=N&cid=N&seq=SEQ}: the id of the command that a finding means. */
    Reply find(Capture c, Query q) throws IOException {
        int sqid = (int) q.number("sqid", 0, 0, 65_535);
        int cid = (int) q.number("cid", 0, 0, 65_535);
        int controller = (int) q.number("controller", 0, 0, 255);
        long timeNs = q.number("t", Long.MAX_VALUE, 0, Long.MAX_VALUE);
        CommandTable t = captures.index(c).commands();
        int best = -1;
        for (int i = 0; i < t.size(); i++) {
            long begun = Math.max(t.at(i, Moment.FETCHED), t.at(i, Moment.SUBMITTED));
            boolean same = t.sqid(i) == sqid && t.cid(i) == cid && t.controller(i) == controller;
            if (same && Math.max(begun, t.at(i, Moment.EMITTED)) <= timeNs) {
                best = i;
            }
        }
        if (best < 0) {
            throw HttpFailure.notFound("no such command was seen before that time");
        }
        long id = t.id(best);
        return Reply.json(g -> g.writeNumberField("commandId", id));
    }

    private static void head(JsonGenerator g, CaptureIndex index, int number) throws IOException {
        CommandTable t = index.commands();
        g.writeNumberField("commandId", t.id(number));
        g.writeNumberField("controller", t.controller(number));
        g.writeNumberField("sqid", t.sqid(number));
        g.writeNumberField("cid", t.cid(number));
        g.writeStringField("name", ApiTimeline.opcode(t.sqid(number) == 0, t.opcode(number)));
        int flags = t.flags(number);
        g.writeBooleanField("own", (flags & CommandTable.OWN) != 0);
        g.writeBooleanField("open", (flags & CommandTable.OPEN) != 0);
        g.writeBooleanField("cut", (flags & CommandTable.CUT) != 0);
        boolean done = t.doneOrdinal(number) != Integer.MAX_VALUE;
        g.writeStringField("status", done ? StatusCode.describe(t.status(number)) : "");
        g.writeObjectFieldStart("at");
        for (Moment m : Moment.values()) {
            if (t.at(number, m) >= 0) {
                g.writeNumberField(m.name(), t.at(number, m));
            }
        }
        g.writeEndObject();
    }

    /** First entry seen on each side, and every field of both with whether they differ. */
    private static void pair(JsonGenerator g, String name, CommandDetail d, List<EntryField> fields)
            throws IOException {
        boolean sqe = name.equals("submission");
        CommandDetail.Entry guest =
                first(d, sqe ? EventKind.COMMAND_FETCHED : EventKind.COMPLETION_COPIED);
        CommandDetail.Entry device =
                first(d, sqe ? EventKind.COMMAND_EMITTED : EventKind.COMPLETION_SEEN);
        g.writeObjectFieldStart(name);
        entry(g, "guest", guest);
        entry(g, "device", device);
        g.writeArrayFieldStart("fields");
        for (EntryField f : fields) {
            String a = guest == null ? "" : f.text(guest.bytes(), guest.known());
            String b = device == null ? "" : f.text(device.bytes(), device.known());
            boolean both = !a.isEmpty() && !b.isEmpty() && !a.equals("?") && !b.equals("?");
            g.writeStartObject();
            g.writeStringField("name", f.name());
            g.writeNumberField("offset", f.offset());
            g.writeNumberField("bytes", f.bytes());
            g.writeStringField("guest", a);
            g.writeStringField("device", b);
            g.writeBooleanField("differs", both && !a.equals(b));
            g.writeEndObject();
        }
        g.writeEndArray();
        g.writeEndObject();
    }

    private static CommandDetail.Entry first(CommandDetail d, EventKind kind) {
        return d.entries().stream().filter(e -> e.kind() == kind).findFirst().orElse(null);
    }

    private static void entry(JsonGenerator g, String side, CommandDetail.Entry e)
            throws IOException {
        if (e == null) {
            return;
        }
        g.writeObjectFieldStart(side);
        g.writeNumberField("seq", e.seq());
        g.writeNumberField("slot", e.slot());
        g.writeStringField("raw", HexFormat.of().formatHex(e.bytes()));
        g.writeStringField("known", Long.toHexString(e.known()));
        g.writeStringField("text", e.text());
        g.writeEndObject();
    }

    private static void pages(JsonGenerator g, CommandDetail d) throws IOException {
        g.writeArrayFieldStart("pages");
        for (CommandDetail.Page p : d.pages()) {
            g.writeStartObject();
            g.writeStringField("what", p.what());
            g.writeStringField("address", "0x" + Long.toHexString(p.address()));
            g.writeNumberField("bytes", p.bytes());
            g.writeEndObject();
        }
        g.writeEndArray();
    }

    private static void payloads(JsonGenerator g, CommandDetail d) throws IOException {
        g.writeArrayFieldStart("payloads");
        for (CommandDetail.Payload p : d.payloads()) {
            g.writeStartObject();
            g.writeNumberField("seq", p.seq());
            g.writeStringField("what", p.what());
            g.writeNumberField("totalBytes", p.totalBytes());
            g.writeStringField("raw", HexFormat.of().formatHex(p.content()));
            g.writeStringField("digest", HexFormat.of().formatHex(p.digest()));
            g.writeEndObject();
        }
        g.writeEndArray();
    }

    private static void lines(JsonGenerator g, CommandDetail d) throws IOException {
        g.writeBooleanField("more", d.more());
        g.writeArrayFieldStart("events");
        for (CommandDetail.Line l : d.events()) {
            g.writeStartObject();
            g.writeNumberField("seq", l.seq());
            g.writeNumberField("timeNs", l.timeNs());
            g.writeStringField("side", l.side());
            g.writeStringField("kind", l.kind());
            g.writeStringField("text", l.text());
            g.writeEndObject();
        }
        g.writeEndArray();
    }
}
