package io.nvmetap.importer;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.ControllerInfo;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.event.Unseen;
import io.nvmetap.nvme.FirmwareGuess;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Turns a QEMU trace log ({@code -trace 'pci_nvme_*'}, QEMU 7.2 to 11.1, any timestamp style, plain
 * or gzipped) into captured events of the device side.
 *
 * <p>Two passes over the file: the first decides what the header must say (start state, clock,
 * whether several controllers are mixed), the second makes events. Memory does not grow with the
 * log. The session id is derived from the file's content: the same log gives the same trace.
 */
public final class QemuLogImporter {
    private QemuLogImporter() {}

    /**
     * @param log the log file
     * @param mediatorName name of the mediator that stood between guest and controller, "" none
     * @param sink receives each event; the instance is reused
     * @return what was done
     * @throws IOException if the file cannot be read
     */
    public static ImportReport run(Path log, String mediatorName, Consumer<CapturedEvent> sink)
            throws IOException {
        return run(log, digest(log), mediatorName, sink);
    }

    /**
     * @param digest {@link #digest} of the log
     */
    static ImportReport run(
            Path log, byte[] digest, String mediatorName, Consumer<CapturedEvent> sink)
            throws IOException {
        LogSurvey survey = survey(log);
        EventStream stream = new EventStream(sink, number(digest, 0), number(digest, 8));
        QemuLogTranslator translator =
                new QemuLogTranslator(stream, survey, !mediatorName.isEmpty());
        translator.begin(header(survey, mediatorName));
        LogLine l = new LogLine();
        long lines = 0;
        try (LogLines in = LogLines.open(log)) {
            for (String text = in.next(); text != null; text = in.next()) {
                lines++;
                l.parse(text);
                if (in.unterminated() && l.mayBeCut()) {
                    translator.cutLine();
                } else {
                    translator.line(l, lines);
                }
            }
        }
        return translator.end(lines);
    }

    private static LogSurvey survey(Path log) throws IOException {
        LogSurvey survey = new LogSurvey();
        LogLine l = new LogLine();
        long line = 0;
        try (LogLines in = LogLines.open(log)) {
            for (String text = in.next(); text != null; text = in.next()) {
                l.parse(text);
                line++;
                if (!in.unterminated() || !l.mayBeCut()) {
                    survey.look(l, line);
                }
            }
        }
        survey.drivers();
        return survey;
    }

    private static CaptureStarted header(LogSurvey s, String mediatorName) {
        LiveState state = s.fromPowerOn() ? LiveState.DISABLED : LiveState.UNKNOWN;
        return new CaptureStarted(
                Math.max(0, s.firstWallNs() / 1_000_000),
                1_000,
                "QEMU",
                FirmwareGuess.firmware(s.drivers()),
                FirmwareGuess.os(s.drivers()),
                mediatorName,
                "",
                "",
                "qemu-log",
                unseen(s),
                s.mixedControllers(),
                List.of(ControllerInfo.unknown().withState(state)),
                PayloadPolicy.NONE);
    }

    private static Set<Unseen> unseen(LogSurvey s) {
        EnumSet<Unseen> unseen = EnumSet.allOf(Unseen.class);
        unseen.remove(Unseen.DEVICE_SIDE);
        if (s.lifecycleSeen()) {
            unseen.remove(Unseen.OTHER); // else: enables, for which there is no word
        }
        if (s.readValuesSeen()) {
            unseen.remove(Unseen.REGISTER_READ_VALUES);
        }
        if (s.threadsSeen() || s.cpusSeen()) {
            unseen.remove(Unseen.CPU);
        }
        return unseen;
    }

    /**
     * @return SHA-256 of the file: the session id and the marker of the trace come from it
     */
    static byte[] digest(Path log) throws IOException {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            try (InputStream in = new DigestInputStream(Files.newInputStream(log), sha)) {
                in.transferTo(OutputStream.nullOutputStream());
            }
            return sha.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Eight bytes, most significant first. */
    static long number(byte[] bytes, int at) {
        long v = 0;
        for (int i = 0; i < 8; i++) {
            v = v << 8 | bytes[at + i] & 0xFF;
        }
        return v;
    }
}
