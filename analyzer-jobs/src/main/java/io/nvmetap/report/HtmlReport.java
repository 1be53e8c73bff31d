package io.nvmetap.report;

import static io.nvmetap.show.MarkupText.escape;

import io.nvmetap.finding.Finding;
import io.nvmetap.finding.SessionSummary;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** One file to attach to a bug: no script, nothing from elsewhere; what a device says is text. */
final class HtmlReport extends DocumentReport {
    /** Repetitions of a finding that are listed. */
    static final int AGAIN_MAX = 50;

    private static final String STYLE = "report.css";

    private final PrintStream out;
    private final String recording;
    private final Optional<Path> trace;
    private final EvidenceText evidence = new EvidenceText();

    /**
     * @param recording what was analyzed
     * @param trace where its events can be read, if they can
     */
    HtmlReport(PrintStream out, String recording, Optional<Path> trace) {
        this.out = out;
        this.recording = recording;
        this.trace = trace;
    }

    @Override
    void write(List<Judgement> all, int left) throws IOException {
        List<List<List<Finding>>> groups = all.stream().map(HtmlReport::groups).toList();
        groups.forEach(session -> session.forEach(group -> evidence.want(group.get(0))));
        if (trace.isPresent()) {
            evidence.read(trace.get());
        }
        out.println("<!DOCTYPE html>");
        out.println("<html lang=\"en\"><head><meta charset=\"utf-8\">");
        out.println(
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"
                        + " style-src 'unsafe-inline'\">");
        out.println("<meta name=\"viewport\" content=\"width=device-width\">");
        out.println("<meta name=\"color-scheme\" content=\"light dark\">");
        out.println("<title>nvmetap: " + escape(recording) + "</title>");
        out.println("<style>\n" + style() + "</style></head><body>");
        out.println("<header><h1>" + escape(recording) + "</h1></header>");
        for (int i = 0; i < all.size(); i++) {
            session(all.get(i), groups.get(i));
        }
        if (left > 0) {
            out.println("<p class=\"lost\">" + left + " more sessions are not shown.</p>");
        }
        out.println("</body></html>");
    }

    private static String style() throws IOException {
        try (InputStream in = HtmlReport.class.getResourceAsStream(STYLE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Of one rule and party each, errors first. */
    private static List<List<Finding>> groups(Judgement j) {
        Map<String, List<Finding>> groups = new LinkedHashMap<>();
        for (Finding f : j.violated()) {
            groups.computeIfAbsent(f.rule() + " " + f.owner(), k -> new ArrayList<>()).add(f);
        }
        List<List<Finding>> sorted = new ArrayList<>(groups.values());
        sorted.sort((a, b) -> b.get(0).severity().compareTo(a.get(0).severity()));
        return sorted;
    }

    private void session(Judgement j, List<List<Finding>> groups) {
        SessionSummary s = j.summary();
        out.println("<main><h2>Session " + escape(j.name()) + "</h2>");
        if (s.lost() > 0) {
            out.printf(
                    Locale.ROOT,
                    "<p class=\"lost\">%,d events were lost; nothing is concluded across the gaps."
                            + "</p>%n",
                    s.lost());
        }
        out.printf(
                Locale.ROOT,
                "<dl class=\"counts\"><div><dt>violated</dt><dd>%d</dd></div><div><dt>unknown</dt>"
                        + "<dd>%d</dd></div><div><dt>hold</dt><dd>%d</dd></div><div><dt>events</dt>"
                        + "<dd>%,d</dd></div><div><dt>lost</dt><dd>%,d</dd></div></dl>%n",
                s.violated(),
                s.unknown(),
                s.holds(),
                s.events(),
                s.lost());
        list("What happened", s.story());
        out.println("<section><h3>Findings</h3>");
        if (groups.isEmpty()) {
            out.println("<p>No rule is violated.</p>");
        }
        groups.forEach(this::finding);
        if (j.more() > 0) {
            out.printf(Locale.ROOT, "<p>%,d more findings are not shown.</p>%n", j.more());
        }
        out.println("</section>");
        list("What this controller and this firmware need", s.quirks());
        undecided(j);
        list("Rules that hold", j.holding());
        out.println("</main>");
    }

    private void finding(List<Finding> group) {
        Finding f = group.get(0);
        String severity = f.severity().name().toLowerCase(Locale.ROOT);
        out.printf(
                "<article class=\"%s\"><h4><span class=\"severity\">%s</span> <span"
                        + " class=\"party\">%s</span> %s</h4>%n",
                severity, severity, FindingText.party(f), escape(f.title()));
        out.println("<p class=\"sentence\">" + escape(f.explanation()) + "</p>");
        out.printf(
                "<p class=\"remedy\"><b>Remedy.</b> %s</p>%n<p class=\"facts\">rule %s · %s · events"
                        + " %s%s</p>%n",
                escape(f.remedy()),
                escape(f.rule()),
                escape(f.clause()),
                FindingText.range(f.fromSeq(), f.toSeq()),
                FindingText.where(f).isEmpty() ? "" : " · " + FindingText.where(f));
        events(f);
        if (group.size() > 1) {
            again(group);
        }
        out.println("</article>");
    }

    private void events(Finding f) {
        List<EvidenceText.Line> lines = evidence.of(f);
        if (lines.isEmpty()) {
            return;
        }
        out.print("<pre>");
        long before = lines.get(0).seq();
        for (EvidenceText.Line line : lines) {
            if (line.seq() > before + 1) {
                out.println("     ...");
            }
            before = line.seq();
            String text = escape(line.text());
            out.println(line.proof() ? "<mark>" + text + "</mark>" : text);
        }
        out.println("</pre>");
    }

    private void again(List<Finding> group) {
        out.printf("<details><summary>%d times</summary><ul>%n", group.size());
        for (Finding f : group.subList(1, Math.min(group.size(), AGAIN_MAX + 1))) {
            out.println(
                    "<li>events "
                            + FindingText.range(f.fromSeq(), f.toSeq())
                            + ": "
                            + escape(f.explanation())
                            + "</li>");
        }
        if (group.size() > AGAIN_MAX + 1) {
            out.println("<li>and " + (group.size() - AGAIN_MAX - 1) + " more</li>");
        }
        out.println("</ul></details>");
    }

    private void undecided(Judgement j) {
        Map<String, List<String>> byReason = new LinkedHashMap<>();
        j.unknown()
                .forEach(
                        (rule, why) ->
                                byReason.computeIfAbsent(why, w -> new ArrayList<>()).add(rule));
        List<String> lines = new ArrayList<>();
        byReason.forEach((why, rules) -> lines.add(why + ": " + String.join(", ", rules)));
        list("Not decided, and why", lines);
    }

    private void list(String title, List<String> lines) {
        if (lines.isEmpty()) {
            return;
        }
        out.println("<section><h3>" + title + "</h3><ul>");
        lines.forEach(line -> out.println("<li>" + escape(line) + "</li>"));
        out.println("</ul></section>");
    }
}
