package io.nvmetap.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.device.vfiouser.Message;
import io.nvmetap.device.vfiouser.VfioUser;
import io.nvmetap.nvme.LittleEndian;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class WithholdingTest {
    private static final int REGION_INFO = VfioUser.COMMAND_DEVICE_GET_REGION_INFO;
    private static final int IO_FDS = VfioUser.COMMAND_DEVICE_GET_REGION_IO_FDS;
    private static final int READ_WRITE = 3;
    private static final int SPARSE_BYTES = 32;
    private static final int OTHER_BYTES = 12;

    /** Reply of a server whose BAR0 can be mapped in part: argsz, flags, index, cap_offset. */
    private static byte[] info(int bytes, int flags, int index, int capOffset) {
        byte[] b = new byte[bytes];
        LittleEndian.put32(b, 0, bytes);
        LittleEndian.put32(b, 4, flags);
        LittleEndian.put32(b, 8, index);
        LittleEndian.put32(b, 12, capOffset);
        LittleEndian.put64(b, 16, 0x4000);
        return b;
    }

    private static void capability(byte[] b, int at, int id, int next) {
        LittleEndian.put16(b, at, id);
        LittleEndian.put16(b, at + 2, 1);
        LittleEndian.put32(b, at + 4, next);
    }

    private static Message reply(int command, byte[] body) {
        return new Message(7, command, VfioUser.FLAG_REPLY, 0, body, List.of());
    }

    @Test
    void shouldTakeTheMappingAndItsOnlyCapabilityAway() {
        byte[] b = info(32 + SPARSE_BYTES, 0xF, 0, 32);
        capability(b, 32, 1, 0);
        Message shown = Withholding.from(reply(REGION_INFO, b));
        assertThat(shown.id()).isEqualTo(7);
        assertThat(shown.body()).isEqualTo(info(32, READ_WRITE, 0, 0));
    }

    @Test
    void shouldKeepOtherCapabilitiesLinked() {
        byte[] b = info(32 + OTHER_BYTES + SPARSE_BYTES + OTHER_BYTES, 0xF, 0, 32);
        int sparse = 32 + OTHER_BYTES;
        int last = sparse + SPARSE_BYTES;
        capability(b, 32, 3, sparse);
        b[32 + 8] = 11;
        capability(b, sparse, 1, last);
        capability(b, last, 2, 0);
        b[last + 8] = 22;
        byte[] shown = Withholding.from(reply(REGION_INFO, b)).body();
        byte[] expected = info(32 + 2 * OTHER_BYTES, READ_WRITE | 8, 0, 32);
        capability(expected, 32, 3, sparse);
        expected[32 + 8] = 11;
        capability(expected, sparse, 2, 0);
        expected[sparse + 8] = 22;
        assertThat(shown).isEqualTo(expected);
    }

    @Test
    void shouldLetAClientAskAgainWhereTheReplyWasCut() {
        byte[] b = info(32, 0xF, 0, 0);
        LittleEndian.put32(b, 0, 80);
        byte[] shown = Withholding.from(reply(REGION_INFO, b)).body();
        byte[] expected = info(32, READ_WRITE | 8, 0, 0);
        LittleEndian.put32(expected, 0, 80);
        assertThat(shown).isEqualTo(expected);
    }

    @Test
    void shouldSurviveCapabilitiesThatLeadAstray() {
        byte[] loop = info(64, 0xF, 0, 40);
        capability(loop, 40, 1, 40);
        assertThat(Withholding.from(reply(REGION_INFO, loop)).body()).hasSize(32);
        for (int offset : new int[] {1, 60, -1, Integer.MIN_VALUE, 64}) {
            byte[] b = info(64, 0xF, 0, offset);
            byte[] shown = Withholding.from(reply(REGION_INFO, b)).body();
            assertThat(shown).isEqualTo(info(32, READ_WRITE, 0, 0));
        }
    }

    @Test
    void shouldLeaveEverythingElseAsItIs() {
        byte[] mappable = info(32, 7, 0, 0);
        int errorFlags = VfioUser.FLAG_REPLY | VfioUser.FLAG_ERROR;
        for (Message m :
                List.of(
                        reply(REGION_INFO, info(32, 7, 4, 0)),
                        reply(REGION_INFO, info(32, READ_WRITE, 0, 0)),
                        reply(REGION_INFO, Arrays.copyOf(mappable, 31)),
                        reply(IO_FDS, new byte[15]),
                        reply(VfioUser.COMMAND_REGION_READ, mappable),
                        new Message(7, REGION_INFO, errorFlags, 22, mappable, List.of()),
                        new Message(7, REGION_INFO, errorFlags, 22, new byte[0], List.of()),
                        Message.command(7, REGION_INFO, mappable))) {
            assertThat(Withholding.from(m)).isSameAs(m);
        }
    }

    @Test
    void shouldShowNoEventDescriptorsOfDoorbells() {
        byte[] b = new byte[16 + 2 * 40];
        LittleEndian.put32(b, 0, b.length);
        LittleEndian.put32(b, 12, 2);
        byte[] shown = Withholding.from(reply(IO_FDS, b)).body();
        byte[] expected = new byte[16];
        LittleEndian.put32(expected, 0, 16);
        assertThat(shown).isEqualTo(expected);
    }
}
