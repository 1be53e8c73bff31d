package io.nvmetap.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import picocli.CommandLine.Option;

/**
 * How a Kafka client proves who it is and whom it trusts: the options every command with a broker
 * has. Values are secrets; nothing here prints one.
 */
public final class ClientProperties {
    private static final int FILE_BYTES_MAX = 1 << 20;

    /** What delivery once and in order rests on; not for others to set. */
    private static final Set<String> OURS =
            Set.of(
                    "bootstrap.servers",
                    "acks",
                    "enable.idempotence",
                    "retries",
                    "max.in.flight.requests.per.connection",
                    "transactional.id",
                    "isolation.level",
                    "key.serializer",
                    "value.serializer",
                    "key.deserializer",
                    "value.deserializer");

    @Option(
            names = "--command-config",
            paramLabel = "F",
            description = "properties file of a Kafka client: security.protocol, sasl.*, ssl.*")
    private Path file;

    @Option(
            names = "--kafka-property",
            paramLabel = "K=V",
            description = "one property of the Kafka client; may be repeated (no secrets here)")
    private List<String> single = List.of();

    /**
     * @param servers HOST:PORT list, "" none
     * @return them, with these properties
     * @throws IOException as {@link #load}
     */
    public Brokers brokers(String servers) throws IOException {
        return new Brokers(servers, load());
    }

    /**
     * @return the properties, those given one by one last
     * @throws CliFailure if one is not a property, or not to be set
     * @throws IOException if the file cannot be read
     */
    public Map<String, String> load() throws IOException {
        Map<String, String> all = new LinkedHashMap<>();
        if (file != null) {
            read(all);
        }
        for (String given : single) {
            int equals = given.indexOf('=');
            if (equals < 1) {
                throw CliFailure.usage("--kafka-property takes NAME=VALUE");
            }
            all.put(given.substring(0, equals).strip(), given.substring(equals + 1).strip());
        }
        for (String name : all.keySet()) {
            if (OURS.contains(name)) {
                throw CliFailure.usage(
                        "the Kafka property "
                                + name
                                + " is nvmetap's own; leave it out (--bootstrap-servers names the"
                                + " broker)");
            }
        }
        return all;
    }

    private void read(Map<String, String> into) throws IOException {
        if (Files.size(file) > FILE_BYTES_MAX) {
            throw CliFailure.environment(file + ": is too large for a properties file");
        }
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            properties.load(in);
        } catch (IllegalArgumentException malformed) {
            throw CliFailure.environment(
                    file + ": is not a properties file (a broken \\u escape in it)");
        }
        properties.stringPropertyNames().stream()
                .sorted()
                .forEach(name -> into.put(name, properties.getProperty(name).strip()));
    }
}
