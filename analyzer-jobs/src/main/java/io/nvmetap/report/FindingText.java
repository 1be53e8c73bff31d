package io.nvmetap.report;

import io.nvmetap.finding.Finding;
import java.util.Locale;

/** A finding in words. */
final class FindingText {
    private FindingText() {}

    /** Severity, party, where, and the sentence. */
    static String line(Finding f) {
        return String.format(
                "%s  %s  events %s  %s",
                f.severity(), party(f), range(f.fromSeq(), f.toSeq()), f.explanation());
    }

    /** The party in lower case. */
    static String party(Finding f) {
        return f.owner().name().toLowerCase(Locale.ROOT);
    }

    /** One number, or the first and the last. */
    static String range(long from, long to) {
        return from == to ? Long.toString(from) : from + "-" + to;
    }

    /** Queue and command as far as they are told; "" nothing. */
    static String where(Finding f) {
        StringBuilder out = new StringBuilder();
        part(out, "submission queue ", f.sqid());
        part(out, "completion queue ", f.cqid());
        part(out, "command ", f.cid());
        return out.toString();
    }

    private static void part(StringBuilder out, String name, int number) {
        if (number >= 0) {
            out.append(out.length() == 0 ? "" : ", ").append(name).append(number);
        }
    }
}
