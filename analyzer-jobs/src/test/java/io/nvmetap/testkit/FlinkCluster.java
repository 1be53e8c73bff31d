package io.nvmetap.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A Flink cluster of real processes on loopback, put together from the jars of the test class path:
 * what a Flink distribution has in {@code lib}, and nothing of the job's. Closed, or at the end of
 * this process, none of them is left.
 */
public final class FlinkCluster implements AutoCloseable {
    private static final long END_PATIENCE_S = 10;

    private static final List<String> HOSTS =
            List.of(
                    "jobmanager.rpc.address",
                    "jobmanager.bind-host",
                    "rest.address",
                    "rest.bind-address",
                    "taskmanager.host",
                    "taskmanager.bind-host");

    private static final List<String> KEPT = List.of("dir", "savepoint-dir");

    /** All parts, because no script of a distribution works them out. */
    private static final Map<String, String> MEMORY =
            Map.of(
                    "framework.heap.size", "64m",
                    "task.heap.size", "192m",
                    "framework.off-heap.size", "96m",
                    "task.off-heap.size", "32m",
                    "network.min", "48m",
                    "network.max", "48m",
                    "managed.size", "64m",
                    "jvm-metaspace.size", "128m",
                    "jvm-overhead.min", "64m",
                    "jvm-overhead.max", "64m");

    private static final Pattern LIB =
            Pattern.compile(
                    "flink-(?!connector-kafka|test-utils).*(?<!-tests)\\.jar"
                            + "|(async-profiler|commons-(cli|collections|compress|io|lang3|math3"
                            + "|text)|frocksdbjni|javassist|jsr305|kryo|lz4-java|minlog|objenesis"
                            + "|reflectasm|slf4j-(api|nop)|snakeyaml-engine|snappy-java)-[0-9].*");

    private final Path folder;
    private final String lib;
    private final int restPort;
    private final Map<String, Process> taskManagers = new LinkedHashMap<>();
    private final Thread onExit = new Thread(this::endAll);
    private Process jobManager;

    private FlinkCluster(Path folder) throws IOException {
        this.folder = folder;
        this.lib = lib();
        this.restPort = freePort();
    }

    /**
     * Starts a JobManager and TaskManagers {@code tm1} to {@code tmN}; does not wait for them.
     *
     * @param given settings
     */
    public static FlinkCluster start(Path folder, int count, Map<String, String> given)
            throws IOException {
        FlinkCluster cluster = new FlinkCluster(folder);
        Runtime.getRuntime().addShutdownHook(cluster.onExit);
        Files.createDirectories(cluster.conf());
        Files.writeString(cluster.conf().resolve("config.yaml"), cluster.settings(given));
        cluster.jobManager =
                cluster.java(
                        "jm",
                        List.of("-Xmx320m"),
                        "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
                        "--executionMode",
                        "cluster");
        for (int i = 1; i <= count; i++) {
            cluster.addTaskManager("tm" + i);
        }
        return cluster;
    }

    /** One more TaskManager. */
    public void addTaskManager(String id) throws IOException {
        Process tm =
                java(
                        id,
                        List.of("-Xmx256m", "-XX:MaxDirectMemorySize=192m"),
                        "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
                        "-Dtaskmanager.resource-id=" + id);
        taskManagers.put(id, tm);
    }

    /** SIGKILL, as an out-of-memory killer would; returns when it is dead. */
    public void kill(String taskManager) throws InterruptedException {
        Process p = taskManagers.remove(taskManager);
        p.destroyForcibly();
        p.waitFor(END_PATIENCE_S, TimeUnit.SECONDS);
    }

    /** Port of the JobManager's REST interface. */
    public int restPort() {
        return restPort;
    }

    /**
     * Runs {@code flink ARGS}, to its end.
     *
     * @return what it printed
     */
    public String cli(String... args) throws IOException, InterruptedException {
        Process p =
                java("cli", List.of("-Xmx256m"), "org.apache.flink.client.cli.CliFrontend", args);
        try {
            if (!p.waitFor(60, TimeUnit.SECONDS)) {
                throw new IOException("flink " + String.join(" ", args) + " does not end");
            }
        } finally {
            p.destroyForcibly();
        }
        String said = Files.readString(folder.resolve("cli.log"));
        if (p.exitValue() != 0) {
            throw new IOException("flink " + String.join(" ", args) + ": " + said);
        }
        return said;
    }

    private Path conf() {
        return folder.resolve("conf");
    }

    private Process java(String name, List<String> flags, String main, String... args)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        // The JobManager and the CLI run the job's main.
                        "--add-opens=java.base/java.util=ALL-UNNAMED",
                        main));
        if (!name.equals("cli")) {
            command.addAll(List.of("--configDir", conf().toString()));
        }
        command.addAll(Arrays.asList(args));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.directory(folder.toFile());
        builder.environment().put("CLASSPATH", lib);
        builder.environment().put("FLINK_CONF_DIR", conf().toString());
        builder.redirectErrorStream(true);
        builder.redirectOutput(folder.resolve(name + ".log").toFile());
        Process p = builder.start();
        p.getOutputStream().close();
        return p;
    }

    /** What a cluster without Kubernetes needs besides, and short patience. */
    private String settings(Map<String, String> given) throws IOException {
        Map<String, String> all = new TreeMap<>(given);
        for (String host : HOSTS) {
            all.put(host, "127.0.0.1");
        }
        all.put("jobmanager.rpc.port", Integer.toString(freePort()));
        all.put("rest.port", Integer.toString(restPort));
        all.put("taskmanager.cpu.cores", "1.0");
        MEMORY.forEach((part, size) -> all.put("taskmanager.memory." + part, size));
        all.put("heartbeat.interval", "1000");
        all.put("heartbeat.timeout", "6000");
        all.put("metrics.fetcher.update-interval", "500");
        all.put("web.refresh-interval", "500");
        all.put("web.tmpdir", folder.resolve("web").toString());
        all.put("io.tmp.dirs", folder.resolve("tmp").toString());
        for (String kept : KEPT) {
            all.put("execution.checkpointing." + kept, folder.resolve(kept).toUri().toString());
        }
        return all.entrySet().stream()
                .map(e -> e.getKey() + ": " + e.getValue() + "\n")
                .collect(Collectors.joining());
    }

    private static String lib() {
        String lib =
                Arrays.stream(System.getProperty("java.class.path").split(":"))
                        .filter(e -> LIB.matcher(Path.of(e).getFileName().toString()).matches())
                        .map(e -> Path.of(e).toAbsolutePath().toString())
                        .collect(Collectors.joining(":"));
        if (!lib.contains("flink-runtime-web")) {
            throw new IllegalStateException("no Flink on the test class path");
        }
        return lib;
    }

    private static int freePort() throws IOException {
        try (ServerSocket s = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return s.getLocalPort();
        }
    }

    private void endAll() {
        List<Process> all = new ArrayList<>(taskManagers.values());
        if (jobManager != null) {
            all.add(jobManager);
        }
        all.forEach(Process::destroyForcibly);
        for (Process p : all) {
            try {
                p.waitFor(END_PATIENCE_S, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    @Override
    public void close() {
        endAll();
        Runtime.getRuntime().removeShutdownHook(onExit);
    }
}
