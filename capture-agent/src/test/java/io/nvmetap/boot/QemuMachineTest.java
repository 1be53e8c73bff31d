package io.nvmetap.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.cli.CliFailure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The machine's life with a shell script in QEMU's place. */
class QemuMachineTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir Path folder;

    @Test
    void aMachineThatDiesEarlySaysHowOnOneLine() {
        try (QemuMachine m = run("echo hello; echo bad >&2; echo device >&2; exit 3")) {
            assertThatThrownBy(() -> m.expect(Pattern.compile("Shell>"), PATIENCE))
                    .isInstanceOf(CliFailure.class)
                    .hasMessage(
                            "the machine ended before its console showed 'Shell>': QEMU ended with"
                                    + " status 3: bad; device; last line 'hello', all of it in "
                                    + folder.resolve("console.log"));
            assertThat(m.awaitExit(PATIENCE)).isEqualTo(3);
            assertThatThrownBy(() -> m.awaitPowerOff(PATIENCE)).isInstanceOf(CliFailure.class);
        }
    }

    @Test
    void aMachineThatStandsStillSaysWhere() {
        try (QemuMachine m = run("printf 'login: '; read x")) {
            m.expect(Pattern.compile("login: "), PATIENCE);
            Duration brief = Duration.ofMillis(100);
            assertThatThrownBy(() -> m.expect(Pattern.compile("never"), brief))
                    .isInstanceOf(CliFailure.class)
                    .hasMessageContaining("within 0.1 s; last line 'login:'");
            assertThatThrownBy(() -> m.awaitExit(brief))
                    .isInstanceOf(CliFailure.class)
                    .hasMessageContaining("still runs after 0.1 s");
        }
    }

    @Test
    void keystrokesReachItAndItsLastWordsAreHeard() throws Exception {
        try (QemuMachine m = run("read x; echo got $x; printf bye")) {
            m.type("key\n");
            assertThat(m.expectLine(Pattern.compile("got (.*)"), PATIENCE).group(1))
                    .isEqualTo("key");
            m.awaitPowerOff(PATIENCE);
            assertThat(m.expectLine(Pattern.compile("bye"), PATIENCE).group()).isEqualTo("bye");
            assertThat(m.transcript()).isEqualTo("got key\nbye");
        }
    }

    @Test
    void closingEndsItAndItsChildrenEvenIfItDoesNotWantTo() throws Exception {
        ProcessHandle process;
        QemuMachine m = run("trap '' TERM; echo up; while :; do read x </dev/zero; done");
        m.expect(Pattern.compile("up"), PATIENCE);
        process = m.process();
        m.close();
        process.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void aProgramThatIsNotThereIsOneLine() {
        List<String> command = List.of(folder.resolve("none").toString());
        assertThatThrownBy(() -> QemuMachine.start(command, Map.of(), folder, l -> {}))
                .isInstanceOf(CliFailure.class)
                .hasMessageContaining("nvmetap rig");
    }

    private QemuMachine run(String script) {
        return QemuMachine.start(List.of("/bin/sh", "-c", script), Map.of(), folder, line -> {});
    }
}
