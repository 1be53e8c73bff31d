package io.nvmetap.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Findings out of a file, and of the rules run as a process. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FindingStoreITCase {
    private static final Path SHELL =
            Path.of("../capture-agent/src/test/recordings/boots/shell.avro");

    @TempDir private Path folder;
    private final FindingStore store = new FindingStore(new ToolRunner(), Runnable::run);

    private Capture capture(String name) throws IOException {
        Path file = folder.resolve(name);
        return Capture.of(name, new CaptureFolder.Found(file, Optional.empty()));
    }

    private Path kept(String line) throws IOException {
        Path f = folder.resolve("a.avro.findings.json");
        Files.writeString(f, line);
        return f;
    }

    @Test
    void shouldRunTheRulesWhereNobodyDid() throws IOException {
        Files.copy(SHELL, folder.resolve("a.avro"));
        FindingStore.Findings f = store.of(capture("a.avro"));
        assertThat(f.problem()).isEmpty();
        assertThat(f.from()).isEqualTo("analyze");
        assertThat(f.list())
                .anyMatch(n -> n.get("rule").asText().equals("number-of-queues-never-set"));
        assertThat(f.list()).extracting(n -> n.get("key").asText()).doesNotHaveDuplicates();
        assertThat(f.summary().get("story")).isNotEmpty();
    }

    @Test
    void shouldTakeTheFindingsThatLieBesideTheFile() throws IOException {
        Files.copy(SHELL, folder.resolve("a.avro"));
        kept("{\"rule\":\"x\",\"toSeq\":1}\n{\"rule\":\"x\",\"toSeq\":1}\n{\"summary\":{}}\n");
        FindingStore.Findings f = store.of(capture("a.avro"));
        assertThat(f.from()).isEqualTo("a.avro.findings.json");
        assertThat(f.list()).extracting(n -> n.get("key").asText()).containsExactly("x.1", "x.1.2");
    }

    @Test
    void shouldNotTakeFindingsThatAreOlderThanTheFile() throws IOException {
        Files.copy(SHELL, folder.resolve("a.avro"));
        Files.setLastModifiedTime(kept("{\"rule\":\"x\"}"), FileTime.fromMillis(1_000));
        assertThat(store.of(capture("a.avro")).from()).isEqualTo("analyze");
    }

    @Test
    void shouldKeepNoMoreFindingsThanItsBound() throws IOException {
        Files.copy(SHELL, folder.resolve("a.avro"));
        kept("{\"rule\":\"x\"}\n".repeat(FindingStore.FINDINGS_MAX + 3));
        assertThat(store.of(capture("a.avro")).list()).hasSize(FindingStore.FINDINGS_MAX);
    }

    @Test
    void shouldSayWhyAFileCannotBeJudged() throws IOException {
        Files.writeString(folder.resolve("a.avro"), "no trace");
        assertThat(store.of(capture("a.avro")).problem()).contains("not a trace file");
    }

    @Test
    void shouldEndAToolThatSaysTooMuch() throws IOException {
        Files.copy(SHELL, folder.resolve("a.avro"));
        ToolRunner small = new ToolRunner(1_000);
        List<String> arguments = List.of("--format", "json", folder.resolve("a.avro").toString());
        assertThatThrownBy(() -> small.run(Tool.ANALYZE, arguments))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("was ended");
    }
}
