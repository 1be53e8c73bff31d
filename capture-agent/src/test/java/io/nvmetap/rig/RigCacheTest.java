package io.nvmetap.rig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RigCacheTest {
    @TempDir Path folder;

    @Test
    void theCacheIsWhereItIsNamedOrTheUserKeepsCaches() {
        assertThat(Rig.defaultCache(Map.of("NVMETAP_RIG", "/r"), "/home/u"))
                .isEqualTo(Path.of("/r"));
        assertThat(Rig.defaultCache(Map.of("XDG_CACHE_HOME", "/c"), "/home/u"))
                .isEqualTo(Path.of("/c/nvmetap/rig"));
        assertThat(Rig.defaultCache(Map.of("XDG_CACHE_HOME", "c"), "/home/u"))
                .isEqualTo(Path.of("/home/u/.cache/nvmetap/rig"));
    }

    @Test
    void aTreeCountsOnlyWithItsStampAndAllMainFilesOfTheirSize() throws IOException {
        Path tree = tree();
        assertThat(Rig.find(folder)).isEmpty();
        RigStamp.write(tree, Map.of("ovmf", "1"));
        Rig rig = Rig.find(folder).orElseThrow();
        assertThat(rig.kernelVersion()).isEqualTo("6.1");
        assertThat(rig.parts()).contains(new RigPart("ovmf", "1", rig.ovmfCode()));
        Files.writeString(rig.seabios(), "shorter");
        assertThat(Rig.find(folder)).isEmpty();
    }

    @Test
    void aTreeThatLacksAMainFileGetsNoStamp() throws IOException {
        Path tree = tree();
        Files.delete(tree.resolve("usr/bin/busybox"));
        assertThatThrownBy(() -> RigStamp.write(tree, Map.of())).isInstanceOf(IOException.class);
        assertThat(Rig.find(folder)).isEmpty();
    }

    @Test
    void offlineWithoutARigIsOneLineThatSaysWhatToDo() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        String[] args = {"--offline", "--cache", folder.toString()};
        RigCommand command = new RigCommand(System.out);
        int status = CommandRunner.run(command, args, new PrintStream(err, true));
        assertThat(status).isEqualTo(ExitStatus.FAILURE);
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "nvmetap: "
                                + folder
                                + ": no rig in it; fetch one with `nvmetap rig` (without"
                                + " --offline)");
    }

    @Test
    void noDebianArchiveIsOneLineThatSaysWhatToDo() {
        RigFetch fetch = new RigFetch(new RigCache(folder), folder.resolve("etc"), line -> {});
        assertThatThrownBy(fetch::fetch)
                .isInstanceOf(CliFailure.class)
                .hasMessageContaining("NVMETAP_RIG");
    }

    @Test
    void deletingAFolderLeavesWhatItsLinksLeadTo() throws IOException {
        Path kept = Files.writeString(folder.resolve("kept"), "x");
        Path doomed = Files.createDirectories(folder.resolve("doomed/inner"));
        Files.createSymbolicLink(doomed.resolve("link"), folder);
        RigCache.delete(folder.resolve("doomed"));
        RigCache.delete(folder.resolve("never was"));
        assertThat(kept).exists();
        assertThat(folder.resolve("doomed")).doesNotExist();
    }

    @Test
    void scratchOfAKilledFetchIsRemoved() throws IOException {
        RigCache cache = new RigCache(folder);
        Path old = cache.scratch();
        Files.writeString(old.resolve("half"), "x");
        assertThat(cache.scratch()).isEmptyDirectory().isNotEqualTo(old);
        assertThat(old).doesNotExist();
    }

    @Test
    void aChildThatTakesTooLongIsStopped() {
        Path log = folder.resolve("log");
        List<String> command = List.of("/bin/sh", "-c", "read x </dev/zero & wait");
        Duration limit = Duration.ofMillis(200);
        assertThatThrownBy(() -> ChildProcess.run(command, Map.of(), log, log, limit))
                .isInstanceOf(CliFailure.class)
                .hasMessageContaining("sh was stopped after");
    }

    @Test
    void theComplaintIsTheLineMarkedAsAnError() throws IOException {
        Path log = folder.resolve("log");
        Files.writeString(log, "Reading\nE: no such package\nE: a summary\nN: a note\n");
        assertThat(ChildProcess.complaint(log)).isEqualTo("no such package");
        Files.writeString(log, "tar: broken\n\n");
        assertThat(ChildProcess.complaint(log)).isEqualTo("tar: broken");
        assertThat(ChildProcess.complaint(folder.resolve("none"))).isEqualTo("it said nothing");
    }

    @Test
    void versionsComeFromFileNamesWithoutEpoch() {
        assertThat(AptFolder.version("qemu-system-x86_1%3a11.1.3+ds-1_amd64.deb"))
                .isEqualTo("11.1.3+ds-1");
        assertThat(AptFolder.version("lock")).isEqualTo("?");
    }

    private Path tree() throws IOException {
        Path tree = new RigCache(folder).tree();
        Files.createDirectories(tree.resolve("usr/lib/modules/6.1"));
        for (Path file : new Rig(tree, new RigStamp("6.1", Map.of())).mainFiles()) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, "content of " + file.getFileName());
        }
        return tree;
    }
}
