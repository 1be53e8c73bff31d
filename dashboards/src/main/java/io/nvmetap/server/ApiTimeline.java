package io.nvmetap.server;

import com.fasterxml.jackson.core.JsonGenerator;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.VendorCatalog;
import io.nvmetap.nvme.VendorCommand;
import io.nvmetap.timeline.CaptureIndex;
import io.nvmetap.timeline.CommandTable;
import io.nvmetap.timeline.Hop;
import io.nvmetap.timeline.Lane;
import io.nvmetap.timeline.MarkKind;
import io.nvmetap.timeline.ResetSpan;
import io.nvmetap.timeline.Tile;
import io.nvmetap.timeline.TileRequest;
import java.io.IOException;
import java.util.TreeSet;

/** What the timeline draws. */
final class ApiTimeline {
    private final CaptureStore captures;

    ApiTimeline(CaptureStore captures) {
        this.captures = captures;
    }

    /** Lanes, resets and names; everything that does not depend on the window. */
    Reply meta(Capture c) throws IOException {
        CaptureIndex index = captures.index(c);
        return Reply.json(
                g -> {
                    ApiCaptures.header(g, index.header());
                    ApiCaptures.span(g, index);
                    g.writeNumberField("refused", index.refused());
                    g.writeNumberField("buckets", TileRequest.BUCKETS);
                    g.writeNumberField("levelMax", TileRequest.LEVEL_MAX);
                    lanes(g, index);
                    resets(g, index);
                    names(g, index);
                });
    }

    private static void lanes(JsonGenerator g, CaptureIndex index) throws IOException {
        g.writeArrayFieldStart("lanes");
        for (Lane lane : index.lanes()) {
            g.writeStartObject();
            g.writeNumberField("controller", lane.controller());
            g.writeStringField("kind", lane.kind().name());
            g.writeStringField("side", lane.side().name());
            g.writeNumberField("qid", lane.qid());
            g.writeNumberField("rows", lane.rows());
            g.writeNumberField("commands", lane.commandCount());
            g.writeNumberField("marks", lane.markCount());
            g.writeEndObject();
        }
        g.writeEndArray();
    }

    private static void resets(JsonGenerator g, CaptureIndex index) throws IOException {
        g.writeArrayFieldStart("resets");
        for (ResetSpan r : index.resets()) {
            g.writeStartObject();
            g.writeNumberField("controller", r.controller());
            g.writeStringField("kind", r.kind().name());
            g.writeNumberField("fromNs", r.fromNs());
            g.writeNumberField("toNs", r.toNs());
            g.writeEndObject();
        }
        g.writeEndArray();
    }

    private static void names(JsonGenerator g, CaptureIndex index) throws IOException {
        g.writeArrayFieldStart("hops");
        for (Hop h : Hop.values()) {
            g.writeString(h.label());
        }
        g.writeEndArray();
        g.writeArrayFieldStart("marks");
        for (MarkKind k : MarkKind.values()) {
            g.writeString(k.name());
        }
        g.writeEndArray();
        g.writeObjectFieldStart("opcodes");
        opcodes(g, index);
        g.writeEndObject();
    }

    /** Names of the opcodes that occur, under "a" or "i" and the number. */
    static void opcodes(JsonGenerator g, CaptureIndex index) throws IOException {
        CommandTable t = index.commands();
        TreeSet<Integer> used = new TreeSet<>();
        for (int c = 0; c < t.size(); c++) {
            used.add((t.sqid(c) == 0 ? 256 : 0) + t.opcode(c));
        }
        for (int key : used) {
            boolean admin = key >= 256;
            g.writeStringField((admin ? "a" : "i") + (key & 0xFF), opcode(admin, key & 0xFF));
        }
    }

    static String opcode(boolean admin, int opcode) {
        return VendorCatalog.bundled()
                .find(admin, opcode)
                .map(VendorCommand::name)
                .orElseGet(() -> Opcodes.of(admin, opcode).name());
    }

    Reply tile(Capture c, Query q) throws IOException {
        int level = (int) Query.number("level ", q.part(4), 0, TileRequest.LEVEL_MAX);
        long number = Query.number("tile ", q.part(5), 0, Long.MAX_VALUE);
        try {
            return Reply.binary(Tile.of(captures.index(c), new TileRequest(level, number)));
        } catch (IllegalArgumentException bad) {
            throw HttpFailure.bad(bad.getMessage());
        }
    }
}
