package io.nvmetap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class ClientPropertiesTest {
    private static final String SECRET = "hunter2";

    @TempDir Path temp;

    @Command(name = "probe")
    private static final class Probe implements Callable<Integer> {
        @Mixin private ClientProperties client = new ClientProperties();
        private Map<String, String> loaded;

        @Override
        public Integer call() throws IOException {
            loaded = client.load();
            return ExitStatus.OK;
        }
    }

    private final Probe probe = new Probe();

    private String run(String... args) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        int status = CommandRunner.run(probe, args, err);
        return status + " " + bytes.toString(StandardCharsets.UTF_8).strip();
    }

    @Test
    void shouldNameBrokersWithoutTheSecretsThatGoWithThem() {
        Brokers brokers = new Brokers("kafka1:9093", Map.of("ssl.key.password", SECRET));
        assertThat(brokers.toString() + brokers.notTaken())
                .contains("kafka1:9093")
                .contains("ssl.key.password")
                .doesNotContain(SECRET);
        assertThat(brokers.settings())
                .containsEntry("bootstrap.servers", "kafka1:9093")
                .containsEntry("ssl.key.password", SECRET);
        assertThat(Brokers.plain("nonsense").notTaken()).contains("name one as HOST:PORT");
    }

    @Test
    void shouldReadTheFileAndPreferWhatIsGivenOnItsOwn() throws IOException {
        Path file = temp.resolve("client.properties");
        Files.writeString(file, "security.protocol = SASL_SSL\nsasl.mechanism=PLAIN\n");
        assertThat(
                        run(
                                "--command-config",
                                file.toString(),
                                "--kafka-property",
                                "sasl.mechanism=SCRAM-SHA-512"))
                .isEqualTo("0 ");
        assertThat(probe.loaded)
                .containsExactly(
                        Map.entry("sasl.mechanism", "SCRAM-SHA-512"),
                        Map.entry("security.protocol", "SASL_SSL"));
    }

    @Test
    void shouldRefuseWhatDeliveryOnceRestsOn() {
        assertThat(run("--kafka-property", "acks=0"))
                .startsWith(
                        ExitStatus.USAGE + " nvmetap: the Kafka property acks is nvmetap's own");
    }

    @Test
    void shouldNeverPrintAValue() throws IOException {
        Path broken = temp.resolve("broken.properties");
        Files.writeString(broken, "sasl.jaas.config=" + SECRET + "\\uZZZZ\n");
        assertThat(run("--command-config", broken.toString()))
                .startsWith("3 nvmetap: " + broken)
                .doesNotContain(SECRET);
    }

    @Test
    void shouldNotPrintWhatIsNoProperty() {
        assertThat(run("--kafka-property", "=" + SECRET)).startsWith("2 ").doesNotContain(SECRET);
    }

    @Test
    void shouldSayThatTheFileIsMissing() {
        assertThat(run("--command-config", temp.resolve("none").toString()))
                .startsWith("3 nvmetap: ")
                .endsWith("none: no such file; check the path");
    }
}
