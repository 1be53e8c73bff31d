package io.nvmetap.broker;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;

/** One Kafka node on loopback, in its own process, its data kept between runs. */
public final class LocalBroker {
    /** Longest wait for a start; a cold start takes two to five seconds. */
    static final long START_MS_MAX = 60_000;

    /** Longest wait for an orderly stop before the process is killed. */
    static final long STOP_MS_MAX = 15_000;

    private static final int EVENT_PARTITIONS = 4;

    private final BrokerFolder folder;

    /**
     * @param root folder that keeps the broker's data
     */
    public LocalBroker(Path root) {
        this.folder = new BrokerFolder(root);
    }

    private LocalBroker(BrokerFolder folder) {
        this.folder = folder;
    }

    /** The user's broker. */
    public static LocalBroker ofUser() {
        return new LocalBroker(
                BrokerFolder.ofUser(System.getenv(), System.getProperty("user.home")));
    }

    /**
     * Starts the broker unless it runs, and makes the topics.
     *
     * @param topics topic names; each with 4 partitions
     * @return host and port for clients
     * @throws IOException if it does not come up; the message says where its log is
     */
    public String start(List<String> topics) throws IOException {
        Files.createDirectories(folder.root());
        try (FileChannel channel =
                        FileChannel.open(
                                folder.lock(),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                FileLock held = channel.lock()) {
            if (folder.process().isEmpty() || !answers(folder.bootstrapServers(), 2_000)) {
                launch();
            }
            String bootstrapServers = folder.bootstrapServers();
            createTopics(bootstrapServers, topics);
            return bootstrapServers;
        }
    }

    private void launch() throws IOException {
        stop();
        Properties settings = folder.settings(false);
        if (!portsFree(settings)) {
            folder.settings(true);
        }
        Process child = command().start();
        folder.remember(child.toHandle());
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_MS_MAX);
        while (!answers(folder.bootstrapServers(), 1_000)) {
            if (!child.isAlive() || System.nanoTime() > deadline) {
                child.destroyForcibly();
                folder.forget();
                throw new IOException("the local broker did not start; its log is " + folder.log());
            }
        }
    }

    private static boolean portsFree(Properties settings) {
        for (String key : List.of("nvmetap.port", "nvmetap.controller.port")) {
            int port = Integer.parseInt(settings.getProperty(key));
            try (java.net.ServerSocket s = new java.net.ServerSocket()) {
                s.setReuseAddress(true);
                s.bind(new java.net.InetSocketAddress("127.0.0.1", port));
            } catch (IOException taken) {
                return false;
            }
        }
        return true;
    }

    private ProcessBuilder command() {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(List.of("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"));
        line.add(System.getProperty("java.class.path"));
        line.add(BrokerMain.class.getName());
        line.add(folder.settings().toString());
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.redirectErrorStream(true);
        builder.redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(folder.log().toFile()));
        return builder;
    }

    /**
     * Stops the broker in order; kills it if it does not stop.
     *
     * @return false if none ran
     */
    public boolean stop() throws IOException {
        Optional<ProcessHandle> process = folder.process();
        if (process.isEmpty()) {
            folder.forget();
            return false;
        }
        process.get().destroy();
        try {
            process.get().onExit().get(STOP_MS_MAX, TimeUnit.MILLISECONDS);
        } catch (TimeoutException slow) {
            process.get().destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the broker stops", e);
        } catch (ExecutionException e) {
            throw new IOException("the broker's process cannot be watched", e);
        }
        folder.forget();
        return true;
    }

    /**
     * @return process id and address of the broker that runs, if one does
     */
    public Optional<String> running() throws IOException {
        String address = folder.bootstrapServers();
        return folder.process()
                .map(
                        p ->
                                String.format(
                                        "%s   pid %d   %s",
                                        address,
                                        p.pid(),
                                        answers(address, 3_000) ? "answers" : "does not answer"));
    }

    /**
     * @return its process, for tests that kill it
     */
    public Optional<ProcessHandle> process() throws IOException {
        return folder.process();
    }

    /**
     * @return folder with data and log
     */
    public Path root() {
        return folder.root();
    }

    private static Admin admin(String bootstrapServers, int timeoutMs) {
        return Admin.create(
                Map.of(
                        "bootstrap.servers", bootstrapServers,
                        "request.timeout.ms", timeoutMs,
                        "default.api.timeout.ms", timeoutMs,
                        "reconnect.backoff.ms", 50,
                        "reconnect.backoff.max.ms", 200));
    }

    /**
     * @param timeoutMs longest wait
     * @return a broker answers there
     */
    public static boolean answers(String bootstrapServers, int timeoutMs) {
        if (bootstrapServers.isEmpty()) {
            return false;
        }
        try (Admin admin = admin(bootstrapServers, timeoutMs)) {
            return !admin.describeCluster().nodes().get(timeoutMs, TimeUnit.MILLISECONDS).isEmpty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            return false;
        }
    }

    /** Makes topics that do not exist. */
    public static void createTopics(String bootstrapServers, List<String> topics)
            throws IOException {
        try (Admin admin = admin(bootstrapServers, 20_000)) {
            List<NewTopic> wanted =
                    topics.stream().map(t -> new NewTopic(t, EVENT_PARTITIONS, (short) 1)).toList();
            for (var made : admin.createTopics(wanted).values().entrySet()) {
                try {
                    made.getValue().get(20, TimeUnit.SECONDS);
                } catch (ExecutionException e) {
                    if (!(e.getCause() instanceof TopicExistsException)) {
                        throw new IOException(
                                "topic " + made.getKey() + " cannot be made: " + e.getCause(), e);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while topics are made", e);
        } catch (TimeoutException e) {
            throw new IOException("the broker at " + bootstrapServers + " does not answer", e);
        }
    }
}
