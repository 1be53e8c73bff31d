package io.nvmetap.cli;

import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * Kafka brokers and how a client proves to them who it is. What it prints names no value of a
 * property: it may be a secret.
 *
 * @param servers HOST:PORT list, "" none
 * @param client properties of the client, security above all
 */
public record Brokers(String servers, Map<String, String> client) implements Serializable {
    /** No broker. */
    public static final Brokers NONE = new Brokers("", Map.of());

    public Brokers {
        client = Map.copyOf(client);
    }

    /** Brokers that ask for nothing. */
    public static Brokers plain(String servers) {
        return new Brokers(servers, Map.of());
    }

    /**
     * @return a new map for a client's constructor, to be added to
     */
    public Map<String, Object> settings() {
        Map<String, Object> settings = new HashMap<>(client);
        settings.put("bootstrap.servers", servers);
        return settings;
    }

    /**
     * What to say when a client cannot even be made: the message of Kafka itself may quote a
     * secret.
     */
    public String notTaken() {
        return client.isEmpty()
                ? "no Kafka broker can be at " + servers + "; name one as HOST:PORT"
                : "the Kafka client does not take "
                        + servers
                        + " with these properties: "
                        + String.join(", ", new TreeSet<>(client.keySet()))
                        + "; check their values";
    }

    @Override
    public String toString() {
        return servers;
    }
}
