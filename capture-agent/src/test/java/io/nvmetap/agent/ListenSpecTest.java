package io.nvmetap.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.agent.ListenSpec.Kind;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.ExitStatus;
import java.nio.file.Path;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListenSpecTest {
    @Test
    void shouldReadEachForm() {
        assertThat(ListenSpec.parse("unix:/run/a.sock", false))
                .isEqualTo(new ListenSpec(Kind.UNIX, Path.of("/run/a.sock"), null));
        assertThat(ListenSpec.parse("serial:/dev/ttyS0", false).kind()).isEqualTo(Kind.SERIAL);
        assertThat(ListenSpec.parse("shm:m", false).path()).isEqualTo(Path.of("m"));
        assertThat(ListenSpec.parse("tcp:127.0.0.1:7000", false).address().getPort())
                .isEqualTo(7000);
        assertThat(
                        ListenSpec.parse("udp:[::1]:0", false)
                                .address()
                                .getAddress()
                                .isLoopbackAddress())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "unix",
                "unix:",
                "pipe:x",
                "tcp:7000",
                "tcp:127.0.0.1:",
                "tcp:127.0.0.1:x",
                "tcp:127.0.0.1:65536",
                "udp::5",
                ":x"
            })
    void shouldRefuseWhatIsNoForm(String text) {
        assertThatThrownBy(() -> ListenSpec.parse(text, false))
                .asInstanceOf(InstanceOfAssertFactories.type(CliFailure.class))
                .matches(f -> f.exitStatus() == ExitStatus.USAGE)
                .extracting(Throwable::getMessage)
                .asString()
                .contains("unix:PATH");
    }

    @Test
    void shouldListenForOtherMachinesOnlyWhenAllowed() {
        assertThatThrownBy(() -> ListenSpec.parse("udp:0.0.0.0:514", false))
                .hasMessageContaining("--allow-remote");
        assertThat(ListenSpec.parse("udp:0.0.0.0:514", true).address().getPort()).isEqualTo(514);
    }
}
