package io.nvmetap.compare;

import static io.nvmetap.show.MarkupText.escape;

import java.io.IOException;
import java.io.Writer;

/**
 * A verdict as a JUnit XML report of one test case: diverged and violated fail, unknown is skipped.
 */
public final class VerdictJunit {
    private VerdictJunit() {}

    /**
     * Writes the report; the writer stays open.
     *
     * @param recording name of the recording
     */
    public static void write(Verdict verdict, String recording, Writer out) throws IOException {
        boolean bad = verdict.outcome().bad();
        boolean unknown = verdict.outcome() == Verdict.Outcome.UNKNOWN;
        out.write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        out.write(
                "<testsuite name=\"nvmetap replay\" tests=\"1\" errors=\"0\" failures=\""
                        + (bad ? 1 : 0)
                        + "\" skipped=\""
                        + (unknown ? 1 : 0)
                        + "\">\n");
        out.write(
                "  <testcase classname=\""
                        + escape(verdict.driver())
                        + "\" name=\""
                        + escape(recording)
                        + "\">\n");
        if (bad) {
            out.write("    <failure message=\"" + escape(message(verdict)) + "\"/>\n");
        } else if (unknown) {
            out.write("    <skipped message=\"" + escape(verdict.reason()) + "\"/>\n");
        }
        StringBuilder more = new StringBuilder();
        VerdictText.lines(verdict).forEach(line -> more.append(line).append('\n'));
        out.write("    <system-out>" + escape(more.toString()) + "</system-out>\n");
        out.write("  </testcase>\n</testsuite>\n");
        out.flush();
    }

    private static String message(Verdict verdict) {
        return verdict.divergence()
                .map(where -> "at event " + where.seq() + ": " + where.sentence())
                .orElseGet(() -> VerdictText.place(verdict.rules().violations().get(0)));
    }
}
