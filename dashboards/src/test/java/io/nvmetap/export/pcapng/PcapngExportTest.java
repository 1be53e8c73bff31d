package io.nvmetap.export.pcapng;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Transfer;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.testkit.RandomTape;
import io.nvmetap.testkit.Tape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PcapngExportTest {
    private static final int COMMAND = 4;
    private static final int RESPONSE = 5;
    private static final int TO_CONTROLLER = 6;
    private static final int FROM_CONTROLLER = 7;
    private static final int READY = 9;

    private List<String> said;

    @Test
    void shouldOpenAConversationForAQueueAndCarryEntriesByteForByte() throws IOException {
        Tape tape = Tape.started("m").wholeRead(0, 7).wholeRead(1, 8);
        CaptureFile f = export(tape, Side.NONE);
        assertThat(f.section)
                .startsWith("session 00112233445566778899aabbccddeeff, guest side")
                .contains("mediator m");
        assertThat(f.interfaces)
                .containsExactly("nvme0-guest: controller 0, Model X, PCI 144d:a808, firmware FW1");
        assertThat(f.packets.stream().map(CaptureFile.Packet::pdu))
                .containsExactly(-1, -1, -1, 0, 1, 4, 5, 4, 5, 4, 5);
        byte[] connect = f.packets.get(5).payload();
        assertThat(connect[8]).isEqualTo((byte) 0x7F);
        assertThat(connect[8 + 42]).as("queue").isEqualTo((byte) 1);
        CaptureFile.Packet command = f.packets.get(7);
        assertThat(Arrays.copyOfRange(command.payload(), 8, 72)).isEqualTo(Tape.read(100, 0));
        assertThat(command.timeNs()).isEqualTo(Tape.WALL_CLOCK_MS * 1_000_000 + 2000);
        assertThat(command.comment()).isEmpty();
        byte[] response = f.packets.get(10).payload();
        assertThat(Arrays.copyOfRange(response, 8, 24)).isEqualTo(Tape.cqe(1, 101, 0));
        assertThat(said)
                .containsExactly(
                        "guest side", "2 commands", "2 completions", "1 conversations", "0 lost");
    }

    @Test
    void shouldTakeTheDeviceSideWhereNobodyStoodBetween() throws IOException {
        Tape tape = Tape.started("").emitted(0, 0, 1, Tape.admin(6, 3));
        assertThat(export(tape, Side.NONE).interfaces.get(0)).startsWith("nvme0-device");
        assertThatThrownBy(() -> export(tape, Side.GUEST))
                .isInstanceOf(CliFailure.class)
                .hasMessageContaining("use --side device");
    }

    @Test
    void shouldPutDataBeforeTheResponseWhicheverWayTheyGo() throws IOException {
        byte[] page = new byte[NvmeTcpPdu.DATA_BYTES_MAX + 5];
        page[NvmeTcpPdu.DATA_BYTES_MAX] = 77;
        Tape tape =
                Tape.started("m")
                        .emitted(0, 0, 1, Tape.admin(Opcodes.ADMIN_IDENTIFY, 5))
                        .seen(0, 0, 1, Tape.cqe(0, 5, 0))
                        .payload(Side.DEVICE, Transfer.FROM_DEVICE, 0, 1, page)
                        .emitted(0, 1, 2, Tape.admin(Opcodes.ADMIN_SET_FEATURES, 6))
                        .payload(Side.DEVICE, Transfer.TO_DEVICE, 0, 2, new byte[] {1, 2, 3})
                        .seen(0, 1, 2, Tape.cqe(0, 6, 0));
        CaptureFile f = export(tape, Side.DEVICE);
        assertThat(pdus(f))
                .containsExactly(
                        COMMAND,
                        FROM_CONTROLLER,
                        FROM_CONTROLLER,
                        RESPONSE,
                        COMMAND,
                        READY,
                        TO_CONTROLLER,
                        RESPONSE);
        byte[] last = f.packets.get(9).payload();
        assertThat(last).hasSize(24 + 5);
        assertThat(last[1]).as("last").isEqualTo((byte) 4);
        assertThat(last[24]).isEqualTo((byte) 77);
        assertThat(said).noneMatch(s -> s.contains("left out"));
    }

    @Test
    void shouldShowTheGuestWhatTheMediatorMadeOfTheData() throws IOException {
        Tape tape =
                Tape.started("m")
                        .fetched(0, 0, 1, Tape.admin(Opcodes.ADMIN_IDENTIFY, 5))
                        .payload(Side.DEVICE, Transfer.FROM_DEVICE, 0, 1, new byte[] {1, 1})
                        .payload(Side.GUEST, Transfer.FROM_DEVICE, 0, 1, new byte[] {2, 2})
                        .copied(0, 0, 1, Tape.cqe(0, 5, 0));
        CaptureFile f = export(tape, Side.GUEST);
        assertThat(pdus(f)).containsExactly(COMMAND, FROM_CONTROLLER, RESPONSE);
        assertThat(f.packets.get(8).payload()[24]).isEqualTo((byte) 2);
    }

    @Test
    void shouldSayWhatDoesNotFitIntoACapsule() throws IOException {
        byte[] long128 = Arrays.copyOf(Tape.read(1, 0), 128);
        long128[127] = (byte) 0xAB;
        Tape tape = Tape.started("").emitted(1, 0, 1, long128);
        CapturedEvent last = tape.events().get(1);
        last.known = ~0xFF00L;
        last.owner = Owner.MEDIATOR;
        String comment = export(tape, Side.NONE).packets.get(7).comment();
        assertThat(comment)
                .startsWith("issued by the mediator; bytes 64-127 of the entry: 0000")
                .contains("ab; not seen, shown as recorded: bytes 8-15");
    }

    @Test
    void shouldBeginAnewAfterAResetAndAfterTheQueueWasDeleted() throws IOException {
        Tape tape =
                Tape.started("")
                        .emitted(1, 0, 1, Tape.read(1, 0))
                        .add(new CapturedEvent().asReset(Side.DEVICE, ResetKind.CC_EN, Edge.BEGIN))
                        .seen(1, 0, 1, Tape.cqe(1, 1, 0))
                        .emitted(1, 0, 2, Tape.read(1, 0))
                        .emitted(0, 0, 3, Tape.deleteSq(9, 1))
                        .seen(0, 0, 3, Tape.cqe(0, 9, 0))
                        .emitted(1, 0, 4, Tape.read(1, 0));
        CaptureFile f = export(tape, Side.NONE);
        assertThat(f.packets.stream().filter(p -> p.flags() == 0x02).count()).isEqualTo(4);
        assertThat(f.packets.stream().filter(p -> p.flag(0x04)).count()).as("RST").isEqualTo(1);
        assertThat(f.packets.stream().filter(p -> p.flag(0x01)).count()).as("FIN").isEqualTo(2);
        assertThat(f.packets.stream().map(CaptureFile.Packet::conversation).distinct()).hasSize(4);
        CaptureFile.Packet late = f.packets.get(9);
        assertThat(late.pdu()).isEqualTo(RESPONSE);
        assertThat(late.conversation()).isEqualTo(f.packets.get(0).conversation());
    }

    @Test
    void shouldMarkReuseStrayCompletionsAndAWrongQueue() throws IOException {
        Tape tape =
                Tape.started("")
                        .emitted(1, 0, 1, Tape.read(5, 0))
                        .emitted(1, 1, 2, Tape.read(5, 8))
                        .seen(1, 0, 2, Tape.cqe(3, 5, 0))
                        .seen(1, 1, -1, Tape.cqe(1, 6, 0));
        CaptureFile f = export(tape, Side.NONE);
        assertThat(comments(f))
                .containsExactly(
                        "",
                        "this identifier is on its way already",
                        "the entry names submission queue 3",
                        "no command with this identifier is on its way");
        assertThat(f.packets.stream().map(CaptureFile.Packet::conversation).distinct()).hasSize(1);
    }

    @Test
    void shouldNotLetACommandPassForAConnectOfAnotherQueue() throws IOException {
        byte[] fabrics = Tape.read(1, 0x0005_0000);
        fabrics[0] = 0x7F;
        Tape tape =
                Tape.started("")
                        .emitted(0, 0, 1, fabrics)
                        .emitted(0, 1, 2, Tape.admin(Opcodes.ADMIN_IDENTIFY, 2))
                        .seen(0, 0, 1, Tape.cqe(0, 1, 1));
        CaptureFile f = export(tape, Side.NONE);
        assertThat(f.packets.get(7).comment()).startsWith("Wireshark takes opcode 7Fh for Fabrics");
        assertThat(f.packets.stream().map(CaptureFile.Packet::conversation).distinct()).hasSize(2);
        assertThat(f.packets.get(16).conversation()).isEqualTo(f.packets.get(0).conversation());
    }

    @Test
    void shouldCountLossesWhereTheyWereAndAtTheEnd() throws IOException {
        Tape tape =
                Tape.started("")
                        .emitted(1, 0, 1, Tape.read(1, 0))
                        .lose(5)
                        .emitted(1, 1, 2, Tape.read(2, 0));
        CaptureFile f = export(tape, Side.NONE);
        CaptureFile.Packet after = f.packets.get(8);
        assertThat(after.comment()).isEqualTo("5 events lost before this packet");
        assertThat(after.dropped()).isEqualTo(5);
        assertThat(f.interfaceDrops).containsExactly(5L);
        assertThat(said).contains("5 lost");
    }

    @Test
    void shouldLeaveOutWipedEntriesAndControllersWithoutAPlace() throws IOException {
        Tape tape = Tape.started("m").emitted(1, 0, -1, new byte[64]);
        tape.events().get(1).owner = Owner.MEDIATOR;
        tape.controller(Conversations.CONTROLLERS_MAX).emitted(1, 0, 1, Tape.read(1, 0));
        CaptureFile f = export(tape, Side.DEVICE);
        assertThat(f.packets).isEmpty();
        assertThat(said).contains("2 left out");
    }

    @Test
    void shouldKeepAQueueFullOfCommandsApart() throws IOException {
        Tape tape = Tape.started("");
        int all = 1 << 16;
        for (int i = 0; i < all; i++) {
            tape.emitted(1, i, i, Tape.read(i, i));
        }
        for (int i = all - 1; i >= 0; i--) {
            tape.seen(1, i, i, Tape.cqe(1, i, 0));
        }
        CaptureFile f = export(tape, Side.NONE);
        assertThat(comments(f)).hasSize(2 * all).allMatch(String::isEmpty);
    }

    @Test
    void shouldForgetTheQueueSilentForLongest() throws IOException {
        Tape tape = Tape.started("");
        for (int q = 1; q <= Conversations.QUEUES_MAX + 1; q++) {
            tape.emitted(q, 0, q, Tape.read(1, 0));
        }
        tape.emitted(2, 1, 90_000, Tape.read(2, 0)).emitted(1, 1, 90_001, Tape.read(2, 0));
        export(tape, Side.NONE);
        assertThat(said).contains("4,098 conversations");
    }

    @Test
    void shouldForgetWhereTheOldestCommandWentWhenThereAreTooMany() throws IOException {
        Tape tape = Tape.started("");
        for (int i = 0; i <= PcapngExport.COMMANDS_MAX; i++) {
            tape.emitted(1 + (i >> 16), i & 0xFFFF, i, Tape.read(i & 0xFFFF, i));
        }
        tape.seen(1, 0, 0, Tape.cqe(2, 0, 0)).seen(1, 1, 1, Tape.cqe(2, 1, 0));
        CaptureFile f = export(tape, Side.NONE);
        int all = f.packets.size();
        String second = f.packets.get((1 << 16) + 14).conversation();
        assertThat(f.packets.get(all - 2).conversation()).isEqualTo(second);
        assertThat(f.packets.get(all - 1).conversation()).isNotEqualTo(second);
        assertThat(f.packets.get(all - 1).comment()).contains("names submission queue 2");
    }

    @Test
    void shouldWriteAFileEvenIfThereIsNothingInIt() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new PcapngExport(out, Side.NONE).end();
        assertThat(CaptureFile.read(out.toByteArray()).section).startsWith("session 0000");
    }

    @Test
    void shouldDropTheOldestPayloadWhenTooMuchIsHeld() {
        HeldPayloads held = new HeldPayloads(10);
        for (long id = 1; id <= 3; id++) {
            CapturedEvent e = new CapturedEvent();
            e.asPayload(Side.DEVICE, Transfer.FROM_DEVICE, 0, 0, 4, new byte[4]).commandId = id;
            held.hold(e, Side.DEVICE);
        }
        assertThat(held.take(1)).isNull();
        assertThat(held.take(3)).isNotNull();
        assertThat(held.leftOut()).isEqualTo(2);
    }

    @Test
    void shouldWriteWholePacketsWhateverTheEventsSay() throws IOException {
        for (int i = 0; i < 200; i++) {
            long seed = 4711 + i;
            Tape tape = RandomTape.of(seed, 400);
            for (Side side : List.of(Side.GUEST, Side.DEVICE)) {
                CaptureFile f;
                try {
                    f = export(tape, side);
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError("seed " + seed, e);
                }
                assertThat(count(f, COMMAND))
                        .as("seed " + seed)
                        .isEqualTo(commands(tape, side) + count(f, 0));
            }
        }
    }

    private static long count(CaptureFile f, int pdu) {
        return f.packets.stream().filter(p -> p.pdu() == pdu).count();
    }

    private static long commands(Tape tape, Side side) {
        EventKind kind = side == Side.GUEST ? EventKind.COMMAND_FETCHED : EventKind.COMMAND_EMITTED;
        return tape.events().stream()
                .filter(e -> e.kind == kind && (e.owner != Owner.MEDIATOR || e.commandId != -1))
                .count();
    }

    private static List<Integer> pdus(CaptureFile f) {
        return f.packets.stream().skip(7).map(CaptureFile.Packet::pdu).toList();
    }

    /** Comments of what was recorded, not of what was made up around it. */
    private static List<String> comments(CaptureFile f) {
        return f.packets.stream().skip(7).map(CaptureFile.Packet::comment).toList();
    }

    private CaptureFile export(Tape tape, Side side) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PcapngExport export = new PcapngExport(out, side);
        long next = 0;
        for (CapturedEvent e : tape.events()) {
            if (e.seq > next) {
                export.lost(e.seq - next);
            }
            next = e.seq + 1;
            export.event(e);
        }
        said = export.end();
        return CaptureFile.read(out.toByteArray());
    }
}
