package io.nvmetap.qtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QtestReplyTest {
    @Test
    void shouldGiveWhatFollowsOk() throws IOException {
        assertThat(QtestReply.rest("outl 0xcf8 0x0", "OK")).isEmpty();
        assertThat(QtestReply.rest("inl 0xcfc", "OK 0x1b36")).isEqualTo("0x1b36");
    }

    @ParameterizedTest
    @CsvSource({
        "FAIL Unknown command 'x', QEMU refused 'x': FAIL Unknown command 'x'",
        "ERR, QEMU refused 'x': ERR",
        "HTTP/1.1 400, 'HTTP/1.1 400' is no answer of qtest",
        "OKAY, 'OKAY' is no answer of qtest"
    })
    void shouldSayInOneSentenceWhatIsNoAnswer(String line, String sentence) {
        assertThatThrownBy(() -> QtestReply.rest("x", line)).hasMessage(sentence);
    }

    @Test
    void shouldNotRepeatAWholeHostileLine() {
        String line = "\u001b[31m" + "x".repeat(5000);
        assertThatThrownBy(() -> QtestReply.rest("x", line))
                .hasMessageStartingWith("'?[31mxxx")
                .message()
                .hasSizeLessThan(120);
    }

    @Test
    void shouldTakeNumbersOf64Bits() throws IOException {
        assertThat(QtestReply.number("0x0000")).isZero();
        assertThat(QtestReply.number("0xffffffffffffffff")).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "12", "0x", "0xzz", "0x-1", "0x11112222333344445", "0x1 0x2"})
    void shouldRefuseWhatIsNoNumber(String rest) {
        assertThatThrownBy(() -> QtestReply.number(rest)).hasMessageContaining("is no number");
    }

    @Test
    void shouldTakeMemoryOfTheLengthAskedFor() throws IOException {
        assertThat(QtestReply.bytes("AQID", 3)).containsExactly(1, 2, 3);
        assertThatThrownBy(() -> QtestReply.bytes("AQID", 4))
                .hasMessage("3 bytes came instead of 4");
        assertThatThrownBy(() -> QtestReply.bytes("A*", 1)).hasMessageContaining("is no memory");
    }

    @Test
    void shouldKnowInterruptsFromAnswers() {
        assertThat(QtestReply.unasked("IRQ raise 16")).isTrue();
        assertThat(QtestReply.unasked("OK")).isFalse();
    }

    @Test
    void shouldPlaceConfigurationAddressesAsMechanism1Does() {
        assertThat(QtestMachine.configAddress(0x20, 0x13)).isEqualTo(0x8000_2010L);
    }
}
