package io.nvmetap.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandTextTest {
    private static final VendorCatalog CATALOG = VendorCatalog.bundled();

    /** Dwords 0 to 15 as hexadecimal, blanks between, trailing zeros left out. */
    private static byte[] sqe(String dwords) {
        byte[] sqe = new byte[64];
        String[] words = dwords.strip().split(" +");
        for (int i = 0; i < words.length; i++) {
            Sqe.putCdw(sqe, 0, i, Integer.parseUnsignedInt(words[i], 16));
        }
        return sqe;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "06 0 0 0 0 0 3e534018 0 3e535000 0 1"
                        + "| Identify cns=1 (controller) nsid=0 prp1=0x3e534018 prp2=0x3e535000",
                "00010001 0 0 0 0 0 3f000000 0 0 0 003f0001 00010001"
                        + "| Create I/O Submission Queue qid=1 entries=64 cqid=1 pc=1 qprio=0"
                        + " prp1=0x3f000000",
                "05 0 0 0 0 0 3f001000 0 0 0 00ff0002 00020003"
                        + "| Create I/O Completion Queue qid=2 entries=256 iv=2 ien=1 pc=1"
                        + " prp1=0x3f001000",
                "00 0 0 0 0 0 0 0 0 0 7 | Delete I/O Submission Queue qid=7",
                "09 0 0 0 0 0 0 0 0 0 80000007 00030001"
                        + "| Set Features fid=07h (Number of Queues) nsid=0 cdw11=0x30001 sqs=2"
                        + " cqs=4 sv",
                "0a 1 0 0 0 0 0 0 0 0 0306 | Get Features fid=06h (Volatile Write Cache) nsid=1"
                        + " sel=3",
                "02 ffffffff 0 0 0 0 1000 0 0 0 007f8002"
                        + "| Get Log Page lid=02h (SMART / Health Information) nsid=all bytes=512"
                        + " offset=0x0 rae prp1=0x1000 prp2=0x0",
                "08 0 0 0 0 0 0 0 0 0 beef0002 | Abort sqid=2 cid=48879",
                "0c | Asynchronous Event Request",
                "7c 0 0 0 0 0 1000 0 2000"
                        + "| Doorbell Buffer Config shadow=0x1000 eventidx=0x2000",
                "80 1 0 0 0 0 0 0 0 0 201 | Format NVM nsid=1 lbaf=1 ses=1",
                "84 0 0 0 0 0 0 0 0 0 2 | Sanitize nsid=0 prp1=0x0 prp2=0x0 cdw10=0x2",
                "c1 1 2 3 4 0 6 0 8 0 a b c d e f"
                        + "| Vendor Specific C1h nsid=1 cdw2=0x2 cdw3=0x3 mptr=0x4 prp1=0x6"
                        + " prp2=0x8 cdw10=0xa cdw11=0xb cdw12=0xc cdw13=0xd cdw14=0xe"
                        + " cdw15=0xf",
                "d8 0 0 0 0 0 0 0 0 0 0 1000 1 2000 2"
                        + "| Apple Tunnel (admin D8h) request=0x100001000 reply=0x200002000",
            })
    void shouldDecodeAdminCommands(String dwords, String text) {
        assertThat(CommandText.sqe(true, sqe(dwords), 0)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "02 1 0 0 0 0 0 0 0 0 7fff8 0 7 | Read nsid=1 slba=0x7fff8 blocks=8",
                "01 1 0 0 0 0 0 0 0 0 0 1 4000ffff"
                        + "| Write nsid=1 slba=0x100000000 blocks=65536 fua",
                "08 1 0 0 0 0 0 0 0 0 0 0 02000000 | Write Zeroes nsid=1 slba=0x0 blocks=1 deac",
                "00 ffffffff | Flush nsid=all",
                "09 1 0 0 0 0 0 0 0 0 1 4 | Dataset Management nsid=1 ranges=2 deallocate",
                "19 1 0 0 0 0 0 0 0 0 8 0 2 | Copy nsid=1 sdlba=0x8 ranges=3",
                "79 1 0 0 0 0 0 0 0 0 8 0 0 3"
                        + "| Zone Management Send nsid=1 prp1=0x0 prp2=0x0 cdw10=0x8 cdw13=0x3",
                "4502 1 | Read nsid=1 slba=0x0 blocks=1 fuse=1 psdt=1 flags=45h (Apple Flags)",
                "3f 0 | Reserved 3Fh nsid=0 cdw2=0x0 cdw3=0x0 mptr=0x0 prp1=0x0 prp2=0x0"
                        + " cdw10=0x0 cdw11=0x0 cdw12=0x0 cdw13=0x0 cdw14=0x0 cdw15=0x0",
            })
    void shouldDecodeIoCommands(String dwords, String text) {
        assertThat(CommandText.sqe(false, sqe(dwords), 0)).isEqualTo(text);
    }

    @Test
    void shouldShowWhatWasNotSeenAsAQuestionMark() {
        byte[] read = sqe("02 1 0 0 0 0 0 0 0 0 8 0 7");
        long known = Sqe.KNOWN_OPCODE | Sqe.KNOWN_CID | Sqe.KNOWN_NSID;
        assertThat(CommandText.sqe(false, read, 0, known, CATALOG))
                .isEqualTo("Read nsid=1 slba=? blocks=?");
        assertThat(CommandText.sqe(true, sqe("06"), 0, Sqe.KNOWN_OPCODE, CATALOG))
                .isEqualTo("Identify cns=? nsid=? prp1=? prp2=?");
        assertThat(CommandText.sqe(true, sqe("02"), 0, Sqe.KNOWN_OPCODE, CATALOG))
                .isEqualTo("Get Log Page lid=? nsid=? bytes=? offset=? prp1=? prp2=?");
        assertThat(CommandText.sqe(true, sqe("d8"), 0, Sqe.KNOWN_OPCODE, CATALOG))
                .isEqualTo("Apple Tunnel (admin D8h) request=? reply=?");
        assertThat(CommandText.sqe(true, read, 0, Sqe.KNOWN_CID, CATALOG))
                .isEqualTo("admin command, opcode not seen");
    }

    @Test
    void shouldDecodeShortAndLongEntries() {
        byte[] read = sqe("02 1 0 0 0 0 0 0 0 0 8 0 7");
        assertThat(CommandText.sqe(false, Arrays.copyOf(read, 128), 0))
                .isEqualTo("Read nsid=1 slba=0x8 blocks=8");
        assertThat(CommandText.sqe(false, Arrays.copyOf(read, 48), 0))
                .isEqualTo("Read nsid=1 slba=0x8 blocks=?");
        assertThat(CommandText.sqe(false, new byte[0], 0))
                .isEqualTo("I/O command, opcode not seen");
        assertThat(CommandText.sqe(false, read, 100)).isEqualTo("I/O command, opcode not seen");
    }

    @Test
    void shouldDecodeCompletions() {
        byte[] cqe = HexFormat.of().parseHex("010000000000000005000200341205c0");
        assertThat(CommandText.cqe(cqe, 0))
                .isEqualTo(
                        "cid=4660 sqid=2 sqhd=5 phase=1 dw0=0x1"
                                + " status=Invalid Field in Command, More, DNR (0:02h)");
        int imported = Cqe.KNOWN_CID | Cqe.KNOWN_DW0 | Cqe.KNOWN_STATUS;
        assertThat(CommandText.cqe(cqe, 0, imported))
                .isEqualTo(
                        "cid=4660 sqid=? sqhd=? phase=? dw0=0x1"
                                + " status=Invalid Field in Command, More, DNR (0:02h)");
        assertThat(CommandText.cqe(Arrays.copyOf(cqe, 9), 0))
                .isEqualTo("cid=? sqid=? sqhd=? phase=? dw0=0x1 status=?");
    }

    @Test
    void shouldPutAnyBytesOnOneLine() {
        long seed = 20_260_101;
        Random random = new Random(seed);
        byte[] bytes = new byte[64];
        for (int i = 0; i < 20_000; i++) {
            random.nextBytes(bytes);
            bytes[0] = (byte) i;
            long known = random.nextLong() | random.nextLong();
            boolean admin = random.nextBoolean();
            String text = CommandText.sqe(admin, bytes, 0, known, CATALOG);
            assertThat(text).as("seed %d round %d", seed, i).isNotBlank().doesNotContain("\n");
            assertThat(CommandText.cqe(bytes, 48, (int) known)).doesNotContain("\n");
            DataLength.of(admin, bytes, 0, known, 512);
        }
    }
}
