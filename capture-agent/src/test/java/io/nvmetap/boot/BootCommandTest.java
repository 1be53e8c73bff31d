package io.nvmetap.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong is said at once: no rig is looked for, nothing is started. */
class BootCommandTest {
    @TempDir Path folder;

    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    private int run(String... more) {
        List<String> args = new ArrayList<>(List.of("--out", folder.resolve("b.avro").toString()));
        args.addAll(List.of(more));
        PrintStream err = new PrintStream(errors, true, StandardCharsets.UTF_8);
        return CommandRunner.run(new BootCommand(System.out), args.toArray(String[]::new), err);
    }

    private String said() {
        return errors.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({
        "--timeout, 0, --timeout is in seconds",
        "--until, [, --until '[': Unclosed character class",
        "--controller, nobody, no controller 'nobody'; use vfio-user:SOCK or one of generic",
        "--driver, nobody, unknown driver 'nobody'; use reference",
        "--append, quiet, --initrd and --append go with --kernel",
        "--workload, nothing, '--workload'"
    })
    void shouldSayWhatIsUsedWrong(String option, String value, String sentence) {
        assertThat(run(option, value)).isEqualTo(ExitStatus.USAGE);
        assertThat(said()).startsWith("nvmetap: ").contains(sentence).containsOnlyOnce("\n");
    }

    @ParameterizedTest
    @CsvSource({"--disk", "--kernel", "--firmware"})
    void shouldSayWhichFileIsMissing(String option) {
        assertThat(run(option, "/nowhere/to/be/found")).isEqualTo(ExitStatus.FAILURE);
        assertThat(said())
                .isEqualTo(
                        "nvmetap: "
                                + option
                                + " /nowhere/to/be/found: no such file; check the path\n");
    }

    @Test
    void shouldNotTakeADiskForAControllerThatHasItsOwn() throws IOException {
        Path image = Files.createFile(folder.resolve("disk.img"));
        int status = run("--controller", "vfio-user:x.sock", "--disk", image.toString());
        assertThat(status).isEqualTo(ExitStatus.USAGE);
        assertThat(said()).contains("a remote one has its own");
    }

    @Test
    void shouldNotMakeFoldersForARecordingByItself() {
        Path out = folder.resolve("missing").resolve("b.avro");
        PrintStream err = new PrintStream(errors, true, StandardCharsets.UTF_8);
        String[] args = {"--out", out.toString()};
        int status = CommandRunner.run(new BootCommand(System.out), args, err);
        assertThat(status).isEqualTo(ExitStatus.FAILURE);
        assertThat(said()).contains("its folder does not exist; create it");
        assertThat(folder.resolve("missing")).doesNotExist();
    }
}
