package io.nvmetap.importer;

import static io.nvmetap.importer.SampleLines.RESET;
import static io.nvmetap.importer.SampleLines.enable;
import static io.nvmetap.importer.SampleLines.of;
import static io.nvmetap.importer.SampleLines.running;
import static io.nvmetap.importer.SampleLines.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Unseen;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class QemuLogImporterTest {
    @Test
    void shouldReadBothStylesInOneLog() {
        ImportedLog log =
                ImportedLog.verbatim(
                        "7@1795353028.000000:pci_nvme_irq_pin pulsing IRQ pin\n"
                                + "2026-11-22T13:10:28.500000Z pci_nvme_irq_pin pulsing IRQ pin\n"
                                + "pci_nvme_irq_pin pulsing IRQ pin\n"
                                + "2026-11-22T13:10:29.000000Z qemu-system-x86_64: terminating\n"
                                + "ahci: IRQ#2 level:1\n"
                                + "7@1795353029.000001:pci_nvme_irq_pin pulsing IRQ pin\n",
                        "");

        assertThat(log.all(EventKind.INTERRUPT_RAISED))
                .extracting(e -> e.timeNs)
                .containsExactly(0L, 500_000_000L, 500_000_000L, 1_000_001_000L);
        assertThat(log.report().foreign()).isEqualTo(2);
        assertThat(log.header().wallClockMs()).isEqualTo(1_795_353_028_000L);
    }

    @Test
    void shouldNeverLetTimeGoBack() {
        ImportedLog log =
                ImportedLog.verbatim(
                        "7@1795353028.000009:pci_nvme_irq_pin pulsing IRQ pin\n"
                                + "7@1795353028.000007:pci_nvme_irq_pin pulsing IRQ pin\n",
                        "");

        assertThat(log.events()).isSortedAccordingTo((a, b) -> Long.compare(a.timeNs, b.timeNs));
    }

    @Test
    void shouldCountLinesWhereThereIsNoTime() {
        ImportedLog log = ImportedLog.verbatim(RESET + "\n" + write(0x14, 0) + "\n", "");

        assertThat(log.only(EventKind.REGISTER_WRITTEN).timeNs).isEqualTo(2_000);
        assertThat(log.notes("importer")).anyMatch(t -> t.contains("no timestamps"));
        assertThat(log.header().wallClockMs()).isZero();
    }

    @Test
    void shouldSayWhatSuchALogLacks() {
        CaptureStarted h = ImportedLog.of(of(RESET, enable())).header();

        assertThat(h.source()).isEqualTo("qemu-log");
        assertThat(h.mediated()).isFalse();
        assertThat(h.timeResolutionNs()).isEqualTo(1_000);
        assertThat(h.unseen())
                .contains(
                        Unseen.GUEST_SIDE,
                        Unseen.REGISTER_READ_VALUES,
                        Unseen.SQE_FIELDS,
                        Unseen.CQE_SQHD,
                        Unseen.CQE_PHASE,
                        Unseen.CQE_SQID,
                        Unseen.MSIX_TABLE,
                        Unseen.INTERRUPT_DELIVERY,
                        Unseen.STORES,
                        Unseen.LOCKS,
                        Unseen.PAYLOAD,
                        Unseen.DECISIONS,
                        Unseen.RESETS,
                        Unseen.PCI_CONFIG,
                        Unseen.SLOTS,
                        Unseen.CONTROLLER_IDENTITY,
                        Unseen.REAL_TIME)
                .doesNotContain(Unseen.DEVICE_SIDE, Unseen.OTHER, Unseen.CPU);
        assertThat(ImportedLog.verbatim(RESET + "\n", "").header().unseen())
                .contains(Unseen.CPU, Unseen.OTHER);
    }

    @Test
    void shouldNumberTheThreadsThatAccessRegisters() {
        ImportedLog log =
                ImportedLog.verbatim(
                        "50@1795353000.000001:"
                                + write(0x14, 0)
                                + "\n60@1795353000.000002:pci_nvme_mmio_read addr 0x8 size 4"
                                + "\n50@1795353000.000003:pci_nvme_mmio_read addr 0x8 size 4\n",
                        "");

        assertThat(log.events())
                .filteredOn(e -> e.cpu >= 0)
                .extracting(e -> e.cpu)
                .containsExactly(0, 1, 0);
    }

    @Test
    void shouldTakeValueAndCpuFromMemoryRegionLines() {
        ImportedLog log =
                ImportedLog.of(
                        "pci_nvme_mmio_read addr 0x1c size 4",
                        "memory_region_ops_read cpu 3 mr 0x55bbd7d1d100 addr 0xfebf001c value 0x9"
                                + " size 4 name 'nvme'",
                        "memory_region_ops_write cpu 2 mr 0x55bbd7d1d100 addr 0xfebf0014 value 0x0"
                                + " size 4 name 'nvme'",
                        write(0x14, 0),
                        "pci_nvme_mmio_read addr 0x0 size 4",
                        "memory_region_ops_read cpu 3 mr 0x55 addr 0x60 value 0x9 size 1 name"
                                + " 'serial'");

        List<CapturedEvent> reads = log.all(EventKind.REGISTER_READ);
        assertThat(reads.get(0).flag).isTrue();
        assertThat(reads.get(0).value).isEqualTo(9);
        assertThat(reads.get(0).cpu).isEqualTo(3);
        assertThat(reads.get(1).flag).isFalse();
        assertThat(log.only(EventKind.REGISTER_WRITTEN).cpu).isEqualTo(2);
        assertThat(log.header().unseen()).doesNotContain(Unseen.REGISTER_READ_VALUES, Unseen.CPU);
        assertThat(log.report().unused()).isEqualTo(1);
        assertThat(log.report().folded()).isEqualTo(2);
    }

    @Test
    void shouldTellMsixControlWrites() {
        ImportedLog log =
                ImportedLog.of(
                        "pci_cfg_write nvme 00:02.0 @0x42 <- 0xc040",
                        "msix_write_config dev nvme enabled 1 masked 1",
                        "pci_cfg_write nvme 00:02.0 @0x40 <- 0x80400011",
                        "msix_write_config dev nvme enabled 1 masked 0",
                        "pci_cfg_write nvme 00:02.0 @0x4 <- 0x7",
                        "pci_cfg_write VGA 00:01.0 @0x42 <- 0xc040",
                        "msix_write_config dev nvme enabled 1 masked 1",
                        "msix_write_config dev VGA enabled 1 masked 1",
                        "pci_update_mappings_add d=0x1 00:02.0 0,0xfebf0000+0x4000");

        List<CapturedEvent> writes = log.all(EventKind.REGISTER_WRITTEN);
        assertThat(writes).hasSize(2).allMatch(e -> e.space == RegisterSpace.PCI_CONFIG);
        assertThat(writes.get(0).registerOffset).isEqualTo(0x42);
        assertThat(writes.get(0).widthBytes).isEqualTo(2);
        assertThat(writes.get(0).value).isEqualTo(0xC040);
        assertThat(writes.get(1).widthBytes).isEqualTo(4);
        assertThat(log.report().unused()).isEqualTo(5);
        assertThat(log.report().unparsed()).isEmpty();
    }

    @Test
    void shouldLeaveOutALastLineThatMayHaveLostDigits() {
        String whole = "pci_nvme_enqueue_req_completion cid 1 cqid 0 dw0 0x0 dw1 0x0 status 0x40";
        ImportedLog cut = ImportedLog.verbatim(RESET + "\n" + whole, "");
        ImportedLog ended =
                ImportedLog.verbatim("pci_nvme_irq_pin pulsing IRQ pin\n" + whole + "\n", "");
        ImportedLog clear = ImportedLog.verbatim(RESET + "\n" + write(0x14, 0), "");

        assertThat(cut.all(EventKind.COMPLETION_SEEN)).isEmpty();
        assertThat(cut.notes("importer")).anyMatch(t -> t.contains("cut off"));
        assertThat(ended.all(EventKind.COMPLETION_SEEN)).hasSize(1);
        assertThat(clear.all(EventKind.REGISTER_WRITTEN)).hasSize(1);
    }

    @Test
    void shouldTellNothingFromADamagedLine() {
        ImportedLog log =
                ImportedLog.of(
                        "pci_nvme_mmio_write addr 0x14 data",
                        "pci_nvme_irq_msix raising MSI-X IRQ vector 99999",
                        "pci_nvme_mmio_doorbell_sq sqid 70000 new_tail 1",
                        "pci_nvme_update_sq_tail sqid 70000 new_tail 1");

        assertThat(log.kinds()).containsOnly(EventKind.ANNOTATION);
        assertThat(log.report().unparsed()).hasSize(4);
    }

    @Test
    void shouldSayWhoEnablesAndNameThemInTheHeader() {
        ImportedLog log =
                ImportedLog.of(
                        of(
                                RESET,
                                enable(0xff003f, 0x460001),
                                SampleLines.disable(),
                                write(0x14, 0x460060),
                                enable(0x1f001f, 0x460061)));

        assertThat(log.notes("firmware")).containsExactly("SeaBIOS", "Linux");
        assertThat(log.header().firmware()).isEqualTo("SeaBIOS (by its behaviour)");
        assertThat(log.header().os()).isEqualTo("Linux (by its behaviour)");
        assertThat(log.report().driversInTurn()).containsExactly("SeaBIOS", "Linux");
    }

    @Test
    void shouldGiveTheSameEventsForTheSameLog() {
        String[] lines = running();

        List<CapturedEvent> a = ImportedLog.of(lines).events();
        List<CapturedEvent> b = ImportedLog.of(lines).events();

        assertThat(a).hasSameSizeAs(b);
        assertThat(a.get(0).sessionHex()).isEqualTo(b.get(0).sessionHex());
        assertThat(ImportedLog.of(of(running(), RESET)).events().get(0).sessionHex())
                .isNotEqualTo(a.get(0).sessionHex());
    }

    @Test
    void shouldTellGzipByItsContent() throws IOException {
        byte[] plain = (String.join("\n", running()) + "\n").getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(plain);
        }

        assertThat(ImportedLog.bytes(packed.toByteArray(), "").kinds())
                .isEqualTo(ImportedLog.bytes(plain, "").kinds());
    }

    @Test
    void shouldCountALineThatIsTooLongAsForeign() {
        String at = "pci_nvme_irq_pin " + "x".repeat(LogLines.LINE_BYTES_MAX);
        String below = "pci_nvme_irq_pin " + "x".repeat(LogLines.LINE_BYTES_MAX - 19);

        ImportedLog log = ImportedLog.verbatim(at + "\n" + below + "\r\n" + RESET + "\n", "");

        assertThat(log.report().foreign()).isEqualTo(1);
        assertThat(log.all(EventKind.INTERRUPT_RAISED)).hasSize(1);
        assertThat(log.all(EventKind.CONTROLLER_RESET)).hasSize(2);
    }

    @Test
    void shouldCutTheTextOfALongRemark() {
        ImportedLog log =
                ImportedLog.of("pci_nvme_err_cfs " + "x".repeat(2 * EventStream.TEXT_MAX));

        assertThat(log.notes("qemu").get(0)).hasSize(EventStream.TEXT_MAX + 3);
    }

    @Test
    void shouldNotHoldMoreThanItsBoundBehindAnOpenCommand() {
        String[] lines = new String[EventStream.WAITING_MAX + 20];
        lines[0] = SampleLines.io(1, 1, 2);
        for (int i = 1; i < lines.length; i++) {
            lines[i] = write(0x1008, i);
        }

        ImportedLog log = ImportedLog.of(lines);

        assertThat(log.all(EventKind.DOORBELL_RUNG))
                .hasSize(lines.length - 1)
                .isSortedAccordingTo((a, b) -> Long.compare(a.value, b.value));
    }

    @Test
    void shouldForgetCommandsWhenMoreAreInFlightThanAControllerHolds() {
        ControllerTrack track = new ControllerTrack();
        for (int i = 0; i <= ControllerTrack.IN_FLIGHT_MAX; i++) {
            track.begin(new ControllerTrack.InFlight(i, i >> 16 & 0xFFFF, i & 0xFFFF, 2));
        }

        assertThat(track.take(0, 5)).isNull();
    }
}
