package io.nvmetap.qtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What may sit at the other end of a qtest socket. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class QtestChannelITCase {
    private static final long SHORT_NS = 200_000_000;
    private static final long LONG_NS = 20_000_000_000L;

    @TempDir private Path folder;

    private String ask(Function<String, String> peer, String request, long ns) throws IOException {
        Path socket = folder.resolve("q.sock");
        try (FakeQemu fake = new FakeQemu(socket, peer);
                QtestChannel channel = new QtestChannel(socket, ns)) {
            return channel.ask(request);
        }
    }

    @Test
    void shouldTakeAnswersAndLeaveOutInterrupts() throws IOException {
        assertThat(ask(line -> "IRQ raise 16\nIRQ lower 16\r\nOK 0x1\n", "inl 0xcfc", LONG_NS))
                .isEqualTo("0x1");
    }

    @Test
    void shouldTakeTheLongestAnswerThatMemoryNeeds() throws IOException {
        String memory = "A".repeat(4 * QtestMachine.CHUNK_BYTES / 3);
        assertThat(ask(line -> "OK " + memory + "\n", "b64read 0 1", LONG_NS)).isEqualTo(memory);
    }

    @Test
    void shouldSayThatNobodyListens() throws IOException {
        Path socket = folder.resolve("none.sock");
        assertThatThrownBy(() -> new QtestChannel(socket, LONG_NS))
                .hasMessageContaining("no such socket; start QEMU with -S -qtest unix:");
        Files.createFile(socket);
        assertThatThrownBy(() -> new QtestChannel(socket, LONG_NS))
                .hasMessageContaining("nobody serves qtest there");
    }

    @Test
    void shouldNotWaitForeverForASilentPeer() {
        assertThatThrownBy(() -> ask(line -> "", "readl 0x10", SHORT_NS))
                .hasMessage("QEMU did not answer 'readl 0x10' within 0.2 s");
    }

    @Test
    void shouldNotWaitForeverForAPeerThatReadsNothing() throws IOException {
        Path socket = folder.resolve("q.sock");
        try (ServerSocketChannel busy = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            busy.bind(UnixDomainSocketAddress.of(socket));
            try (QtestChannel channel = new QtestChannel(socket, SHORT_NS)) {
                assertThatThrownBy(() -> channel.ask("A".repeat(8 << 20)))
                        .hasMessageContaining("within 0.2 s");
            }
        }
    }

    @Test
    void shouldSayThatQemuWentAway() {
        assertThatThrownBy(() -> ask(line -> FakeQemu.GONE, "readl 0x10", LONG_NS))
                .hasMessage("QEMU closed its qtest socket");
    }

    @Test
    void shouldSaySoAgainToWhomeverAsksAgain() throws IOException {
        Path socket = folder.resolve("q.sock");
        try (FakeQemu fake = new FakeQemu(socket, line -> FakeQemu.GONE);
                QtestChannel channel = new QtestChannel(socket, LONG_NS)) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> channel.ask("readl 0x10"))
                        .hasMessage("QEMU closed its qtest socket");
            }
        }
    }

    @Test
    void shouldBoundALineThatDoesNotEnd() {
        String endless = "x".repeat(QtestChannel.LINE_BYTES_MAX + (1 << 20));
        assertThatThrownBy(() -> ask(line -> endless, "readl 0x10", LONG_NS))
                .hasMessageContaining("a line of more than 1048576 bytes");
    }

    @Test
    void shouldBoundInterruptsThatDoNotEnd() {
        String storm = "IRQ raise 1\n".repeat(QtestChannel.UNASKED_MAX + 1);
        assertThatThrownBy(() -> ask(line -> storm, "readl 0x10", LONG_NS))
                .hasMessageContaining("more than 10000 interrupts");
    }

    @Test
    void shouldSayThatItIsNoQtest() {
        assertThatThrownBy(() -> ask(line -> "220 mail ready\n", "readl 0x10", LONG_NS))
                .hasMessage("'220 mail ready' is no answer of qtest");
    }

    private QtestFunction find(Function<String, String> peer) throws IOException {
        Path socket = folder.resolve("q.sock");
        try (FakeQemu fake = new FakeQemu(socket, peer);
                QtestMachine machine = new QtestMachine(socket, LONG_NS)) {
            return QtestFunction.find(machine);
        }
    }

    @Test
    void shouldSayThatTheMachineIsNoPc() {
        assertThatThrownBy(() -> find(line -> "OK 0x0\n"))
                .hasMessageContaining("the machine is no PC; start QEMU with -machine q35");
    }

    @Test
    void shouldSayThatTheMachineHasNoNvmeFunction() {
        assertThatThrownBy(() -> find(new EmptyPc()))
                .hasMessageContaining("no NVMe function on PCI bus 0; start QEMU with -device");
    }

    /** Firmware configuration of a PC, and nothing on its PCI bus. */
    private static final class EmptyPc implements Function<String, String> {
        private static final String SIGNATURE = "QEMU";
        private int bytes;

        @Override
        public String apply(String line) {
            if (line.startsWith("inl")) {
                return "OK 0xffffffff\n";
            }
            boolean signature = line.startsWith("inb") && bytes < SIGNATURE.length();
            return signature
                    ? String.format("OK 0x%x\n", (int) SIGNATURE.charAt(bytes++))
                    : "OK 0x1\n";
        }
    }
}
