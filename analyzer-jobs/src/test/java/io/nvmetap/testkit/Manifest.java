package io.nvmetap.testkit;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The FlinkDeployment of the project, as the tests run it: the same settings without Kubernetes.
 */
public final class Manifest {
    private static final Path FILE = Path.of("src/main/kubernetes/flink-deployment.yaml");
    private static final List<String> OF_KUBERNETES =
            List.of("high-availability.", "metrics.", "env.");

    private final Map<String, Object> root;

    private Manifest(Map<String, Object> root) {
        this.root = root;
    }

    /** Reads it. */
    public static Manifest read() throws IOException {
        try (Reader in = Files.newBufferedReader(FILE)) {
            return new Manifest(new Yaml(new SafeConstructor(new LoaderOptions())).load(in));
        }
    }

    /** What stands at a path of names, as text. */
    public String text(String... path) {
        return String.valueOf(at(path));
    }

    private Object at(String... path) {
        Object here = root;
        for (String name : path) {
            here = ((Map<?, ?>) here).get(name);
        }
        return here;
    }

    /** Flink's settings. */
    public Map<String, String> settings() {
        Map<String, String> all = new TreeMap<>();
        ((Map<?, ?>) at("spec", "flinkConfiguration"))
                .forEach((k, v) -> all.put(k.toString(), v.toString()));
        return all;
    }

    /** Those that mean something without Kubernetes. */
    public Map<String, String> portableSettings() {
        Map<String, String> some = settings();
        some.keySet().removeIf(k -> OF_KUBERNETES.stream().anyMatch(k::startsWith));
        return some;
    }

    /** Arguments of the job. */
    public String[] args() {
        return ((List<?>) at("spec", "job", "args"))
                .stream().map(Object::toString).toArray(String[]::new);
    }

    /** Arguments of the job with another broker. */
    public List<String> args(String brokers) {
        List<String> args = new java.util.ArrayList<>(List.of(args()));
        args.set(args.indexOf("--bootstrap-servers") + 1, brokers);
        return args;
    }
}
