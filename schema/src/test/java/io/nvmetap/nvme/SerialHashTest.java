package io.nvmetap.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SerialHashTest {
    private static final String SERIAL = "S4EUNX0N123456";
    private static final Charset US = StandardCharsets.US_ASCII;

    private static byte[] identify(int opcode, int cns) {
        byte[] sqe = new byte[Sqe.SIZE];
        Sqe.putOpcode(sqe, 0, opcode);
        sqe[40] = (byte) cns;
        return sqe;
    }

    private static byte[] page() {
        byte[] page = new byte[4096];
        new IdentifyController(page).putSn(SERIAL);
        byte[] name = ("nqn.2014.08.org.nvmexpress:144d144d" + SERIAL + "SSD 970").getBytes(US);
        System.arraycopy(name, 0, page, IdentifyController.SUBNQN_OFFSET, name.length);
        return page;
    }

    @Test
    void shouldHideTheSerialNumberInIdentifyControllerDataOnly() {
        byte[] page = page();
        byte[] hidden = SerialHash.hide(identify(Opcodes.ADMIN_IDENTIFY, 1), page);
        assertThat(new String(hidden, US))
                .doesNotContain(SERIAL)
                .contains("nqn.2014.08.org.nvmexpress:144d144d")
                .contains("SSD 970");
        assertThat(new IdentifyController(hidden).sn()).isEqualTo(SerialHash.of(SERIAL));
        assertThat(hidden).hasSameSizeAs(page);
        assertThat(page).isEqualTo(page());
        for (byte[] other :
                new byte[][] {
                    identify(Opcodes.ADMIN_IDENTIFY, 0), identify(Opcodes.ADMIN_GET_LOG_PAGE, 1)
                }) {
            assertThat(SerialHash.hide(other, page)).isSameAs(page);
        }
    }

    @Test
    void shouldTakeDataOfAnyLength() {
        byte[] sqe = identify(Opcodes.ADMIN_IDENTIFY, 1);
        byte[] page = page();
        for (int length = 0; length <= 1_100; length++) {
            byte[] cut = Arrays.copyOf(page, length);
            byte[] hidden = SerialHash.hide(sqe, cut);
            assertThat(hidden).hasSize(length);
            assertThat(new String(hidden, US)).doesNotContain(SERIAL);
        }
    }
}
