package io.nvmetap.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.rig.ToolSet;
import io.nvmetap.testkit.Child;
import io.nvmetap.testkit.RealTool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** promtool of the rig's, over the project's configuration and rules. */
class PrometheusRulesITCase {
    private static final Path NOTHING = Path.of("/dev/null");
    @TempDir private Path folder;

    private List<String> promtool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(RealTool.require(ToolSet.PROMETHEUS, "promtool").toString());
        command.addAll(List.of(arguments));
        return Child.lines(command, NOTHING, folder);
    }

    @Test
    void shouldFindNothingWrongWithTheConfiguration() throws Exception {
        assertThat(
                        promtool(
                                "check",
                                "config",
                                "--lint=all",
                                "--lint-fatal",
                                "prometheus/prometheus.yml"))
                .anyMatch(l -> l.contains("SUCCESS: prometheus/prometheus.yml is valid"));
    }

    @Test
    void shouldFindNothingWrongWithTheRules() throws Exception {
        for (String file : List.of("alerts.yml", "recording.yml")) {
            assertThat(
                            promtool(
                                    "check",
                                    "rules",
                                    "--lint=all",
                                    "--lint-fatal",
                                    "prometheus/rules/" + file))
                    .anyMatch(l -> l.contains("SUCCESS"));
        }
    }

    @Test
    void shouldFireAndStayQuietWhenItShould() throws Exception {
        assertThat(promtool("test", "rules", "prometheus/tests/alerts_test.yml"))
                .anyMatch(l -> l.contains("SUCCESS"));
    }

    @Test
    void shouldCatchARuleThatFiresTooEarly() throws Exception {
        Path copy = folder.resolve("prometheus");
        for (String file :
                List.of("rules/alerts.yml", "rules/recording.yml", "tests/alerts_test.yml")) {
            Files.createDirectories(copy.resolve(file).getParent());
            String text = Files.readString(Path.of("prometheus", file));
            Files.writeString(copy.resolve(file), text.replace("for: 30s", "for: 0s"));
        }
        Process test =
                new ProcessBuilder(
                                RealTool.require(ToolSet.PROMETHEUS, "promtool").toString(),
                                "test",
                                "rules",
                                copy.resolve("tests/alerts_test.yml").toString())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(test.getInputStream().readAllBytes());
        assertThat(test.waitFor()).as(said).isNotZero();
        assertThat(said)
                .contains("NvmetapBrokerAway", "NvmetapCaptureSilent", "NvmetapRingFilling");
    }
}
