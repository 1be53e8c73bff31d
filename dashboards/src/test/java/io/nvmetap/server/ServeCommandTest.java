package io.nvmetap.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServeCommandTest {
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    private int run(String... args) {
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        return CommandRunner.run(new ServeCommand(out), args, out);
    }

    @ParameterizedTest
    @CsvSource({"-1", "65536", "x"})
    void shouldRefuseAPortThatIsNone(String port) {
        assertThat(run("--port", port)).isEqualTo(ExitStatus.USAGE);
    }

    @Test
    void shouldSayWhichFileIsNotThere() {
        assertThat(run("--port", "0", "nothing.avro")).isEqualTo(ExitStatus.FAILURE);
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains("nothing.avro: no such file or folder; check the path");
    }

    @ParameterizedTest
    @CsvSource({"a.avro,a.avro", "a b,'''a b'''", "it's,'''it''\\''''s'''", "$(id),'''$(id)'''"})
    void shouldQuoteWhatAShellWouldTakeApart(String word, String quoted) {
        assertThat(ShellWord.of(word)).isEqualTo(quoted);
    }
}
