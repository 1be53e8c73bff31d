package io.nvmetap.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The project's Grafana dashboards, as files. */
public final class Panels {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Panels() {}

    /**
     * @param folder of dashboards
     * @return each of them
     */
    public static List<JsonNode> dashboards(Path folder) throws IOException {
        List<JsonNode> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path f : files.sorted().toList()) {
                all.add(JSON.readTree(f.toFile()));
            }
        }
        return all;
    }

    /**
     * @param folder of dashboards
     * @return each query as Prometheus gets it when all processes are chosen, by dashboard, panel
     *     and letter
     */
    public static Map<String, String> queries(Path folder) throws IOException {
        Map<String, String> queries = new LinkedHashMap<>();
        for (JsonNode d : dashboards(folder)) {
            for (JsonNode panel : d.get("panels")) {
                for (JsonNode t : panel.get("targets")) {
                    queries.put(
                            d.get("uid").asText()
                                    + " / "
                                    + panel.get("title").asText()
                                    + " / "
                                    + t.get("refId").asText(),
                            t.get("expr")
                                    .asText()
                                    .replace("$__rate_interval", "30s")
                                    .replace("$instance", ".*"));
                }
            }
        }
        return queries;
    }
}
