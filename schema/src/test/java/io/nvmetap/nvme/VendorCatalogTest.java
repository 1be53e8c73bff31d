package io.nvmetap.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VendorCatalogTest {
    private static VendorCatalog parse(String text) throws VendorCatalogException {
        return VendorCatalog.bundled().with("mine.txt", text);
    }

    @Test
    void shouldKnowApplesTunnel() {
        VendorCommand tunnel = VendorCatalog.bundled().find(true, 0xD8).orElseThrow();
        assertThat(tunnel.name()).isEqualTo("Apple Tunnel");
        assertThat(tunnel.subopByte()).hasValue(12);
        assertThat(tunnel.subopName(0x06)).isEqualTo("Set Time");
        assertThat(tunnel.subopName(0x38)).isEqualTo("NAND Id");
        assertThat(tunnel.subopName(0xBA)).isEqualTo("NAND Geometry");
        assertThat(tunnel.subopName(0x99)).isEqualTo("sub-operation 99h");

        byte[] sqe = new byte[64];
        Sqe.putCdw11(sqe, 0, 0x8000_1000);
        Sqe.putCdw12(sqe, 0, 0x8);
        Sqe.putCdw13(sqe, 0, 0x2000);
        assertThat(tunnel.request().address(sqe, 0)).isEqualTo(0x8_8000_1000L);
        assertThat(tunnel.reply().address(sqe, 0)).isEqualTo(0x2000L);
        assertThat(tunnel.request().known(~Sqe.KNOWN_CDW12)).isFalse();
        assertThat(VendorCatalog.bundled().find(false, 0xD8)).isEmpty();
        assertThat(VendorCatalog.empty().find(true, 0xD8)).isEmpty();
    }

    @Test
    void shouldNoteApplesFlagBits() {
        assertThat(VendorCatalog.bundled().flagNote(false, 0x04)).isPresent();
        assertThat(VendorCatalog.bundled().flagNote(false, 0x40)).isEmpty();
        assertThat(VendorCatalog.bundled().flagNote(true, 0x04)).isEmpty();
    }

    @Test
    void shouldLayAUsersFileOnTop() throws VendorCatalogException {
        VendorCatalog mine =
                parse(
                        """
                        # my drive
                        io C5 | Turbo Read | request=prp1 reply=prp2 | fast

                        admin D8 sub 99 | Secret | -
                        """);
        assertThat(mine.find(false, 0xC5).orElseThrow().request().present()).isTrue();
        assertThat(mine.find(true, 0xD8).orElseThrow().subopName(0x99)).isEqualTo("Secret");
        assertThat(mine.find(true, 0xD8).orElseThrow().subopName(6)).isEqualTo("Set Time");
        assertThat(mine.commands()).hasSize(2);
        assertThat(parse("admin D8 | Mine | - |").find(true, 0xD8).orElseThrow().name())
                .isEqualTo("Mine");
        assertThat(VendorCatalog.bundled().commands()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "fabric C1 | X | - | n ~ begin with 'admin OPCODE' or 'io OPCODE'",
                "admin ~ begin with 'admin OPCODE' or 'io OPCODE'",
                "admin G1 | X | - | n ~ 'G1' is no hexadecimal byte (00 to FF, no prefix)",
                "admin 0xC1 | X | - | n ~ '0xC1' is no hexadecimal byte (00 to FF, no prefix)",
                "admin C1 | X ~ 2 columns where 4 belong: SCOPE OPCODE | NAME | LAYOUT | NOTE",
                "admin C1 | | - | n ~ a name is missing",
                "admin 06 | X | - | n ~ admin 06 is Identify; only vendor or reserved opcodes can be"
                        + " named",
                "admin C1 | X | foo=prp1 | n ~ layout 'foo=prp1': use request=, reply=, subop= or"
                        + " '-'",
                "admin C1 | X | prp1 | n ~ layout 'prp1': use request=, reply=, subop= or '-'",
                "admin C1 | X | request=cdw9:cdw16 | n ~ 'cdw9:cdw16': use prp1, prp2 or"
                        + " cdwHIGH:cdwLOW with 10..15",
                "admin C1 | X | subop=4096 | n ~ subop '4096': give a decimal byte offset up to 4095",
                "admin C1 sub 01 | X | n ~ name admin C1 before its sub-operations",
                "io flags 00 | X | n ~ a flag mask needs at least one bit",
                "io flags | X | n ~ expected 'SCOPE flags MASK | NAME | NOTE'",
                "io C1 x | X | - | n ~ expected 'SCOPE OPCODE', 'SCOPE OPCODE sub CODE' or 'SCOPE"
                        + " flags MASK'",
            })
    void shouldTellTheLineAndTheRemedyOfAMistake(String line, String message) {
        assertThatThrownBy(() -> parse("# one\nio F0 | Good | - | n\n" + line + "\n"))
                .isInstanceOf(VendorCatalogException.class)
                .hasMessage("mine.txt:3: " + message);
    }

    @Test
    void shouldRefuseASecondNameForOneOpcode() {
        assertThatThrownBy(() -> parse("io C1 | A | - | n\nio C1 | B | - | n"))
                .hasMessage("mine.txt:2: io C1 is named twice; keep one");
    }

    @Test
    void shouldHoldItsBounds() throws VendorCatalogException {
        assertThat(parse("#\n".repeat(VendorCatalog.MAX_LINES)).commands()).hasSize(1);
        assertThatThrownBy(() -> parse("#\n".repeat(VendorCatalog.MAX_LINES + 1)))
                .hasMessage("mine.txt: more than 4096 lines; split the file");
        assertThatThrownBy(() -> parse("#".repeat(VendorCatalog.MAX_BYTES + 1)))
                .hasMessageStartingWith("mine.txt: larger than 262144 bytes");
    }

    @Test
    void shouldReadAFileOrSayWhyNot(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("catalog.txt");
        Files.writeString(file, "io C1 | Mine | - | n\n");
        assertThat(VendorCatalog.bundled().withFile(file).find(false, 0xC1)).isPresent();

        Files.write(file, new byte[] {(byte) 0xFF, (byte) 0xFE, 0});
        assertError(file, file + ": not UTF-8 text");
        Files.write(file, new byte[VendorCatalog.MAX_BYTES + 1]);
        assertError(file, file + ": larger than");
        assertError(folder.resolve("none"), folder.resolve("none") + ": cannot be read");
    }

    private static void assertError(Path file, String start) throws IOException {
        assertThatThrownBy(() -> VendorCatalog.bundled().withFile(file))
                .isInstanceOf(VendorCatalogException.class)
                .hasMessageStartingWith(start);
    }
}
