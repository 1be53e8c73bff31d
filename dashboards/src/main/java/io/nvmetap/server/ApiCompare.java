package io.nvmetap.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.nvmetap.cli.ExitStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Where two captures part ({@code diff A B}), or a capture and its replay into the reference driver
 * ({@code replay A --driver reference}). Both commands judge; this shows what they say. No other
 * driver is run for a page: its name would be a command of somebody's choice.
 */
final class ApiCompare {
    /** What a page names as the second capture to compare with a replay. */
    static final String REPLAY = "replay:reference";

    /** Differences told. */
    static final int DIFFERENCES_MAX = 500;

    private static final long PATIENCE_MS = 320_000;
    private static final long RESULTS_MAX = 64;

    private final CaptureStore captures;
    private final ToolRunner tools;
    private final Cache<Outcome> cache;
    private final ObjectMapper json = new ObjectMapper();

    ApiCompare(CaptureStore captures, ToolRunner tools, Executor makers) {
        this.captures = captures;
        this.tools = tools;
        cache = new Cache<>(RESULTS_MAX, o -> 1, makers, PATIENCE_MS);
    }

    /** What the command said. */
    record Outcome(int status, List<JsonNode> differences, JsonNode summary, String problem) {}

    Reply compare(Query q) throws IOException {
        Capture a = captures.get(q.parameters().getOrDefault("a", ""));
        String second = q.parameters().getOrDefault("b", "");
        boolean replay = second.equals(REPLAY);
        Capture b = replay ? null : captures.get(second);
        String key = a.version() + "|" + (replay ? REPLAY : b.version());
        Outcome o = cache.get(key, () -> replay ? replay(a) : diff(a, b));
        return Reply.json(
                g -> {
                    g.writeStringField("a", a.id());
                    g.writeStringField("b", second);
                    g.writeStringField("verdict", verdict(o));
                    g.writeStringField("problem", o.problem);
                    g.writeStringField("command", command(a, b));
                    g.writeArrayFieldStart("differences");
                    for (JsonNode d : o.differences) {
                        ApiCaptures.write(g, d);
                    }
                    g.writeEndArray();
                    g.writeFieldName("summary");
                    ApiCaptures.write(
                            g, o.summary.isMissingNode() ? json.createObjectNode() : o.summary);
                });
    }

    /** A replay names its verdict; a diff has an exit status only. */
    static String verdict(Outcome o) {
        JsonNode first = o.differences.isEmpty() ? MissingNode.getInstance() : o.differences.get(0);
        String status =
                switch (o.status) {
                    case ExitStatus.OK -> "SAME";
                    case ExitStatus.FOUND -> "DIVERGED";
                    default -> "UNKNOWN";
                };
        return first.path("verdict").asText(status);
    }

    private static String command(Capture a, Capture b) {
        String first = ShellWord.of(a.file().toString());
        return b == null
                ? "./nvmetap replay " + first + " --driver reference"
                : "./nvmetap diff " + first + " " + ShellWord.of(b.file().toString());
    }

    private Outcome diff(Capture a, Capture b) throws IOException {
        return parse(
                tools.run(
                        Tool.DIFF,
                        List.of("--format", "json", a.file().toString(), b.file().toString())));
    }

    private Outcome replay(Capture a) throws IOException {
        return parse(
                tools.run(
                        Tool.REPLAY,
                        List.of("--format", "json", "--driver", "reference", a.file().toString())));
    }

    private Outcome parse(ToolRunner.Result r) throws IOException {
        List<JsonNode> differences = new ArrayList<>();
        JsonNode summary = MissingNode.getInstance();
        for (String line : r.lines()) {
            JsonNode node = line.isBlank() ? MissingNode.getInstance() : json.readTree(line);
            if (node.has("summary")) {
                summary = node.get("summary");
            } else if (!node.isMissingNode() && differences.size() < DIFFERENCES_MAX) {
                differences.add(node);
            }
        }
        return new Outcome(r.exitStatus(), differences, summary, r.error());
    }
}
