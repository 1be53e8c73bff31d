package io.nvmetap.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FirmwareGuessTest {
    @ParameterizedTest
    @CsvSource({
        "0x10001, 0x460001, 6, 0x3e534018, EDK2",
        "0x10001, 0x460001, 6, 0x3e534000, unknown",
        "0x10001, 0x460001, 6, 0, unknown",
        "0x10001, 0x460061, 6, 0x3e534018, unknown",
        "0x10001, 0x460001, 9, 0, U-Boot",
        "0x10001, 0x460001, -1, 0, unknown",
        "0xff003f, 0x460001, 6, 0x1efde000, SeaBIOS",
        "0xff003f, 0x460061, 6, 0x1efde000, unknown",
        "0x1f001f, 0x460061, -1, 0, Linux",
        "0x1f001f, 0x460001, 6, 0x1000, Linux",
        "0x7f007f, 0x460001, 6, 0x1000, unknown",
        "0, 0, -1, 0, unknown"
    })
    void shouldTellDriversApart(long aqa, long cc, int opcode, long prp1, String who) {
        assertThat(FirmwareGuess.of(aqa, cc, opcode, prp1)).isEqualTo(who);
    }

    @Test
    void shouldNameFirmwareAndOsInWords() {
        List<String> chain = List.of("unknown", "EDK2", "EDK2", "Linux");

        assertThat(FirmwareGuess.firmware(chain)).isEqualTo("EDK2 (by its behaviour)");
        assertThat(FirmwareGuess.os(chain)).isEqualTo("Linux (by its behaviour)");
        assertThat(FirmwareGuess.firmware(List.of("Linux", "unknown"))).isEmpty();
        assertThat(FirmwareGuess.os(List.of("EDK2"))).isEmpty();
    }
}
