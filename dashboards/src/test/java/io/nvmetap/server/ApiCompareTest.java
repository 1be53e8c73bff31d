package io.nvmetap.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.nvmetap.cli.ExitStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ApiCompareTest {
    private static String verdict(int status, String... lines) throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<JsonNode> said = new ArrayList<>();
        for (String line : lines) {
            said.add(json.readTree(line));
        }
        return ApiCompare.verdict(
                new ApiCompare.Outcome(status, said, MissingNode.getInstance(), ""));
    }

    @Test
    void shouldTakeTheVerdictThatAReplayNames() throws IOException {
        assertThat(verdict(ExitStatus.FOUND, "{\"verdict\":\"VIOLATED\"}")).isEqualTo("VIOLATED");
        assertThat(verdict(ExitStatus.OK, "{\"verdict\":\"SAME\"}")).isEqualTo("SAME");
    }

    @Test
    void shouldTellADiffByItsStatus() throws IOException {
        assertThat(verdict(ExitStatus.OK)).isEqualTo("SAME");
        assertThat(verdict(ExitStatus.FOUND, "{\"stream\":\"x\"}")).isEqualTo("DIVERGED");
        assertThat(verdict(ExitStatus.UNKNOWN)).isEqualTo("UNKNOWN");
    }
}
