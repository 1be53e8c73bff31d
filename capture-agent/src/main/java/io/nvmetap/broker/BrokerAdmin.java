package io.nvmetap.broker;

import io.nvmetap.cli.Brokers;
import io.nvmetap.trace.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;

/** Administrative requests to any Kafka broker, each with a deadline. */
public final class BrokerAdmin implements AutoCloseable {
    /** Partitions of the topic of events; a controller's events are in one of them. */
    public static final int EVENT_PARTITIONS = 4;

    private static final long RETENTION_DAYS = 30;
    private static final long RETENTION_BYTES = 16L << 30;
    private static final long POLL_NS = 20_000_000L;
    private static final Duration CLOSE_PATIENCE = Duration.ofMillis(200);

    private final Admin admin;
    private final String bootstrapServers;
    private final long patienceMs;

    private BrokerAdmin(Admin admin, String bootstrapServers, long patienceMs) {
        this.admin = admin;
        this.bootstrapServers = bootstrapServers;
        this.patienceMs = patienceMs;
    }

    /**
     * Connects and waits until the broker answers.
     *
     * @param bootstrapServers HOST:PORT list
     * @param patience longest wait for this and for each request
     * @throws BrokerException if it does not answer in time, or the address is none
     */
    public static BrokerAdmin connect(String bootstrapServers, Duration patience)
            throws BrokerException {
        return connect(bootstrapServers, patience, Map.of());
    }

    /** As the other, with {@code client} properties (security). */
    public static BrokerAdmin connect(
            String bootstrapServers, Duration patience, Map<String, String> client)
            throws BrokerException {
        int ms = (int) patience.toMillis();
        Map<String, Object> settings = new HashMap<>(client);
        settings.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ms);
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ms);
        settings.put(AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 200L);
        BrokerAdmin connected;
        try {
            connected = new BrokerAdmin(Admin.create(settings), bootstrapServers, ms);
        } catch (KafkaException bad) {
            throw client.isEmpty()
                    ? unreachable(bootstrapServers)
                    : BrokerException.refusal(new Brokers(bootstrapServers, client).notTaken());
        }
        try {
            connected.await(connected.admin.describeCluster().nodes());
            return connected;
        } catch (BrokerException e) {
            connected.close();
            throw e;
        }
    }

    /** The failure everybody reports when no broker answers. */
    public static BrokerException unreachable(String bootstrapServers) {
        return new BrokerException(
                "cannot reach a Kafka broker at "
                        + bootstrapServers
                        + "; start one with `nvmetap up` or name another with --bootstrap-servers");
    }

    /**
     * Creates the topics that are not there yet, and waits until the broker lists them. Who may
     * write to a topic and not create one finds it made.
     */
    public void createTopics(Collection<String> topics) throws BrokerException {
        Set<String> there = await(admin.listTopics().names());
        for (String name : topics) {
            if (there.contains(name)) {
                continue;
            }
            try {
                admin.createTopics(List.of(topic(name)))
                        .all()
                        .get(patienceMs, TimeUnit.MILLISECONDS);
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw refused(e.getCause());
                }
            } catch (TimeoutException e) {
                throw unreachable(bootstrapServers);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new BrokerException("interrupted while creating topics");
            }
        }
        awaitListed(topics);
    }

    /** A topic that was created is not yet known to who asks the broker right then. */
    private void awaitListed(Collection<String> topics) throws BrokerException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMs);
        while (!await(admin.listTopics().names()).containsAll(topics)) {
            if (System.nanoTime() - deadline >= 0) {
                throw unreachable(bootstrapServers);
            }
            LockSupport.parkNanos(POLL_NS);
        }
    }

    private static NewTopic topic(String name) {
        int partitions = name.equals(Topics.EVENTS) ? EVENT_PARTITIONS : 1;
        Map<String, String> settings = new HashMap<>();
        settings.put(
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                Integer.toString(BrokerSettings.MESSAGE_BYTES_MAX));
        settings.put(
                TopicConfig.RETENTION_MS_CONFIG,
                Long.toString(TimeUnit.DAYS.toMillis(RETENTION_DAYS)));
        settings.put(TopicConfig.RETENTION_BYTES_CONFIG, Long.toString(RETENTION_BYTES));
        // A machine whose clock is wrong, or jumps, would have its events refused, or removed as
        // too old.
        settings.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
        // -1: the broker's own default, so that a cluster of three replicates as it is set up to.
        return new NewTopic(
                        name, java.util.Optional.of(partitions), java.util.Optional.<Short>empty())
                .configs(settings);
    }

    /**
     * @return messages in each topic of nvmetap that exists, by name; messages that went by
     *     retention are not counted, transaction markers are
     */
    public Map<String, Long> messages() throws BrokerException {
        Map<String, Long> counts = new TreeMap<>();
        Set<String> existing = await(admin.listTopics().names());
        List<String> ours = Topics.ALL.stream().filter(existing::contains).toList();
        Map<String, TopicDescription> topics = await(admin.describeTopics(ours).allTopicNames());
        Map<TopicPartition, OffsetSpec> first = new HashMap<>();
        Map<TopicPartition, OffsetSpec> last = new HashMap<>();
        topics.forEach(
                (name, t) ->
                        t.partitions()
                                .forEach(
                                        p -> {
                                            var tp = new TopicPartition(name, p.partition());
                                            first.put(tp, OffsetSpec.earliest());
                                            last.put(tp, OffsetSpec.latest());
                                        }));
        await(admin.listOffsets(last).all())
                .forEach((tp, end) -> counts.merge(tp.topic(), end.offset(), Long::sum));
        await(admin.listOffsets(first).all())
                .forEach((tp, begin) -> counts.merge(tp.topic(), -begin.offset(), Long::sum));
        return counts;
    }

    private <T> T await(org.apache.kafka.common.KafkaFuture<T> answer) throws BrokerException {
        try {
            return answer.get(patienceMs, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw unreachable(bootstrapServers);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof org.apache.kafka.common.errors.TimeoutException
                    ? unreachable(bootstrapServers)
                    : refused(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BrokerException("interrupted while waiting for " + bootstrapServers);
        }
    }

    private BrokerException refused(Throwable cause) {
        return BrokerException.refusal(
                "the broker at " + bootstrapServers + " refused: " + cause.getMessage());
    }

    @Override
    public void close() {
        admin.close(CLOSE_PATIENCE);
    }
}
