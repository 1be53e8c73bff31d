package io.nvmetap.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nvmetap.rig.ToolSet;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * A Prometheus of the rig's, with the project's own configuration and rules in a hurry: it scrapes
 * twice a second, and alerts do not wait. Nothing else of them is changed.
 */
public final class RealPrometheus implements AutoCloseable {
    private static final long START_MS = 30_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final Process process;
    private final Path log;
    private final int port;

    private RealPrometheus(Process process, Path log, int port) {
        this.process = process;
        this.log = log;
        this.port = port;
    }

    /**
     * @param source the project's folder of it
     * @param targets by scrape job's file, where to scrape, HOST:PORT
     * @param folder for its files
     */
    public static RealPrometheus start(Path source, Map<String, Set<String>> targets, Path folder)
            throws IOException {
        Path program = RealTool.require(ToolSet.PROMETHEUS, "prometheus");
        Path config = folder.resolve("config");
        copy(source, config);
        hurry(
                config.resolve("prometheus.yml"),
                "(scrape_interval|evaluation_interval): 5s",
                "500ms");
        hurry(config.resolve("prometheus.yml"), "(scrape_timeout): 4s", "450ms");
        try (Stream<Path> rules = Files.list(config.resolve("rules"))) {
            for (Path file : rules.toList()) {
                hurry(file, "(for): \\S+", "0s");
            }
        }
        for (Map.Entry<String, Set<String>> t : targets.entrySet()) {
            String list = "- targets: " + JSON.writeValueAsString(t.getValue()) + "\n";
            Files.writeString(config.resolve("targets").resolve(t.getKey() + ".yml"), list);
        }
        int port = freePort();
        Path log = folder.resolve("prometheus.log");
        Process process =
                new ProcessBuilder(
                                program.toString(),
                                "--config.file=" + config.resolve("prometheus.yml"),
                                "--storage.tsdb.path=" + folder.resolve("data"),
                                "--web.listen-address=127.0.0.1:" + port,
                                "--log.level=warn")
                        .redirectErrorStream(true)
                        .redirectOutput(Redirect.to(log.toFile()))
                        .start();
        RealPrometheus prometheus = new RealPrometheus(process, log, port);
        prometheus.await("it answers", START_MS, prometheus::ready);
        return prometheus;
    }

    /** A port of the loopback interface that nobody has just now. */
    public static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return any.getLocalPort();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path f : files.toList()) {
                Files.copy(f, to.resolve(from.relativize(f).toString()));
            }
        }
    }

    private static void hurry(Path file, String what, String value) throws IOException {
        String text = Files.readString(file);
        Files.writeString(file, text.replaceAll(what, "$1: " + value));
    }

    private boolean ready() {
        try {
            return get("/-/ready").statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    private HttpResponse<String> get(String path) throws IOException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .timeout(Duration.ofSeconds(10))
                        .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private JsonNode data(String path) {
        try {
            HttpResponse<String> answer = get(path);
            assertThat(answer.statusCode()).as(() -> path + ": " + answer.body()).isEqualTo(200);
            return JSON.readTree(answer.body()).get("data");
        } catch (IOException e) {
            throw new AssertionError(path, e);
        }
    }

    /** Samples that a query has now. */
    public JsonNode query(String expression) {
        String encoded = URLEncoder.encode(expression, StandardCharsets.UTF_8);
        return data("/api/v1/query?query=" + encoded).get("result");
    }

    /** Names of the alerts that fire now. */
    public Set<String> firing() {
        Set<String> names = new TreeSet<>();
        for (JsonNode a : data("/api/v1/alerts").get("alerts")) {
            if (a.get("state").asText().equals("firing")) {
                names.add(a.get("labels").get("alertname").asText());
            }
        }
        return names;
    }

    /** Names of all alerts that it knows. */
    public Set<String> alerts() {
        Set<String> names = new TreeSet<>();
        for (JsonNode group : data("/api/v1/rules?type=alert").get("groups")) {
            group.get("rules").forEach(r -> names.add(r.get("name").asText()));
        }
        return names;
    }

    /** Waits for something, and fails after a while. */
    public void await(String what, long limitMs, BooleanSupplier there) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMs);
        while (!there.getAsBoolean()) {
            if (System.nanoTime() > end || !process.isAlive()) {
                throw new AssertionError(
                        "not within " + limitMs + " ms: " + what + troubles() + log());
            }
            LockSupport.parkNanos(100_000_000);
        }
    }

    /** Targets that cannot be scraped, and why. */
    private String troubles() {
        StringBuilder text = new StringBuilder();
        if (process.isAlive()) {
            for (JsonNode t : data("/api/v1/targets?state=active").get("activeTargets")) {
                if (!t.get("health").asText().equals("up")) {
                    text.append('\n').append(t.get("scrapeUrl").asText());
                    text.append(' ').append(t.get("lastError").asText());
                }
            }
        }
        return text.toString();
    }

    private String log() {
        try {
            return "\n" + Files.readString(log);
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
