package io.nvmetap.importer;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.wire.Deframer;
import io.nvmetap.wire.TapTranslator;
import io.nvmetap.wire.TapVersionException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/**
 * The byte stream of a tap in C, kept in a file, becomes a trace. A second session in it (the
 * mediator began anew) becomes a second trace beside the first.
 */
final class TapImport {
    /** Traces made of one file. */
    static final int SESSIONS_MAX = 100;

    private static final int CHUNK_BYTES = 1 << 16;

    private final Path output;
    private final byte[] digest;
    private PartialTrace trace;
    private int sessions;
    private long identities;

    private TapImport(Path output, byte[] digest) {
        this.output = output;
        this.digest = digest;
    }

    /**
     * @param input plain or gzipped
     * @param out where the summary goes
     * @throws CliFailure if there is no tap in it
     */
    static void run(Path input, Path output, PrintStream out) throws IOException {
        TapImport self = new TapImport(output, QemuLogImporter.digest(input));
        TapTranslator translator =
                new TapTranslator(self::event, self::identity, self::identity, () -> 0);
        Deframer deframer = new Deframer(translator::accept);
        try {
            feed(input, deframer);
            translator.end("the file ends without the tap's last word");
        } catch (TapVersionException e) {
            throw CliFailure.environment(input + ": " + e.getMessage());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            self.abandon();
        }
        if (translator.sessions() == 0) {
            throw CliFailure.environment(
                    input
                            + ": no header of a tap in it; keep the bytes from nvmetap_hello on,"
                            + " as nvmetap_take gave them");
        }
        out.printf(
                "import    %,d events   %,d lost   %s%n",
                translator.events(), translator.lost(), output);
        if (self.sessions > 1) {
            out.printf(
                    "sessions  %,d, the others in %s and so on%n", self.sessions, self.numbered(2));
        }
        if (deframer.skippedBytes() > 0 || translator.malformed() + translator.late() > 0) {
            out.printf(
                    "damage    %,d bytes are no frames   %,d frames malformed   %,d late%n",
                    deframer.skippedBytes(), translator.malformed(), translator.late());
        }
    }

    private static void feed(Path input, Deframer deframer) throws IOException {
        byte[] chunk = new byte[CHUNK_BYTES];
        try (InputStream in = open(input)) {
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                deframer.accept(chunk, 0, n);
            }
        }
        deframer.end();
    }

    private static InputStream open(Path input) throws IOException {
        BufferedInputStream raw = new BufferedInputStream(Files.newInputStream(input));
        try {
            raw.mark(2);
            boolean gzip = raw.read() == 0x1f && raw.read() == 0x8b;
            raw.reset();
            return gzip ? new GZIPInputStream(raw) : raw;
        } catch (IOException | RuntimeException e) {
            raw.close();
            throw e;
        }
    }

    private void event(CapturedEvent e) {
        try {
            if (e.kind == EventKind.CAPTURE_STARTED) {
                if (++sessions > SESSIONS_MAX) {
                    throw CliFailure.environment(
                            "over " + SESSIONS_MAX + " sessions in one file; split it");
                }
                Path target = sessions == 1 ? output : numbered(sessions);
                trace = new PartialTrace(target, Arrays.copyOfRange(digest, 16, 32));
            }
            trace.append(e);
            if (e.kind == EventKind.CAPTURE_ENDED) {
                trace.finish();
                trace = null;
            }
        } catch (IOException io) {
            throw new UncheckedIOException(io);
        }
    }

    private Path numbered(int number) {
        String name = output.getFileName().toString();
        int dot = name.lastIndexOf('.');
        String numbered =
                dot <= 0
                        ? name + "-" + number
                        : name.substring(0, dot) + "-" + number + name.substring(dot);
        return output.resolveSibling(numbered);
    }

    /** Session ids come from the file's content and the session's number in it. */
    private long identity() {
        long half = identities++ & 1;
        return QemuLogImporter.number(digest, half == 0 ? 0 : 8) + (identities - 1) / 2;
    }

    private void abandon() throws IOException {
        if (trace != null) {
            trace.close();
        }
    }
}
