package io.nvmetap.export;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.show.EventText;

/** One event as a row of CSV (RFC 4180): fixed columns, the decoded text last. */
final class CsvRow {
    static final String HEADER = "seq,timeNs,controller,cpu,side,kind,queue,commandId,text";

    private final EventText text;

    CsvRow(EventText text) {
        this.text = text;
    }

    String of(CapturedEvent e) {
        return e.seq
                + ","
                + e.timeNs
                + ","
                + e.controller
                + ","
                + e.cpu
                + ","
                + e.side
                + ","
                + e.kind.schemaName()
                + ","
                + (hasQueue(e.kind) ? Integer.toString(e.qid) : "")
                + ","
                + (e.kind.ofCommand() ? Long.toString(e.commandId) : "")
                + ","
                + quoted(text.body(e));
    }

    private static boolean hasQueue(EventKind kind) {
        return kind.ofCommand()
                || kind == EventKind.DOORBELL_RUNG
                || kind == EventKind.SHADOW_DOORBELL
                || kind == EventKind.STORE_FENCE
                || kind == EventKind.QUEUE_MEMORY_RELEASED
                || kind == EventKind.DECISION;
    }

    /** Quoted if it must be; what a spreadsheet would take for a formula is made plain text. */
    static String quoted(String value) {
        boolean formula = !value.isEmpty() && "=+-@\t\r".indexOf(value.charAt(0)) >= 0;
        String safe = formula ? "'" + value : value;
        boolean quote =
                safe.indexOf(',') >= 0
                        || safe.indexOf('"') >= 0
                        || safe.indexOf('\n') >= 0
                        || safe.indexOf('\r') >= 0;
        return quote ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
    }
}
