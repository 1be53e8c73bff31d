package io.nvmetap.importer;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.importer.FtraceLine.Kind;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FtraceLineTest {
    private final FtraceLine l = new FtraceLine();

    @ParameterizedTest
    @ValueSource(
            strings = {
                // Linux 5.10, four flags
                "   kworker/0:1H-56      [003] ....   913.456922: nvme_setup_cmd: nvme2: disk=nvme2n1,"
                        + " qid=1, cmdid=216, nsid=1, flags=0x0, meta=0x0, cmd=(nvme_cmd_read slba=0,"
                        + " len=7, ctrl=0x0, dsmgmt=0, reftag=0)",
                // Linux 6.x, five flags, with the column of thread groups
                " a b[1]: c-3438    (-------) [003] d.h1.   913.456922: nvme_setup_cmd: nvme2: qid=1,"
                        + " cmdid=216, nsid=1, flags=0x0, meta=0x0, cmd=(nvme_cmd_read slba=0, len=7,"
                        + " ctrl=0x0, dsmgmt=0, reftag=0)",
                // trace-cmd report, nanoseconds
                "fio-18234 [003]   913.456922000: nvme_setup_cmd:       nvme2: disk=nvme2n1, qid=1,"
                        + " cmdid=216, nsid=1, flags=0x0, meta=0x0, cmd=(nvme_cmd_read slba=0, len=7,"
                        + " ctrl=0x0, dsmgmt=0, reftag=0)",
                // perf script
                "fio 18234 [003]   913.456922: nvme:nvme_setup_cmd: nvme2: disk=nvme2n1, qid=1,"
                        + " cmdid=216, nsid=1, flags=0x0, meta=0x0, cmd=(nvme_cmd_read slba=0, len=7,"
                        + " ctrl=0x0, dsmgmt=0, reftag=0)",
                // trace-cmd report that cannot run the kernel's functions
                "fio-18234 [003] ..... 913.456922: nvme_setup_cmd:   [FAILED TO PARSE] disk=nvme2n1"
                        + " ctrl_id=2 qid=1 opcode=2 flags=0 fctype=1 cid=216 nsid=1 metadata=0"
                        + " cdw10=ARRAY[00, 00, 00, 00, 00, 00, 00, 00, 07, 00, 00, 00, 00, 00, 00,"
                        + " 00, 00, 00, 00, 00, 00, 00, 00, 00]"
            })
    void shouldReadEachWayToPrintTheSame(String text) {
        l.parse(text);
        assertThat(l.kind).isEqualTo(Kind.SETUP);
        assertThat(l.timeNs).isEqualTo(913_456_922_000L);
        assertThat(l.cpu).isEqualTo(3);
        assertThat(l.instance).isEqualTo(2);
        KernelCommand c = new KernelCommand();
        assertThat(c.read(l)).isTrue();
        assertThat(c.qid).isEqualTo(1);
        assertThat(c.cid).isEqualTo(216);
        assertThat(c.sqe[0]).isEqualTo((byte) 2);
        assertThat(c.sqe[4]).isEqualTo((byte) 1);
        assertThat(c.sqe[48]).isEqualTo((byte) 7);
        // Opcode to NSID, SLBA and number of blocks are told by all.
        long told = 0xFFL | 0x3FFL << 40;
        assertThat(c.known & told).isEqualTo(told);
        // PRP1 and PRP2 by none.
        assertThat(c.known & 0xFFFFL << 24).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-1 [000] .... 1.000000: nvme_setup_cmd: nvme: qid=0",
                "x-1 [000] .... 1.000000: nvme_setup_cmd: nvme99999999: qid=0",
                "x-1 [abc] .... 1.000000: nvme_setup_cmd: nvme0: qid=0",
                "x-1 000 .... 1.000000: nvme_setup_cmd: nvme0: qid=0",
                "x-1 [000] .... 1: nvme_setup_cmd: nvme0: qid=0",
                "x-1 [000] .... 99999999999999.000000: nvme_setup_cmd: nvme0: qid=0",
                ": nvme_setup_cmd: nvme0: qid=0",
            })
    void shouldCallDamagedWhatBeginsAsAnEventAndCannotBeRead(String text) {
        l.parse(text);
        assertThat(l.kind).isEqualTo(Kind.DAMAGED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "# tracer: nop",
                "x-1 [000] .... 1.000000: block_rq_issue: 259,0 R 4096 () 0 + 8 [dd]",
                "x-1 [000] .... 1.000000: nvme_unknown_event: nvme0: qid=0",
                "x-1 [000] .... 1.000000: nvmet_req_init: nvmet1: qid=0",
            })
    void shouldLeaveOutWhatIsNoEventOfNvme(String text) {
        l.parse(text);
        assertThat(l.kind).isEqualTo(Kind.OTHER);
    }

    @Test
    void shouldTellOfLostEvents() {
        l.parse("CPU:1 [LOST 253 EVENTS]");
        assertThat(l.kind).isEqualTo(Kind.LOST);
        assertThat(l.lost).isEqualTo(253);
        l.parse("# entries-in-buffer/entries-written: 1641/2000   #P:2");
        assertThat(l.kind).isEqualTo(Kind.LOST);
        assertThat(l.lost).isEqualTo(359);
        l.parse("# entries-in-buffer/entries-written: 1641/1641   #P:2");
        assertThat(l.kind).isEqualTo(Kind.OTHER);
    }

    @Test
    void shouldNotFailWhateverALineHolds() {
        String good =
                "x-1 [000] .... 1.000000: nvme_setup_cmd: nvme0: qid=0, cmdid=9, nsid=0, flags=0x0,"
                        + " meta=0x0, cmd=(nvme_admin_get_log_page cdw10=05 00 ff 03 00 00 00 00 00"
                        + " 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00)";
        long seed = 20251125;
        Random random = new Random(seed);
        KernelCommand c = new KernelCommand();
        for (int i = 0; i < 50_000; i++) {
            StringBuilder bad = new StringBuilder(good);
            for (int w = random.nextInt(6); w >= 0; w--) {
                int at = random.nextInt(bad.length());
                switch (random.nextInt(3)) {
                    case 0 -> bad.setCharAt(at, (char) random.nextInt(256));
                    case 1 -> bad.delete(at, Math.min(bad.length(), at + random.nextInt(30)));
                    default -> bad.insert(at, "=0xFFFFFFFFFFFFFFFFF [](),:.9");
                }
                if (bad.length() == 0) {
                    bad.append('x');
                }
            }
            l.parse(bad.toString());
            if (l.kind == Kind.SETUP) {
                c.read(l);
                assertThat(c.qid).as("seed %d line %d", seed, i).isBetween(0, 0xFFFF);
            }
        }
    }
}
