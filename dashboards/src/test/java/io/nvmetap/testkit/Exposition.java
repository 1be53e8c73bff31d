package io.nvmetap.testkit;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a process of ours tells a Prometheus: types and labels of its families. */
public final class Exposition {
    private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) (\\S+)");
    private static final Pattern LABEL =
            Pattern.compile("([a-zA-Z_]\\w*)=\"(?:[^\"\\\\]|\\\\.)*\"");
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Map<String, String> types = new TreeMap<>();
    private final Map<String, Set<String>> labels = new TreeMap<>();

    /** Adds what is told there, HOST:PORT. */
    public void add(String target) throws IOException, InterruptedException {
        String text =
                HTTP.send(
                                HttpRequest.newBuilder(URI.create("http://" + target + "/metrics"))
                                        .build(),
                                BodyHandlers.ofString())
                        .body();
        String family = "";
        for (String line : text.split("\n")) {
            Matcher type = TYPE.matcher(line);
            if (type.matches()) {
                family = type.group(1);
                types.put(family, type.group(2));
                labels.computeIfAbsent(family, f -> new TreeSet<>());
            } else if (!line.startsWith("#") && line.startsWith(family)) {
                Matcher label = LABEL.matcher(line);
                while (label.find()) {
                    labels.get(family).add(label.group(1));
                }
            }
        }
    }

    /** Type by family. */
    public Map<String, String> types() {
        return types;
    }

    /** Names of labels of a family. */
    public Set<String> labels(String family) {
        return labels.getOrDefault(family, Set.of());
    }
}
