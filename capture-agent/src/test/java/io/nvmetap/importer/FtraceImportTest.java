package io.nvmetap.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Unseen;
import io.nvmetap.trace.TraceReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A kernel's own view as a trace, alone and joined to a recording. */
class FtraceImportTest {
    private static final Path RECORDINGS = Path.of("src/test/recordings");
    private static final Path KERNEL = RECORDINGS.resolve("kernel");
    private static final Path LINUX_612 = KERNEL.resolve("linux-6.12.ftrace.txt.gz");

    @TempDir Path folder;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @Test
    void shouldImportARealLogOfLinux61() throws IOException {
        Path log = RECORDINGS.resolve("linux-6.1-ftrace-bind.ftrace.txt.gz");
        List<CapturedEvent> events = imported(log);
        assertThat(count(events, EventKind.COMMAND_EMITTED)).isEqualTo(547);
        assertThat(count(events, EventKind.COMPLETION_SEEN)).isEqualTo(547);
        assertThat(events.get(0).header.source()).isEqualTo("ftrace");
        assertThat(events.get(0).header.unseen())
                .contains(Unseen.OTHER, Unseen.SQE_FIELDS)
                .doesNotContain(Unseen.DEVICE_SIDE, Unseen.CPU);
        assertThat(events).extracting(e -> e.seq).isSorted();
        // Every completion is of a command that was seen.
        assertThat(events).noneMatch(e -> e.commandId == -1);
    }

    @Test
    void shouldImportARealLogOfLinux612AndWhatTraceCmdPrints() throws IOException {
        assertThat(count(imported(LINUX_612), EventKind.COMPLETION_SEEN)).isEqualTo(52);
        List<CapturedEvent> report = imported(KERNEL.resolve("linux-6.12-trace-cmd-report.txt.gz"));
        assertThat(count(report, EventKind.COMMAND_EMITTED)).isEqualTo(8);
        assertThat(report.get(3).entry[40]).isEqualTo((byte) 8);
        assertThat(report.get(2).knows(8, 2)).isTrue();
    }

    @Test
    void shouldGiveTheSameTraceForTheSameLog() throws IOException {
        Path one = folder.resolve("one.avro");
        Path two = folder.resolve("two.avro");
        run(LINUX_612, one, Optional.empty());
        run(LINUX_612, two, Optional.empty());
        assertThat(two).hasSameBinaryContentAs(one);
    }

    @Test
    void shouldTieACompletionByTagWhenTheKernelPrintsNoMore() throws IOException {
        List<CapturedEvent> events =
                imported(
                        "1.000000: nvme_setup_cmd: nvme0: qid=1, cmdid=4101, nsid=1, flags=0x0,"
                                + " meta=0x0, cmd=(nvme_cmd_flush cdw10=)",
                        "1.000100: nvme_complete_rq: nvme0: qid=1, cmdid=5, res=0x0, retries=0,"
                                + " flags=0x0, status=0x4002");
        CapturedEvent completion = events.get(2);
        assertThat(completion.commandId).isEqualTo(events.get(1).commandId);
        assertThat(completion.entry[12] & 0xFF | (completion.entry[13] & 0xFF) << 8)
                .isEqualTo(4101);
        assertThat(completion.entry[14] & 0xFF | (completion.entry[15] & 0xFF) << 8)
                .isEqualTo(0x8004);
    }

    @Test
    void shouldNotInventACompletionWhenTheKernelGaveUp() throws IOException {
        List<CapturedEvent> events =
                imported(
                        setup("1.000000", 0, 1, 7),
                        "31.000000: nvme_complete_rq: nvme0: qid=1, cmdid=7, res=0x0, retries=0,"
                                + " flags=0x1, status=0x371",
                        setup("31.100000", 0, 1, 7));
        assertThat(kinds(events))
                .containsExactly(
                        EventKind.CAPTURE_STARTED,
                        EventKind.COMMAND_EMITTED,
                        EventKind.ANNOTATION,
                        EventKind.COMMAND_EMITTED,
                        EventKind.CAPTURE_ENDED);
        assertThat(events.get(2).text).contains("given up by the kernel", "371h");
    }

    @Test
    void shouldNotSayTwiceThatACommandWentOutWhenItWasPreparedTwice() throws IOException {
        List<CapturedEvent> events =
                imported(setup("1.000000", 0, 1, 7), setup("1.000200", 0, 1, 7));
        assertThat(count(events, EventKind.COMMAND_EMITTED)).isEqualTo(1);
        assertThat(events.get(2).text).contains("prepared again");
    }

