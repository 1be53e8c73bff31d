package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sixteen builds as executables; from one on they are broken. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BisectITCase {
    private static final int BUILDS = 16;
    private static final int FIRST_BAD = 11;

    @TempDir private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void build() throws IOException {
        for (int i = 1; i <= BUILDS; i++) {
            String driver =
                    i < FIRST_BAD ? "reference" : "reference:fault=cqe-sqid-sqhd-not-translated";
            String command =
                    ExternalReplayITCase.reference(driver)
                            .replace("{connect}", "$4")
                            .replace("{listen}", "$2");
            Files.writeString(folder.resolve("build" + i), "exec " + command + "\n");
        }
    }

    private int bisect(String good, String bad) {
        PrintStream said = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
        String[] args = {
            BootRecordings.kept("shell").toString(),
            "--good",
            good,
            "--bad",
            bad,
            "--driver",
            "exec:sh " + folder + "/build{}",
            "--time-scale",
            "0"
        };
        return CommandRunner.run(new BisectCommand(said), args, errors);
    }

    @Test
    void shouldFindTheFirstBadBuild() {
        assertThat(bisect("1", "16")).isEqualTo(ExitStatus.OK);
        String said = out.toString(StandardCharsets.UTF_8);
        assertThat(said).contains("bisect    " + FIRST_BAD + " is the first bad build");
        assertThat(said.lines().filter(l -> l.startsWith("build "))).hasSizeLessThanOrEqualTo(6);
    }

    @Test
    void shouldSayThatTheGoodOneIsBad() {
        assertThat(bisect("16", "1")).isEqualTo(ExitStatus.FAILURE);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("build 16 diverges already");
    }
}
