package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code git bisect run nvmetap replay}: eight commits, of which the seventh broke the driver. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GitBisectITCase {
    private static final int COMMITS = 8;
    private static final int FIRST_BAD = 7;
    private static final int BUILDS_NOTHING = 4;

    @TempDir private Path repository;

    private String git(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("git", "-c", "user.name=t"));
        command.addAll(List.of("-c", "user.email=t@localhost", "-c", "commit.gpgsign=false"));
        command.addAll(Arrays.asList(arguments));
        Path output = Files.createTempFile("nvmetap-git", ".log");
        Process git =
                new ProcessBuilder(command)
                        .directory(repository.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            assertThat(git.waitFor(100, TimeUnit.SECONDS)).isTrue();
            return Files.readString(output, StandardCharsets.UTF_8);
        } finally {
            git.destroyForcibly();
            Files.delete(output);
        }
    }

    private void commit(int number) throws IOException, InterruptedException {
        String fault = number < FIRST_BAD ? "" : ":fault=cqe-sqid-sqhd-not-translated";
        String script =
                number == BUILDS_NOTHING
                        ? "exit 1"
                        : ExternalReplayITCase.reference("reference" + fault)
                                .replace("{listen}", "$1")
                                .replace("{connect}", "$2");
        Files.writeString(repository.resolve("driver.sh"), "# " + number + "\n" + script + "\n");
        git("add", "driver.sh");
        git("commit", "-q", "-m", "commit " + number);
        git("tag", "c" + number);
    }

    @Test
    void shouldFindTheCommitThatBrokeTheDriver() throws Exception {
        git("init", "-q");
        for (int i = 1; i <= COMMITS; i++) {
            commit(i);
        }
        Path recording = BootRecordings.kept("shell").toAbsolutePath();
        String replay =
                ExternalReplayITCase.java(
                        ReplayCommand.class,
                        recording
                                + " --git-bisect --failed skip --no-rules --time-scale 0"
                                + " --driver 'exec:sh driver.sh {listen} {connect}'");
        git("bisect", "start", "c" + COMMITS, "c1");
        String said = git("bisect", "run", "sh", "-c", replay);
        assertThat(said).contains("commit " + FIRST_BAD).contains("is the first bad commit");
        assertThat(git("bisect", "log")).contains("skip: ");
    }
}
