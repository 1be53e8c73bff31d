package io.nvmetap.device.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.nvme.LittleEndian;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CapabilitiesTest {
    private static Capabilities parse(String json) {
        return Capabilities.parse(Bodies.version(0, 0, json));
    }

    private static Capabilities said(String capabilities) {
        return parse("{\"capabilities\":" + capabilities + "}");
    }

    @Test
    void shouldReadBackWhatItSays() {
        byte[] body = Capabilities.OURS.body();
        assertThat(LittleEndian.i32(body, 0)).as("version 0.0").isZero();
        assertThat(body[body.length - 1]).isZero();
        assertThat(Capabilities.parse(body)).isEqualTo(Capabilities.OURS);
        assertThat(Capabilities.parse(Capabilities.DEFAULT.body())).isEqualTo(Capabilities.DEFAULT);
    }

    @Test
    void shouldHaveTheDefaultsForWhatWasNotSaid() {
        assertThat(Capabilities.parse(new byte[4])).isEqualTo(Capabilities.DEFAULT);
        assertThat(parse("{}")).isEqualTo(Capabilities.DEFAULT);
        assertThat(said("{}")).isEqualTo(Capabilities.DEFAULT);
        assertThat(said("{\"max_msg_fds\":3}")).isEqualTo(new Capabilities(3, 1 << 20, false));
    }

    @Test
    void shouldReadWhatQemuSays() {
        assertThat(
                        said(
                                "{\"max_msg_fds\": 8, \"max_data_xfer_size\": 1048576, \"pgsizes\":"
                                        + " 4096, \"max_dma_maps\": 65535, \"migration\":"
                                        + " {\"pgsize\": 4096, \"max_bitmap_size\": 268435456},"
                                        + " \"write_multiple\": true}"))
                .isEqualTo(new Capabilities(8, 1 << 20, true));
    }

    @Test
    void shouldPassOverWhatItDoesNotKnow() {
        assertThat(
                        parse(
                                "{\"a\":[{\"capabilities\":7}],\"capabilities\":{\"x\":[1,{}],"
                                        + "\"max_msg_fds\":2},\"b\":null}"))
                .isEqualTo(new Capabilities(2, 1 << 20, false));
    }

    @Test
    void shouldCapWhatIsHuge() {
        assertThat(said("{\"max_msg_fds\":9223372036854775807,\"max_data_xfer_size\":4294967296}"))
                .isEqualTo(new Capabilities(Integer.MAX_VALUE, VfioUser.DATA_BYTES_MAX, false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "}",
                "[]",
                "null",
                "7",
                "\"capabilities\"",
                "{\"capabilities\"",
                "{\"capabilities\":",
                "{\"capabilities\":{",
                "{\"capabilities\":{}",
                "{\"capabilities\":{}}}",
                "{\"capabilities\":{}} {}",
                "{\"capabilities\":{},}",
                "{capabilities:{}}",
                "{\"capabilities\":{\"max_msg_fds\":}}",
                "{\"capabilities\":{\"max_msg_fds\":1 2}}",
                "{\"capabilities\":{}}\0"
            })
    void shouldRefuseTextThatIsNoJsonObject(String json) {
        assertThat(parse(json)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5",
                "null",
                "[]",
                "\"x\"",
                "{\"max_msg_fds\":\"8\"}",
                "{\"max_msg_fds\":true}",
                "{\"max_msg_fds\":null}",
                "{\"max_msg_fds\":1.5}",
                "{\"max_msg_fds\":[1]}",
                "{\"max_msg_fds\":{}}",
                "{\"max_msg_fds\":-1}",
                "{\"max_msg_fds\":9223372036854775808}",
                "{\"max_data_xfer_size\":0}",
                "{\"max_data_xfer_size\":-9223372036854775808}",
                "{\"max_data_xfer_size\":1e400}",
                "{\"max_data_xfer_size\":{\"max_data_xfer_size\":1}}",
                "{\"write_multiple\":1}",
                "{\"write_multiple\":\"true\"}",
                "{\"write_multiple\":null}",
                "{\"write_multiple\":[true]}",
                "{\"write_multiple\":{\"max_msg_fds\":1}}"
            })
    void shouldRefuseAValueOfTheWrongTypeOrOutOfRange(String capabilities) {
        assertThat(said(capabilities)).isNull();
    }

    @Test
    void shouldRefuseTextWithoutItsZeroByte() {
        byte[] body = Bodies.version();
        assertThat(Capabilities.parse(Arrays.copyOf(body, body.length - 1))).isNull();
        assertThat(Capabilities.parse(new byte[5])).as("an empty text").isNull();
    }

    @Test
    void shouldRefuseABodyTooShortOrTooLong() {
        for (int bytes = 0; bytes < 4; bytes++) {
            assertThat(Capabilities.parse(new byte[bytes])).isNull();
        }
        String padding = " ".repeat(Capabilities.BYTES_MAX - 4 - 1 - 2);
        assertThat(parse("{}" + padding)).isEqualTo(Capabilities.DEFAULT);
        assertThat(parse("{} " + padding)).isNull();
    }

    @Test
    void shouldRefuseNestingWithoutEnd() {
        assertThat(parse("{\"a\":" + "[".repeat(5000) + "]".repeat(5000) + "}")).isNull();
        assertThat(said("{\"x\":" + "{\"x\":".repeat(1000))).isNull();
    }
}
