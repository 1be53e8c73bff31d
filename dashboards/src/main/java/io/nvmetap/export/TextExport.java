package io.nvmetap.export;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.export.sink.EventExport;
import io.nvmetap.show.EventJson;
import io.nvmetap.show.EventText;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** An event a line: JSON objects as {@code show} writes them, or rows of CSV. */
final class TextExport implements EventExport {
    private final EventText text;
    private final CsvRow csv;
    private final Writer out;

    /**
     * @param rows rows of CSV under a header, else JSON
     */
    TextExport(OutputStream out, EventText text, boolean rows) throws IOException {
        this.text = text;
        this.csv = rows ? new CsvRow(text) : null;
        this.out = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        if (rows) {
            this.out.write(CsvRow.HEADER + "\r\n");
        }
    }

    @Override
    public void event(CapturedEvent e) throws IOException {
        out.write(csv == null ? EventJson.line(e, text) + "\n" : csv.of(e) + "\r\n");
    }

    @Override
    public List<String> end() throws IOException {
        out.flush();
        return List.of();
    }
}
