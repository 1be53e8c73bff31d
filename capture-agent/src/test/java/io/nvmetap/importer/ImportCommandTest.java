package io.nvmetap.importer;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.cli.CommandRunner;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportCommandTest {
    private static final Path EDK2 = Path.of("src/test/recordings/ovmf-2022.11-shell.log.gz");

    @TempDir private Path folder;
    private Path trace;
    private String out;
    private String err;

    @BeforeEach
    void nameTrace() {
        trace = folder.resolve("boot.avro");
    }

    private int run(String... args) {
        ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        int status =
                CommandRunner.run(
                        new ImportCommand(new PrintStream(outBytes, true)),
                        args,
                        new PrintStream(errBytes, true));
        out = outBytes.toString(StandardCharsets.UTF_8);
        err = errBytes.toString(StandardCharsets.UTF_8);
        return status;
    }

    private int qemu(Path log) {
        return run("--format", "qemu", log.toString(), "--out", trace.toString());
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text, StandardCharsets.ISO_8859_1);
    }

    @Test
    void shouldImportARealBootAndSayWhatItDid() throws IOException {
        assertThat(qemu(EDK2)).isZero();
        assertThat(out).contains("import    6,378 lines -> ").contains("drivers   EDK2");
        assertThat(err).isEmpty();
        assertThat(trace).isNotEmptyFile();
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactly(trace);
        }
    }

    @Test
    void shouldWriteTheSameBytesForTheSameLogUnderAnyName() throws IOException {
        qemu(EDK2);
        byte[] first = Files.readAllBytes(trace);
        trace = folder.resolve("another.avro");
        qemu(EDK2);

        assertThat(Files.readAllBytes(trace)).isEqualTo(first);
    }

    @Test
    void shouldSayWhatIsMissingWhenTheLogIsOfAnotherFormat() {
        assertThat(run("--format", "ftrace", EDK2.toString(), "--out", trace.toString()))
                .isEqualTo(3);
        assertThat(err).contains("no nvme tracepoint").hasLineCount(1);
        assertThat(run("--format", "tap", EDK2.toString(), "--out", trace.toString())).isEqualTo(3);
        assertThat(err).contains("no header of a tap").hasLineCount(1);
        assertThat(run("--format", "pcap", EDK2.toString(), "--out", trace.toString()))
                .isEqualTo(2);
        assertThat(trace).doesNotExist();
    }

    @Test
    void shouldRefuseOptionsOfAnotherFormat() {
        String log = EDK2.toString();
        String out = trace.toString();
        assertThat(run("--format", "qemu", log, "--out", out, "--join", log)).isEqualTo(2);
        assertThat(run("--format", "tap", log, "--out", out, "--mediator", "m")).isEqualTo(2);
        assertThat(err).hasLineCount(1);
    }

    @Test
    void shouldRefuseMissingEmptyAndForeignInputInOneLine() throws IOException {
        for (Path input :
                new Path[] {
                    folder.resolve("missing.log"),
                    folder,
                    Path.of("-"),
                    file("empty.log", ""),
                    file("garbage.log", "\u0001\u00ff\nahci: IRQ#2 level:1\n"),
                    file(
                            "other.log",
                            "1@1795353302.427752:pci_cfg_write mch 00:00.0 @0x90 <- 0x3\n")
                }) {
            assertThat(qemu(input)).as(input.toString()).isEqualTo(3);
            assertThat(err).as(input.toString()).hasLineCount(1).doesNotContain("internal");
            assertThat(trace).doesNotExist();
        }
    }

    @Test
    void shouldRefuseCutOffGzip() throws IOException {
        byte[] whole = Files.readAllBytes(EDK2);
        Path cut = Files.write(folder.resolve("cut.gz"), Arrays.copyOf(whole, whole.length / 2));

        assertThat(qemu(cut)).isEqualTo(3);
        assertThat(err).contains("gzip").hasLineCount(1);
        assertThat(trace).doesNotExist();
    }

    @Test
    void shouldRefuseAnOutputThatCannotBe() throws IOException {
        trace = folder.resolve("no/such/folder/boot.avro");
        assertThat(qemu(EDK2)).isEqualTo(3);
        assertThat(err).contains("folder").hasLineCount(1);

        Path log = file("boot.log", String.join("\n", SampleLines.running()) + "\n");
        trace = log;
        assertThat(qemu(log)).isEqualTo(2);
        assertThat(log).content().startsWith("pci_nvme_pci_reset");
    }

    @Test
    void shouldSayThatControllersAreMixedAndWhatWasNotParsed() throws IOException {
        Path log =
                file(
                        "two.log",
                        SampleLines.RESET + "\n" + SampleLines.RESET + "\npci_nvme_brand_new x\n");

        assertThat(qemu(log)).isZero();
        assertThat(out).contains("mixed     several controllers").contains("pci_nvme_brand_new");
    }
}
