package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.plan.Plan;
import io.nvmetap.script.CText;
import io.nvmetap.script.QtestText;
import io.nvmetap.script.Script;
import io.nvmetap.script.Step;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScriptMakerTest {
    private static List<String> golden(String name) throws IOException {
        try (InputStream in =
                ScriptMakerTest.class.getResourceAsStream("/io/nvmetap/script/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static Script oneRead() {
        Plan plan = new Recording().ready().io(7, 8, 0).plan();
        return ScriptMaker.of(plan, List.of("Made by a test.", "A \"*/ ??/ \u00e9 line\nof two."));
    }

    @Test
    void shouldWriteAScriptLineByLine() throws IOException {
        List<String> lines = new ArrayList<>();
        QtestText.write(oneRead(), lines::add);
        assertThat(lines).isEqualTo(golden("one-read.qtest"));
    }

    @Test
    void shouldWriteTheSameStepsAsAProgram() throws IOException {
        List<String> lines = new ArrayList<>();
        CText.write(oneRead(), lines::add);
        List<String> golden = golden("one-read-steps.txt");
        assertThat(lines).containsAll(golden).contains(" * A \"* / ? ?/ ? line?of two.");
        assertThat(lines).noneMatch(line -> line.contains("@"));
        List<String> tables = lines.stream().filter(line -> line.startsWith("    {")).toList();
        assertThat(tables).isEqualTo(golden);
    }

    @Test
    void shouldWaitForEachCompletionInItsSlotAndLap() {
        Recording recording = new Recording().ready();
        for (int cid = 0; cid < 2 * Recording.ENTRIES; cid++) {
            recording.io(cid, cid, 0);
        }
        List<Step.AwaitEntry> waits =
                ScriptMaker.of(recording.plan(), List.of()).steps().stream()
                        .filter(step -> step instanceof Step.AwaitEntry)
                        .map(step -> (Step.AwaitEntry) step)
                        .filter(wait -> wait.cqid() == 1)
                        .toList();
        assertThat(waits).hasSize(2 * Recording.ENTRIES);
        for (int i = 0; i < waits.size(); i++) {
            assertThat(waits.get(i).slot()).isEqualTo(i % Recording.ENTRIES);
            assertThat(waits.get(i).phase()).isEqualTo(i < Recording.ENTRIES ? 1 : 0);
        }
    }

    @Test
    void shouldRefuseWhatQemusDeviceDoesNotTake() throws IOException {
        Plan ans2 = BootRecordings.plan(BootRecordings.kept("linux-apple-ans2"));
        assertThatThrownBy(() -> ScriptMaker.of(ans2, List.of()))
                .hasMessageContaining("submission entries of 128 bytes");
    }

    @Test
    void shouldRefuseMoreCommandsThanItsBound() {
        Plan small = new Recording().ready().plan();
        Plan large =
                new Plan(
                        small.header(),
                        small.stimuli(),
                        ScriptMaker.COMMANDS_MAX + 1,
                        Map.of(),
                        small.facts(),
                        0,
                        small.unknown());
        assertThatThrownBy(() -> ScriptMaker.of(large, List.of()))
                .hasMessageContaining("20001 commands are too many");
    }
}