    @Test
    void shouldTellSqHeadsOnlyWhereItIsCertainWhose() throws IOException {
        List<CapturedEvent> events =
                imported(
                        setup("1.000000", 0, 1, 1),
                        setup("1.000001", 0, 1, 2),
                        setup("1.000002", 0, 1, 3),
                        head("1.000010", 2),
                        head("1.000011", 3),
                        complete("1.000020", 1),
                        complete("1.000021", 2),
                        head("1.000030", 3),
                        complete("1.000031", 3));
        List<CapturedEvent> seen =
                events.stream().filter(e -> e.kind == EventKind.COMPLETION_SEEN).toList();
        assertThat(seen).extracting(e -> e.knows(8, 2)).containsExactly(false, false, true);
        assertThat(seen.get(2).entry[8]).isEqualTo((byte) 3);
    }

    @Test
    void shouldCountWhatTheBufferLost() throws IOException {
        List<CapturedEvent> events =
                imported(
                        setup("1.000000", 0, 1, 1),
                        "CPU:0 [LOST 40 EVENTS]",
                        complete("1.000020", 1));
        assertThat(events.get(2).kind).isEqualTo(EventKind.EVENTS_LOST);
        assertThat(events.get(2).value).isEqualTo(40);
        assertThat(events.get(3).seq).isEqualTo(3 + 40);
        assertThat(events.get(3).commandId).isEqualTo(-1);
        assertThat(events.get(4).lost).isEqualTo(40);
    }

    @Test
    void shouldKeepControllersApart() throws IOException {
        List<CapturedEvent> events =
                imported(setup("1.000000", 3, 1, 1), setup("1.000100", 0, 1, 1));
        assertThat(events.get(0).header.controllers()).hasSize(2);
        assertThat(events.subList(1, 3)).extracting(e -> e.controller).containsExactly(0, 1);
        assertThat(count(events, EventKind.COMMAND_EMITTED)).isEqualTo(2);
    }

    @Test
    void shouldKeepWhatTheKernelSaysOfAsynchronousEvents() throws IOException {
        List<CapturedEvent> events =
                imported("1.000000: nvme_async_event: nvme0: NVME_AEN=0x000002 [NVME_AER_ERROR]");
        assertThat(events.get(1).text).contains("NVME_AEN=0x000002");
    }

