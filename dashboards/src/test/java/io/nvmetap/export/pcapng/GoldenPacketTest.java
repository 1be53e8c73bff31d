package io.nvmetap.export.pcapng;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Bytes by hand from the specifications: whoever changes the writers changes what others read. */
class GoldenPacketTest {
    private static final HexFormat HEX = HexFormat.of();

    @Test
    void shouldWriteBlocksAsTheDraftLaysThemOut() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PcapngWriter writer = new PcapngWriter(out);
        writer.section("", "", "nvmetap", "");
        writer.interfaceDescription("n0", "");
        writer.packet(0, 0x1122334455667788L, new byte[] {1, 2, 3}, 3, "a\nb", 2);
        writer.statistics(0, 1, 5, 6, "");
        assertThat(HEX.formatHex(out.toByteArray()))
                .isEqualTo(
                        "0a0d0d0a"
                                + "2c000000"
                                + "4d3c2b1a"
                                + "01000000"
                                + "ffffffffffffffff"
                                + "04000700"
                                + "6e766d6574617000"
                                + "00000000"
                                + "2c000000"
                                + "01000000"
                                + "28000000"
                                + "65000000"
                                + "00000000"
                                + "02000200"
                                + "6e300000"
                                + "09000100"
                                + "09000000"
                                + "00000000"
                                + "28000000"
                                + "06000000"
                                + "3c000000"
                                + "00000000"
                                + "44332211"
                                + "88776655"
                                + "03000000"
                                + "03000000"
                                + "01020300"
                                + "01000300"
                                + "613f6200"
                                + "04000800"
                                + "0200000000000000"
                                + "00000000"
                                + "3c000000"
                                + "05000000"
                                + "34000000"
                                + "00000000"
                                + "00000000"
                                + "01000000"
                                + "04000800"
                                + "0500000000000000"
                                + "05000800"
                                + "0600000000000000"
                                + "00000000"
                                + "34000000");
    }

    @Test
    void shouldCutLongTextBetweenCharacters() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new PcapngWriter(out).section("x" + "é".repeat(3000), "", "", "");
        assertThat(CaptureFile.read(out.toByteArray()).packets).isEmpty();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("x" + "é".repeat(2047) + "\0")
                .doesNotContain("\uFFFDé");
    }

    @Test
    void shouldNumberAndSumPacketsOfBothEnds() {
        byte[] packet = new byte[TcpConversation.PACKET_BYTES_MAX];
        TcpConversation tcp = new TcpConversation(0xC0000201, 10_000, 0xC6336401, packet);
        assertThat(made(packet, tcp.make(true, TcpConversation.SYN, packet, 0)))
                .isEqualTo(
                        "450000340000400040064e8ec0000201c6336401"
                                + "271011440000000000000000"
                                + "8002ffff45590000"
                                + "0204fde804020303"
                                + "0e010100");
        assertThat(made(packet, tcp.make(false, TcpConversation.ACK, new byte[] {7, 8, 9}, 3)))
                .isEqualTo(
                        "4500002b0001400040064e96c6336401c0000201"
                                + "114427100000000000000001"
                                + "5010ffff7b3e0000"
                                + "070809");
        assertThat(made(packet, tcp.make(true, TcpConversation.ACK, packet, 0)))
                .contains("27101144" + "00000001" + "00000003");
    }

    private static String made(byte[] packet, int length) {
        return HEX.formatHex(packet, 0, length);
    }

    @Test
    void shouldMakePdusAsTheTransportSpecificationLaysThemOut() {
        NvmeTcpPdu pdu = new NvmeTcpPdu();
        assertThat(pdu(pdu.connectionRequest())).startsWith("0000800080000000").hasSize(256);
        assertThat(pdu(pdu.connectionResponse()))
                .startsWith("0100800080000000" + "00000000" + "00800000")
                .hasSize(256);
        byte[] sqe = new byte[64];
        Arrays.fill(sqe, (byte) 0x5A);
        assertThat(pdu(pdu.command(sqe, 64))).isEqualTo("0400480048000000" + "5a".repeat(64));
        assertThat(pdu(pdu.response(new byte[16]))).isEqualTo("0500180018000000" + "00".repeat(16));
        assertThat(pdu(pdu.readyToTransfer(0x0201, 16)))
                .isEqualTo("0900180018000000" + "01020000" + "00000000" + "10000000" + "00000000");
        assertThat(pdu(pdu.data(false, 3, new byte[] {1, 2, 3}, 1, 2)))
                .isEqualTo(
                        "070418181a000000"
                                + "03000000"
                                + "01000000"
                                + "02000000"
                                + "00000000"
                                + "0203");
        String connect = pdu(pdu.connect(new byte[16], 2, 5, 63, "nqn"));
        assertThat(connect)
                .startsWith("0400484848040000" + "7f400000" + "01")
                .hasSize(2 * (72 + 1024));
        assertThat(connect.substring(2 * (8 + 40), 2 * (8 + 48))).isEqualTo("000005003f000000");
        assertThat(connect.substring(2 * (72 + 16), 2 * (72 + 18))).isEqualTo("0200");
        assertThat(connect.substring(2 * (72 + 256), 2 * (72 + 260))).isEqualTo("6e716e00");
    }

    private static String pdu(NvmeTcpPdu pdu) {
        return HEX.formatHex(pdu.bytes(), 0, pdu.length());
    }
}
