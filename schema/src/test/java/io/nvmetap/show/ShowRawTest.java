package io.nvmetap.show;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.trace.TraceWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShowRawTest {
    @TempDir Path folder;

    private List<String> show(String... more) throws IOException {
        Path trace = folder.resolve("t.avro");
        byte[] sqe = new byte[Sqe.SIZE];
        Sqe.putOpcode(sqe, 0, 0xC1);
        Sqe.putCid(sqe, 0, 0x1234);
        CapturedEvent command =
                new CapturedEvent().asCommand(EventKind.COMMAND_EMITTED, 0, 0, sqe, 0, Sqe.SIZE);
        command.known = Sqe.KNOWN_OPCODE | Sqe.KNOWN_CID;
        try (TraceWriter writer = TraceWriter.open(trace)) {
            writer.append(
                    new CapturedEvent().asCaptureStarted(CaptureStarted.unknown()).at(0, 0, -1, 0));
            writer.append(command.at(1, 1, -1, 0));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String[] args = new String[more.length + 1];
        args[0] = trace.toString();
        System.arraycopy(more, 0, args, 1, more.length);
        int status = CommandRunner.run(new ShowCommand(new PrintStream(out)), args, System.err);
        assertThat(status).isEqualTo(ExitStatus.OK);
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void shouldPrintTheBytesOfAnEntryAndWhichOfThemWereNotSeen() throws IOException {
        List<String> lines = show("--raw");
        assertThat(lines).hasSize(2 + 4);
        assertThat(lines.get(2).strip())
                .isEqualTo("00: c1 -- 34 12 -- -- -- -- -- -- -- -- -- -- -- --");
        assertThat(lines.get(5).strip()).startsWith("30: -- --");
    }

    @Test
    void shouldNotPrintThemUnlessAsked() throws IOException {
        assertThat(show()).hasSize(2);
    }
}