    @Test
    void shouldJoinARealRecordingOfTheSameBoot() throws IOException {
        Path out = folder.resolve("j.avro");
        Path recording = KERNEL.resolve("linux-6.12.avro");
        run(LINUX_612, out, Optional.of(recording));
        assertThat(said()).contains("52 commands of the kernel's log found   0 not in");
        assertThat(said()).contains("the kernel's is known to 0.064 ms");
        List<CapturedEvent> before = read(recording);
        List<CapturedEvent> events = read(out);
        List<CapturedEvent> remarks = events.stream().filter(e -> e.label.equals("linux")).toList();
        assertThat(remarks).hasSize(2 * 52);
        assertThat(events).hasSize(before.size() + remarks.size());
        for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).seq).isEqualTo(i);
        }
        assertThat(events.get(0).sessionHex()).isNotEqualTo(before.get(0).sessionHex());
        assertCausesFirst(events);
    }

    /** Each remark on a preparation stands before the command, each on a taking behind it. */
    private static void assertCausesFirst(List<CapturedEvent> events) {
        for (int i = 0; i < events.size(); i++) {
            CapturedEvent e = events.get(i);
            if (e.label.equals("linux")) {
                boolean prepared = e.text.startsWith("nvme_setup_cmd");
                String[] words = e.text.split("[ =:]");
                int qid = Integer.parseInt(words[2]);
                int cid = Integer.parseInt(words[4]);
                EventKind kind = prepared ? EventKind.COMMAND_FETCHED : EventKind.COMPLETION_COPIED;
                int at = prepared ? 2 : 12;
                assertThat(prepared ? events.subList(i, events.size()) : events.subList(0, i))
                        .as(e.text)
                        .anyMatch(
                                o ->
                                        o.kind == kind
                                                && o.qid == qid
                                                && (o.entry[at] & 0xFF
                                                                | (o.entry[at + 1] & 0xFF) << 8)
                                                        == cid);
            }
        }
    }

    @Test
    void shouldJoinARealQemuLogOfTheSameBoot() throws IOException {
        Path qemu = folder.resolve("q.avro");
        Path out = folder.resolve("j.avro");
        byte[] digest = new byte[32];
        try (PartialTrace trace = new PartialTrace(qemu, digest)) {
            QemuLogImporter.run(
                    RECORDINGS.resolve("linux-6.1-ftrace-bind.log.gz"), "", trace::append);
            trace.finish();
        }
        run(RECORDINGS.resolve("linux-6.1-ftrace-bind.ftrace.txt.gz"), out, Optional.of(qemu));
        assertThat(said()).contains("547 commands of the kernel's log found   0 not in");
    }

    @Test
    void shouldRefuseToJoinWhatIsOfAnotherBoot() throws IOException {
        Path other = RECORDINGS.resolve("boots/shell.avro");
        Path out = folder.resolve("j.avro");
        assertThatThrownBy(() -> run(LINUX_612, out, Optional.of(other)))
                .isInstanceOf(CliFailure.class)
                .hasMessageContaining("same run of the same guest");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void shouldTellWhatIsOnlyInTheKernelsLog() throws IOException {
        String text =
                new String(
                        new java.util.zip.GZIPInputStream(Files.newInputStream(LINUX_612))
                                .readAllBytes(),
                        StandardCharsets.UTF_8);
        Path log = folder.resolve("l.txt");
        Files.writeString(log, text + "x-1 [000] .... " + setup("6.000000", 0, 1, 999) + "\n");
        Path out = folder.resolve("j.avro");
        run(log, out, Optional.of(KERNEL.resolve("linux-6.12.avro")));
        assertThat(said()).contains("1 not in the recording");
        assertThat(read(out))
                .anyMatch(
                        e ->
                                e.text.equals(
                                        "nvme_setup_cmd qid=1 cmdid=999: this command is not in the recording"));
    }

    @Test
    void shouldReadATraceDatWithTraceCmdAndSayWhenThereIsNone() throws IOException {
        Path dat = folder.resolve("trace.dat");
        Files.write(dat, new byte[] {0x17, 0x08, 0x44, 't', 'r', 'a', 'c', 'i', 'n', 'g', 0});
        Path out = folder.resolve("t.avro");
        assertThatThrownBy(() -> run(dat, out, Optional.empty(), "/nowhere/trace-cmd"))
                .isInstanceOf(CliFailure.class)
                .hasMessageContaining("trace-cmd, which is not on this machine");
        Path good =
                script(
                        "good",
                        "[ \"$1 $2 $3\" = \"report -i "
                                + dat
                                + "\" ] || exit 9\n"
                                + "echo 'x-1 [000] .... "
                                + setup("1.000000", 0, 1, 1)
                                + "'\n");
        run(dat, out, Optional.empty(), good.toString());
        assertThat(count(read(out), EventKind.COMMAND_EMITTED)).isEqualTo(1);
        Path bad = script("bad", "echo 'no header page' >&2\nexit 1\n");
        assertThatThrownBy(() -> run(dat, out, Optional.empty(), bad.toString()))
                .isInstanceOf(CliFailure.class)
                .hasMessageContaining("cannot read it: no header page");
    }

    @Test
    void shouldStopATraceCmdThatDoesNotEnd() throws IOException {
        Path dat = Files.write(folder.resolve("trace.dat"), new byte[] {1});
        Path slow = script("slow", "exec sleep 600\n");
        assertThatThrownBy(() -> TraceCmd.report(slow.toString(), dat, 1))
                .isInstanceOf(CliFailure.class)
                .hasMessageContaining("took over 1 s");
    }

    @Test
    void shouldRefuseToJoinMoreCommandsThanItHolds() throws IOException {
        Path recording = KERNEL.resolve("linux-6.12.avro");
        assertThatThrownBy(() -> KernelJoin.readBoth(LINUX_612, recording, 51))
                .isInstanceOf(CliFailure.class)
                .hasMessageContaining("over 51 commands in the recording");
        Path small = folder.resolve("small.avro");
        run(LINUX_612, small, Optional.empty());
        Path log = RECORDINGS.resolve("linux-6.1-ftrace-bind.ftrace.txt.gz");
        assertThatThrownBy(() -> KernelJoin.readBoth(log, small, 100))
                .isInstanceOf(CliFailure.class)
                .hasMessageContaining("over 100 commands in the kernel's log");
    }

    @Test
    void shouldForgetTheOldestCommandInFlightWhenThereAreTooMany() throws IOException {
        StringBuilder log = new StringBuilder();
        for (int i = 0; i <= FtraceTranslator.OPEN_MAX; i++) {
            int cid = i % 4096;
            log.append("x-1 [000] .... ").append(setup("1.000000", 0, 1 + i / 4096, cid));
            log.append('\n');
        }
        log.append("x-1 [000] .... ").append(complete("2.000000", 0)).append('\n');
        log.append("x-1 [000] .... ").append(complete("2.000000", 1)).append('\n');
        List<CapturedEvent> events =
                imported(Files.writeString(folder.resolve("log.txt"), log.toString()));
        int n = events.size();
        assertThat(events.get(n - 3).commandId).isEqualTo(-1);
        assertThat(events.get(n - 2).commandId).isEqualTo(2);
    }

    @Test
    void shouldTakeSoManyControllersAndQueuesAndNoMore() throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i <= FtraceSurvey.CONTROLLERS_MAX; i++) {
            lines.add(setup("1.000000", i, 1, 1));
        }
        for (int q = 1; q <= FtraceTranslator.QUEUES_MAX; q++) {
            lines.add("1.000000: nvme_sq: nvme0: qid=" + q + ", head=1, tail=1");
        }
        lines.add("1.000000: nvme_sq: nvme0: qid=5000, head=1, tail=1");
        lines.add("1.000000: nvme_complete_rq: nvme0: qid=5000, cmdid=1, res=0x0, status=0x0");
        lines.add("1.000000: nvme_complete_rq: nvme0: qid=9, cmdid=1, res=0x0, status=0x0");
        List<CapturedEvent> events = imported(lines.toArray(String[]::new));
        assertThat(events.get(0).header.controllers()).hasSize(FtraceSurvey.CONTROLLERS_MAX);
        assertThat(count(events, EventKind.COMMAND_EMITTED))
                .isEqualTo(FtraceSurvey.CONTROLLERS_MAX);
        int n = events.size();
        assertThat(events.get(n - 3).knows(8, 2)).isFalse();
        assertThat(events.get(n - 2).knows(8, 2)).isTrue();
    }

    private Path script(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return file;
    }

    private static String setup(String time, int instance, int qid, int cid) {
        return time
                + ": nvme_setup_cmd: nvme"
                + instance
                + ": qid="
                + qid
                + ", cmdid="
                + cid
                + ", nsid=1, flags=0x0, meta=0x0, cmd=(nvme_cmd_read slba=0, len=7, ctrl=0x0,"
                + " dsmgmt=0, reftag=0)";
    }

    private static String complete(String time, int cid) {
        return time
                + ": nvme_complete_rq: nvme0: qid=1, cmdid="
                + cid
                + ", res=0x0, retries=0, flags=0x0, status=0x0";
    }

    private static String head(String time, int head) {
        return time + ": nvme_sq: nvme0: qid=1, head=" + head + ", tail=3";
    }

    private List<CapturedEvent> imported(String... lines) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String line : lines) {
            text.append(line.startsWith("CPU") ? "" : "x-1 [000] .... ").append(line).append('\n');
        }
        return imported(Files.writeString(folder.resolve("log.txt"), text));
    }

    private List<CapturedEvent> imported(Path log) throws IOException {
        Path trace = folder.resolve("t.avro");
        run(log, trace, Optional.empty());
        return read(trace);
    }

    private void run(Path log, Path out, Optional<Path> join) throws IOException {
        run(log, out, join, "trace-cmd");
    }

    private void run(Path log, Path out, Optional<Path> join, String traceCmd) throws IOException {
        FtraceImport.run(log, out, join, traceCmd, new PrintStream(said, true));
    }

    private String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    private static List<EventKind> kinds(List<CapturedEvent> events) {
        return events.stream().map(e -> e.kind).toList();
    }

    private static long count(List<CapturedEvent> events, EventKind kind) {
        return events.stream().filter(e -> e.kind == kind).count();
    }

    private static List<CapturedEvent> read(Path trace) throws IOException {
        List<CapturedEvent> events = new ArrayList<>();
        CapturedEvent e = new CapturedEvent();
        try (TraceReader reader = TraceReader.open(trace)) {
            while (reader.next(e)) {
                events.add(e.copy());
            }
        }
        return events;
    }
}
