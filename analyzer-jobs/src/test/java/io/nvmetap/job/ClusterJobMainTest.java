package io.nvmetap.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.rule.RuleSettings;
import io.nvmetap.testkit.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Arguments of the job jar, its manifest, and the graph that comes of them. */
class ClusterJobMainTest {
    private static ClusterJobMain parse(String... more) throws IOException {
        List<String> args = new ArrayList<>(List.of("--bootstrap-servers", "b:1"));
        args.addAll(List.of(more));
        return ClusterJobMain.parse(args.toArray(String[]::new));
    }

    @Test
    void shouldTakeWhatAnalyzeTakes() throws IOException {
        JobSettings s =
                parse(
                                "--rules",
                                "command-stall,mdts-exceeded",
                                "--set",
                                "command-stall.io=5s",
                                "--kafka-property",
                                "security.protocol=SSL",
                                "--exactly-once",
                                "--rule-shares",
                                "4",
                                "--name",
                                "lab")
                        .settings();
        assertThat(s.brokers().servers()).isEqualTo("b:1");
        assertThat(s.rules()).containsExactly("command-stall", "mdts-exceeded");
        assertThat(s.thresholds()).isEqualTo(RuleSettings.DEFAULTS.with("command-stall.io=5s"));
        assertThat(s.brokers().client()).containsEntry("security.protocol", "SSL");
        assertThat(s.exactlyOnce()).isTrue();
        assertThat(s.shares()).isEqualTo(4);
        assertThat(s.name()).isEqualTo("lab");
    }

    @Test
    void shouldReadSecretsFromAFile(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("client.properties");
        Files.writeString(file, "sasl.mechanism=PLAIN\n");
        assertThat(parse("--command-config", file.toString()).settings().brokers().client())
                .containsEntry("sasl.mechanism", "PLAIN");
    }

    @ParameterizedTest
    @CsvSource({"heap, hashmap", "rocksdb, rocksdb", "RocksDB, rocksdb"})
    void shouldKeepStateWhereItIsTold(String option, String flink) throws IOException {
        assertThat(parse("--state-backend", option).configuration())
                .returns(flink, c -> c.get(StateBackendOptions.STATE_BACKEND));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--rules no-such-rule",
                "--set no-such=1s",
                "--rule-shares 0",
                "--rule-shares 9",
                "--checkpoint-ms 99",
                "--checkpoint-ms 600001",
                "--state-backend disk",
                "--kafka-property acks=0",
                "--name=",
                "--no-such-option"
            })
    void shouldRefuseInOneLineWhatItCannotDo(String args) {
        assertThatThrownBy(() -> parse(args.split(" ")))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .isNotBlank()
                .doesNotContain("\n");
    }

    @Test
    void shouldRefuseToRunWithoutABroker() {
        assertThatThrownBy(() -> ClusterJobMain.parse(new String[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--bootstrap-servers");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldGiveEachOperatorAUid(int shares) throws IOException {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.enableCheckpointing(1_000);
        AnalysisJob.live(env, parse("--rule-shares", "" + shares).settings());
        List<StreamNode> nodes = List.copyOf(env.getStreamGraph().getStreamNodes());
        assertThat(nodes).allMatch(n -> n.getTransformationUID() != null);
        Stream<String> uids = nodes.stream().map(StreamNode::getTransformationUID);
        assertThat(uids)
                .doesNotHaveDuplicates()
                .contains("events-topic", shares == 1 ? "rules" : "rules-in-3");
    }

    @Test
    void shouldHaveAManifestOfThisJob() throws Exception {
        Manifest manifest = Manifest.read();
        assertThat(manifest.text("spec", "job", "entryClass"))
                .isEqualTo(ClusterJobMain.class.getName());
        String flink = EnvironmentInformation.getVersion();
        assertThat(flink.replaceAll("(\\d+)\\.(\\d+)\\..*", "v$1_$2"))
                .isEqualTo(manifest.text("spec", "flinkVersion"));
        assertThat(manifest.settings().get("env.java.opts.all"))
                .isEqualTo("--add-opens=java.base/java.util=ALL-UNNAMED");
        ClusterJobMain job = ClusterJobMain.parse(manifest.args());
        int slots = Integer.parseInt(manifest.settings().get("taskmanager.numberOfTaskSlots"));
        int replicas = Integer.parseInt(manifest.text("spec", "taskManager", "replicas"));
        assertThat(Integer.parseInt(manifest.text("spec", "job", "parallelism")))
                .isEqualTo(slots * replicas)
                .isGreaterThanOrEqualTo(job.settings().shares());
    }
}
