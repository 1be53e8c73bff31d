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
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RigToolsTest {
    @TempDir Path folder;

    @Test
    void shouldFindASetOnlyWholeAndLeaveTheRigAlone() throws IOException {
        Path tree = tree(ToolSet.PROMETHEUS);
        assertThat(RigTools.find(folder, ToolSet.PROMETHEUS)).isEmpty();
        stamp(ToolSet.PROMETHEUS);
        RigTools tools = RigTools.find(folder, ToolSet.PROMETHEUS).orElseThrow();
        Path promtool = tools.program("promtool");
        assertThat(promtool).isExecutable();
        assertThat(tools.parts()).contains(new RigPart("promtool", "2.5", promtool));
        assertThat(RigTools.find(folder, ToolSet.TSHARK)).isEmpty();
        assertThat(Rig.find(folder)).isEmpty();
        Files.writeString(tree.resolve("usr/bin/promtool"), "cut");
        assertThat(RigTools.find(folder, ToolSet.PROMETHEUS)).isEmpty();
    }

    @Test
    void shouldRunAProgramWithItsOwnLoaderLibrariesAndDataWhereverTheFolderIs() throws IOException {
        Path tree = tree(ToolSet.TSHARK);
        Path loader = tree.resolve("usr/bin/nvmetap-loader");
        Files.writeString(loader, "#!/bin/sh\necho \"$WIRESHARK_DATA_DIR\" \"$@\"\n");
        Path moved = Files.move(tree, folder.resolve("moved here"));
        Path out = folder.resolve("out");
        int status =
                ChildProcess.run(
                        List.of(moved.resolve("run/tshark").toString(), "-r", "a b"),
                        Map.of(),
                        out,
                        out,
                        Rig.TOOL_LIMIT);
        assertThat(status).isZero();
        String libs = moved + "/usr/lib/x86_64-linux-gnu";
        assertThat(out)
                .hasContent(
                        moved
                                + "/usr/share/wireshark --library-path "
                                + String.join(
                                        ":",
                                        libs,
                                        libs + "/nss",
                                        libs + "/pulseaudio",
                                        libs + "/systemd")
                                + " "
                                + moved
                                + "/usr/bin/tshark -r a b\n");
    }

    @Test
    void shouldRefuseAProgramOfAnotherSet() throws IOException {
        tree(ToolSet.PROTOC);
        stamp(ToolSet.PROTOC);
        RigTools tools = RigTools.find(folder, ToolSet.PROTOC).orElseThrow();
        assertThatThrownBy(() -> tools.program("tshark"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldSayHowToFetchASetThatIsNotThere() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        String[] args = {"--offline", "--tool", "tshark", "--cache", folder.toString()};
        int status =
                CommandRunner.run(new RigCommand(System.out), args, new PrintStream(err, true));
        assertThat(status).isEqualTo(ExitStatus.FAILURE);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo(
                        "nvmetap: "
                                + folder
                                + ": no tshark in it; fetch it with `nvmetap rig --tool tshark`"
                                + " (without --offline)\n");
    }

    @Test
    void shouldSayWhatToDoWithoutADebianArchive() {
        ToolFetch fetch = new ToolFetch(new RigCache(folder), folder.resolve("etc"), line -> {});
        assertThatThrownBy(() -> fetch.fetch(ToolSet.PROTOC))
                .isInstanceOf(CliFailure.class)
                .hasMessageContaining("NVMETAP_RIG");
    }

    @Test
    void shouldUnpackLibrariesButNoInterpreters() {
        assertThat(ToolSet.TSHARK.unpacks("libwireshark18")).isTrue();
        assertThat(ToolSet.TSHARK.unpacks("zlib1g")).isTrue();
        assertThat(ToolSet.TSHARK.unpacks("libpython3.13")).isFalse();
        assertThat(ToolSet.TSHARK.unpacks("debconf")).isFalse();
    }

    private void stamp(ToolSet set) throws IOException {
        Path tree = new RigCache(folder).tools(set);
        String first = set.packages().get(0);
        RigStamp.write(tree, Map.of(first, "2.5"), RigTools.mainFiles(set, tree));
    }

    private Path tree(ToolSet set) throws IOException {
        Path tree = new RigCache(folder).tools(set);
        Path loader = tree.resolve("usr/lib64/ld-linux-x86-64.so.2");
        Files.createDirectories(loader.getParent());
        Files.writeString(loader, "#!/bin/sh\n");
        assertThat(loader.toFile().setExecutable(true)).isTrue();
        for (String program : set.programs()) {
            Files.createDirectories(tree.resolve(program).getParent());
            Files.writeString(tree.resolve(program), "content of " + program);
        }
        ToolFetch.prepare(set, tree);
        return tree;
    }
}
