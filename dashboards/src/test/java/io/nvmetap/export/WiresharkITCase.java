package io.nvmetap.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.cli.CommandRunner;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Transfer;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.rig.ToolSet;
import io.nvmetap.testkit.Boots;
import io.nvmetap.testkit.Child;
import io.nvmetap.testkit.RealTool;
import io.nvmetap.testkit.Tape;
import io.nvmetap.trace.TraceWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Wireshark's own dissector reads what is exported. */
class WiresharkITCase {
    /** What must be nowhere: packets that do not fit, PDUs without a command, wrong checksums. */
    private static final String BAD =
            "_ws.malformed || _ws.expert.severity == error || nvme-tcp.unknown_data"
                    + " || tcp.checksum.status == Bad || ip.checksum.status == Bad"
                    + " || tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment"
                    + " || tcp.analysis.out_of_order || tcp.analysis.retransmission"
                    + " || tcp.analysis.window_full";

    private static final String RECORDED = "!(frame.comment contains \"made up\")";

    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource({
        "linux-generic,guest",
        "linux-generic,device",
        "linux-intel,guest",
        "linux-apple-ans2,device",
        "chain,guest",
        "rebind,guest",
        "take-over,device"
    })
    void shouldBeDecodedAsManyCommandsAndCompletionsAsTheBootHas(String boot, String side)
            throws Exception {
        Path trace = Boots.recorded(boot);
        assertDecoded(trace, side);
    }

    @Test
    void shouldBeDecodedWhereALogIsAllThereIs() throws Exception {
        Path trace = Boots.imported("ovmf-2022.11-to-linux-6.1", folder.resolve("t.avro"));
        assertDecoded(trace, "device");
    }

    private void assertDecoded(Path trace, String side) throws Exception {
        List<CapturedEvent> events = Boots.events(trace);
        boolean guest = side.equals("guest");
        Path file = export(trace, "--side", side);

        assertThat(fields(file, BAD, "frame.number")).isEmpty();
        EventKind submitted = guest ? EventKind.COMMAND_FETCHED : EventKind.COMMAND_EMITTED;
        assertThat(
                        counts(
                                fields(file, RECORDED, "nvme.cmd.opc", "nvme.fabrics.cmd.opc")
                                        .stream()
                                        .map(String::strip)
                                        .filter(line -> !line.isEmpty())
                                        .toList(),
                                // Fabrics opcodes are shown as bytes.
                                line -> line.startsWith("0x") ? line : "0x" + line))
                .isEqualTo(
                        counts(
                                of(events, submitted),
                                e -> String.format("0x%02x", Sqe.opcode(e.entry, 0))));
        EventKind completed = guest ? EventKind.COMPLETION_COPIED : EventKind.COMPLETION_SEEN;
        String completions = RECORDED + " && nvme.cqe.sqid";
        assertThat(
                        counts(
                                fields(file, completions, "nvme.cqe.sqid", "nvme.cqe.cid"),
                                Function.identity()))
                .isEqualTo(
                        counts(
                                of(events, completed),
                                e ->
                                        String.format(
                                                "0x%04x\t0x%04x",
                                                Cqe.sqid(e.entry, 0), Cqe.cid(e.entry, 0))));
        assertThat(
                        fields(
                                file,
                                "nvme.cqe.status.p && nvme-tcp.cmd.qid != nvme.cqe.sqid",
                                "frame.number"))
                .as("completions in another queue's conversation")
                .isEmpty();
        assertThat(fields(file, "nvme-tcp.type == 5 && !nvme.cqe.sqid", "ip.id")).isEmpty();
    }

    @Test
    void shouldShowTheFieldsOfACommandAndItsData() throws Exception {
        Path file = export(Boots.recorded("linux-generic"), "--side", "guest");
        assertThat(fields(file, "nvme.cmd.identify.dword10.cns == 1", "nvme.cmd.cid")).isNotEmpty();
        assertThat(fields(file, "nvme.cmd.identify.ctrl.mn", "nvme.cmd.identify.ctrl.mn"))
                .isNotEmpty()
                .allMatch(model -> model.startsWith("nvmetap"));
        assertThat(fields(file, "nvme.cmd.slba", "nvme.cmd.slba")).hasSizeGreaterThan(100);
        assertThat(fields(file, "frame.comment contains \"opens\"", "nvme-tcp.type")).isNotEmpty();
    }

    @Test
    void shouldStayReadableWhenTheTraceIsFullOfFaults() throws Exception {
        Path trace = folder.resolve("odd.avro");
        byte[] huge = new byte[1 << 20];
        Arrays.fill(huge, (byte) 0x55);
        Tape tape =
                Tape.started("")
                        .emitted(1, 0, 1, Tape.read(5, 0))
                        .lose(3)
                        .emitted(1, 1, 2, Arrays.copyOf(Tape.read(5, 8), 128))
                        .payload(Side.DEVICE, Transfer.FROM_DEVICE, 1, 2, huge)
                        .seen(1, 0, 2, Tape.cqe(1, 5, 0x80))
                        .seen(1, 1, -1, Tape.cqe(1, 6, 0));
        try (TraceWriter writer = TraceWriter.open(trace)) {
            for (CapturedEvent e : tape.events()) {
                writer.append(e);
            }
        }
        Path file = export(trace);
        assertThat(fields(file, "_ws.malformed", "frame.number")).isEmpty();
        assertThat(fields(file, "nvme-tcp.unknown_data", "frame.comment"))
                .containsExactly("no command with this identifier is on its way");
        assertThat(fields(file, "nvme-tcp.data.offset", "nvme-tcp.data.offset")).hasSize(32);
    }

    private Path export(Path trace, String... more) {
        Path file = folder.resolve("out.pcapng");
        List<String> args = new ArrayList<>(List.of(trace.toString(), "--format", "pcapng"));
        args.addAll(List.of("--out", file.toString()));
        args.addAll(List.of(more));
        ExportCommand command = new ExportCommand(OutputStream.nullOutputStream(), System.err);
        int status = CommandRunner.run(command, args.toArray(String[]::new), System.err);
        assertThat(status).isZero();
        return file;
    }

    /** A line for each packet that a display filter lets through, of fields apart by tabs. */
    private List<String> fields(Path file, String filter, String... names)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(RealTool.require(ToolSet.TSHARK, "tshark").toString());
        command.addAll(List.of("-n", "-r", file.toString(), "-Y", filter, "-T", "fields"));
        command.addAll(List.of("-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"));
        for (String name : names) {
            command.addAll(List.of("-e", name));
        }
        return Child.lines(command, Path.of("/dev/null"), folder);
    }

    private static List<CapturedEvent> of(List<CapturedEvent> events, EventKind kind) {
        return events.stream().filter(e -> e.kind == kind).toList();
    }

    private static <T> Map<String, Integer> counts(List<T> items, Function<T, String> key) {
        Map<String, Integer> counts = new TreeMap<>();
        items.forEach(i -> counts.merge(key.apply(i), 1, Integer::sum));
        return counts;
    }
}
