package io.nvmetap.broker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/** Where the local broker keeps its data, its settings and its process id. */
final class BrokerFolder {
    private final Path root;

    BrokerFolder(Path root) {
        this.root = root;
    }

    /**
     * {@code NVMETAP_HOME}, else {@code XDG_DATA_HOME/nvmetap}, else {@code
     * ~/.local/share/nvmetap}.
     */
    static BrokerFolder ofUser(Map<String, String> env, String userHome) {
        if (env.containsKey("NVMETAP_HOME")) {
            return new BrokerFolder(Path.of(env.get("NVMETAP_HOME")));
        }
        String xdg = env.getOrDefault("XDG_DATA_HOME", userHome + "/.local/share");
        return new BrokerFolder(Path.of(xdg, "nvmetap"));
    }

    Path root() {
        return root;
    }

    Path lock() {
        return root.resolve("broker.lock");
    }

    Path log() {
        return root.resolve("broker.log");
    }

    Path settings() {
        return root.resolve("broker.properties");
    }

    private Path processFile() {
        return root.resolve("broker.process");
    }

    /**
     * Settings of last time, ports kept; made now if there are none or {@code fresh} ports are due.
     */
    Properties settings(boolean freshPorts) throws IOException {
        Files.createDirectories(root);
        Properties old = read(settings());
        int port = number(old, "nvmetap.port");
        int controllerPort = number(old, "nvmetap.controller.port");
        if (freshPorts || port == 0 || controllerPort == 0) {
            port = freePort();
            controllerPort = freePort();
        }
        Properties p = properties(port, controllerPort);
        try (OutputStream out = Files.newOutputStream(settings())) {
            p.store(out, "local broker of nvmetap; rewritten at each start");
        }
        return p;
    }

    private Properties properties(int port, int controllerPort) {
        Properties p = new Properties();
        p.setProperty("nvmetap.port", Integer.toString(port));
        p.setProperty("nvmetap.controller.port", Integer.toString(controllerPort));
        p.setProperty("process.roles", "broker,controller");
        p.setProperty("node.id", "1");
        p.setProperty("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        p.setProperty(
                "listeners",
                "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
        p.setProperty("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        p.setProperty("controller.listener.names", "CONTROLLER");
        p.setProperty("log.dirs", root.resolve("data").toAbsolutePath().toString());
        // A killed broker must not wait out its own old session for nine seconds.
        p.setProperty("broker.session.timeout.ms", "1500");
        p.setProperty("broker.heartbeat.interval.ms", "200");
        for (String topic :
                new String[] {
                    "offsets.topic.replication.factor",
                    "transaction.state.log.replication.factor",
                    "transaction.state.log.min.isr",
                    "share.coordinator.state.topic.replication.factor",
                    "share.coordinator.state.topic.min.isr",
                    "offsets.topic.num.partitions",
                    "transaction.state.log.num.partitions"
                }) {
            p.setProperty(topic, "1");
        }
        p.setProperty("group.initial.rebalance.delay.ms", "0");
        p.setProperty("auto.create.topics.enable", "false");
        p.setProperty("message.max.bytes", Integer.toString(2 << 20));
        p.setProperty("log.retention.hours", "-1");
        return p;
    }

    private static int number(Properties p, String key) {
        try {
            return Integer.parseInt(p.getProperty(key, "0"));
        } catch (NumberFormatException damaged) {
            return 0;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket s = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return s.getLocalPort();
        }
    }

    private static Properties read(Path file) throws IOException {
        Properties p = new Properties();
        if (Files.exists(file)) {
            try (InputStream in = Files.newInputStream(file)) {
                p.load(in);
            }
        }
        return p;
    }

    /** Remembers the process; its start time tells it from another that got the same id later. */
    void remember(ProcessHandle process) throws IOException {
        Properties p = new Properties();
        p.setProperty("pid", Long.toString(process.pid()));
        p.setProperty("start", start(process));
        try (OutputStream out = Files.newOutputStream(processFile())) {
            p.store(out, "process of the local broker");
        }
    }

    /**
     * @return the broker's process if it lives; never a foreign one
     */
    java.util.Optional<ProcessHandle> process() throws IOException {
        Properties p = read(processFile());
        long pid;
        try {
            pid = Long.parseLong(p.getProperty("pid", "-1"));
        } catch (NumberFormatException damaged) {
            return java.util.Optional.empty();
        }
        return pid < 0
                ? java.util.Optional.empty()
                : ProcessHandle.of(pid)
                        .filter(ProcessHandle::isAlive)
                        .filter(h -> start(h).equals(p.getProperty("start")));
    }

    private static String start(ProcessHandle process) {
        return process.info().startInstant().map(Object::toString).orElse("unknown");
    }

    void forget() throws IOException {
        Files.deleteIfExists(processFile());
    }

    /**
     * @return host and port clients use, "" before the first start
     */
    String bootstrapServers() throws IOException {
        int port = number(read(settings()), "nvmetap.port");
        return port == 0 ? "" : "127.0.0.1:" + port;
    }
}
