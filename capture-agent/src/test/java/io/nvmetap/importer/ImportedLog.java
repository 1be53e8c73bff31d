package io.nvmetap.importer;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A few lines of log and what was made of them. */
record ImportedLog(List<CapturedEvent> events, ImportReport report) {
    private static final String STAMP = "7@1795353000.%06d:";

    /** Lines of QEMU 7.2, one microsecond apart; those that begin with a digit are left alone. */
    static ImportedLog of(String... lines) {
        List<String> stamped = new ArrayList<>();
        for (String line : lines) {
            boolean bare = line.isEmpty() || !line.startsWith("pci_") && !line.startsWith("msix_");
            boolean region = line.startsWith("memory_region");
            String stamp = String.format(STAMP, stamped.size());
            stamped.add(bare && !region ? line : stamp + line);
        }
        return verbatim(String.join("\n", stamped) + "\n", "");
    }

    static ImportedLog verbatim(String text, String mediator) {
        return bytes(text.getBytes(StandardCharsets.ISO_8859_1), mediator);
    }

    static ImportedLog bytes(byte[] content, String mediator) {
        try {
            Path log = Files.createTempFile("nvmetap-import", ".log");
            try {
                Files.write(log, content);
                List<CapturedEvent> events = new ArrayList<>();
                ImportReport report = QemuLogImporter.run(log, mediator, e -> events.add(e.copy()));
                return new ImportedLog(events, report);
            } finally {
                Files.delete(log);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    CaptureStarted header() {
        return events.get(0).header;
    }

    List<CapturedEvent> all(EventKind kind) {
        return events.stream().filter(e -> e.kind == kind).toList();
    }

    CapturedEvent only(EventKind kind) {
        List<CapturedEvent> found = all(kind);
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " events of kind " + kind);
        }
        return found.get(0);
    }

    List<String> notes(String author) {
        return all(EventKind.ANNOTATION).stream()
                .filter(e -> e.label.equals(author))
                .map(e -> e.text)
                .toList();
    }

    /** Kinds between header and end, in order. */
    List<EventKind> kinds() {
        return events.subList(1, events.size() - 1).stream().map(e -> e.kind).toList();
    }
}
