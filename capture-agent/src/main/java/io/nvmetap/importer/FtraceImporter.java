package io.nvmetap.importer;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.ControllerInfo;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.event.Unseen;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Turns a Linux kernel's {@code nvme} tracepoints (5.10 to 6.12), as text, into captured events of
 * the device side: what the guest says it did. Two passes, memory does not grow with the log; the
 * same log gives the same trace.
 */
final class FtraceImporter {
    private FtraceImporter() {}

    /**
     * What was done.
     *
     * @param lines lines read
     * @param translator counts
     * @param survey controllers
     */
    record Result(long lines, FtraceTranslator translator, FtraceSurvey survey) {}

    /**
     * @param log text, plain or gzipped
     * @param digest the session id comes from it
     * @param sink receives each event; the instance is reused
     */
    static Result run(Path log, byte[] digest, Consumer<CapturedEvent> sink) throws IOException {
        FtraceSurvey survey = survey(log);
        FtraceTranslator translator =
                new FtraceTranslator(
                        sink,
                        survey,
                        QemuLogImporter.number(digest, 0),
                        QemuLogImporter.number(digest, 8));
        long lines = 0;
        if (!survey.empty()) {
            CapturedEvent first = new CapturedEvent().asCaptureStarted(header(survey));
            translator.send(first, 0, 0, -1);
            FtraceLine l = new FtraceLine();
            try (LogLines in = LogLines.open(log)) {
                for (String text = in.next(); text != null; text = in.next()) {
                    lines++;
                    l.parse(text);
                    translator.line(l);
                }
            }
            translator.end();
        }
        return new Result(lines, translator, survey);
    }

    static FtraceSurvey survey(Path log) throws IOException {
        FtraceSurvey survey = new FtraceSurvey();
        FtraceLine l = new FtraceLine();
        try (LogLines in = LogLines.open(log)) {
            for (String text = in.next(); text != null; text = in.next()) {
                l.parse(text);
                survey.look(l);
            }
        }
        return survey;
    }

    private static CaptureStarted header(FtraceSurvey survey) {
        List<ControllerInfo> controllers =
                Collections.nCopies(survey.instances().size(), ControllerInfo.unknown());
        return new CaptureStarted(
                0,
                1_000,
                "",
                "",
                "Linux",
                "",
                "",
                "",
                "ftrace",
                unseen(),
                "",
                controllers,
                PayloadPolicy.NONE);
    }

    /** Of the device side only commands and completions are told: no enables, no doorbells. */
    private static Set<Unseen> unseen() {
        EnumSet<Unseen> unseen = EnumSet.allOf(Unseen.class);
        unseen.remove(Unseen.DEVICE_SIDE);
        unseen.remove(Unseen.CPU);
        unseen.remove(Unseen.CONTROLLER_IDENTITY);
        unseen.remove(Unseen.REAL_TIME);
        return unseen;
    }
}
