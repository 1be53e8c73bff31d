package io.nvmetap.compare;

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

    /** Characters that XML 1.0 cannot carry become '?'. */
    private static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        text.codePoints()
                .forEach(
                        c -> {
                            switch (c) {
                                case '&' -> out.append("&amp;");
                                case '<' -> out.append("&lt;");
                                case '>' -> out.append("&gt;");
                                case '"' -> out.append("&quot;");
                                default -> {
                                    boolean legal =
                                            c >= 0x20 && c <= 0xD7FF
                                                    || c >= 0xE000 && c <= 0xFFFD
                                                    || c >= 0x10000
                                                    || c == '\n'
                                                    || c == '\t';
                                    out.appendCodePoint(legal ? c : '?');
                                }
                            }
                        });
        return out.toString();
    }
}
