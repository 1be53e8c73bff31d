package io.nvmetap.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.nvmetap.cli.ExitStatus;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * Findings of captures: out of {@code F.findings.json} if it lies beside the trace file and is not
 * older, else {@code analyze F --format json} is run. Kept in memory, nothing is written.
 */
final class FindingStore {
    /** Findings of one capture; what comes after is counted. */
    static final int FINDINGS_MAX = 4096;

    /** Findings of all captures together. */
    static final long ALL_MAX = 65_536;

    private static final long PATIENCE_MS = 320_000;
    private static final long FILE_BYTES_MAX = 32L << 20;

    private final ToolRunner tools;
    private final Cache<Findings> cache;
    private final ObjectMapper json = new ObjectMapper();

    FindingStore(ToolRunner tools, Executor makers) {
        this.tools = tools;
        cache = new Cache<>(ALL_MAX, f -> f.list.size() + 1L, makers, PATIENCE_MS);
    }

    /**
     * What the rules say of a capture.
     *
     * @param list findings with a {@code key} that is unique in the capture
     * @param summary its summary, missing if there is none
     * @param problem why it is not whole, "" it is
     * @param from who said so
     */
    record Findings(List<JsonNode> list, JsonNode summary, String problem, String from) {}

    /** Whether they are known without running anything. */
    boolean has(Capture c) {
        return cache.has(c.version());
    }

    Findings of(Capture c) throws IOException {
        return cache.get(c.version(), () -> make(c));
    }

    private Findings make(Capture c) throws IOException {
        Path kept = c.file().resolveSibling(c.file().getFileName() + ".findings.json");
        boolean fresh =
                CaptureFolder.inside(c.file().toRealPath().getParent(), kept)
                        && Files.size(kept) <= FILE_BYTES_MAX
                        && Files.getLastModifiedTime(kept).toMillis() >= c.modifiedMs();
        if (fresh) {
            try (BufferedReader in = Files.newBufferedReader(kept)) {
                return parse(in.lines().toList(), "", kept.getFileName().toString());
            }
        }
        ToolRunner.Result r =
                tools.run(
                        Tool.ANALYZE,
                        List.of("--format", "json", "--fail-on", "never", c.file().toString()));
        boolean judged = r.exitStatus() == ExitStatus.OK || r.exitStatus() == ExitStatus.UNKNOWN;
        return parse(r.lines(), judged ? "" : r.error(), "analyze");
    }

    private Findings parse(List<String> lines, String problem, String from) throws IOException {
        List<JsonNode> list = new ArrayList<>();
        Set<String> keys = new HashSet<>();
        JsonNode summary = MissingNode.getInstance();
        for (String line : lines) {
            JsonNode node = line.isBlank() ? MissingNode.getInstance() : json.readTree(line);
            if (node.has("summary")) {
                summary = node.get("summary");
            } else if (node.has("rule") && list.size() < FINDINGS_MAX) {
                String base = node.path("rule").asText() + "." + node.path("toSeq").asLong();
                String key = base;
                for (int n = 2; !keys.add(key); n++) {
                    key = base + "." + n;
                }
                ((com.fasterxml.jackson.databind.node.ObjectNode) node).put("key", key);
                list.add(node);
            }
        }
        return new Findings(list, summary, problem, from);
    }
}
