package io.nvmetap.importer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogLineTest {
    private final LogLine l = new LogLine();

    @Test
    void shouldReadThreadAndTimeOfQemu72() {
        l.parse("16612@1795352380.350488:pci_nvme_mmio_read addr 0x0 size 4");

        assertThat(l.event).isEqualTo("pci_nvme_mmio_read");
        assertThat(l.args).isEqualTo("addr 0x0 size 4");
        assertThat(l.thread).isEqualTo(16612);
        assertThat(l.wallNs).isEqualTo(1_795_352_380_350_488_000L);
    }

    @Test
    void shouldReadTheSameInstantFromBothStyles() {
        l.parse("7@1795353028.968368:pci_nvme_irq_pin pulsing IRQ pin");
        long epoch = l.wallNs;
        l.parse("2026-11-22T13:10:28.968368Z pci_nvme_irq_pin pulsing IRQ pin");

        assertThat(l.wallNs).isEqualTo(epoch);
        assertThat(l.thread).isEqualTo(-1);
        assertThat(l.event).isEqualTo("pci_nvme_irq_pin");
    }

    @Test
    void shouldReadBareLines() {
        l.parse("pci_nvme_mmio_read addr 0x8 size 4");

        assertThat(l.event).isEqualTo("pci_nvme_mmio_read");
        assertThat(l.wallNs).isEqualTo(-1);
    }

    @Test
    void shouldNotTakeAnAtSignInTheArgumentsForAThread() {
        l.parse("2026-11-22T13:10:28.968368Z pci_cfg_write nvme 00:02.0 @0x42 <- 0xc040");

        assertThat(l.event).isEqualTo("pci_cfg_write");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ahci: IRQ#2 level:1",
                "qemu-system-x86_64: terminating on signal 15 from pid 1 (timeout)",
                "2026-11-22T13:27:35.852774Z qemu-system-x86_64: terminating on signal 15",
                "2026-11-22T13:27:35.852774Z labvm qemu-system-x86_64: -drive: x",
                "2026-11-22T13:27:35.85277 pci_nvme_irq_pin pulsing IRQ pin",
                "2026-13-22T13:27:35.852774Z pci_nvme_irq_pin pulsing IRQ pin",
                "9999-12-22T13:27:35.852774Z pci_nvme_irq_pin pulsing IRQ pin",
                "2026-11-22T99:27:35.852774Z pci_nvme_irq_pin pulsing IRQ pin",
                "7@99999999999.350488:pci_nvme_irq_pin pulsing IRQ pin",
                "7@1795352380.3504:pci_nvme_irq_pin pulsing IRQ pin",
                "7@:pci_nvme_irq_pin",
                "[  12.3] pci_nvme_irq_pin",
                "pci_nvme_irq_pin: x",
                "PCI_NVME_IRQ_PIN x"
            })
    void shouldTakeOtherLinesForForeign(String text) {
        l.parse(text);

        assertThat(l.event).isEmpty();
    }

    @Test
    void shouldReadNumbersInEverySpelling() {
        l.parse("pci_nvme_x wrote MMIO, config controller config=0x1f, trans_len 3 len 4096, a=-1");

        assertThat(l.need32("config")).isEqualTo(0x1F);
        assertThat(l.need32("len")).isEqualTo(4096);
        assertThat(l.bad).isFalse();
        assertThat(l.number("absent", 9)).isEqualTo(9);
        l.need32("a");
        assertThat(l.bad).isTrue();
    }

    @Test
    void shouldKnowTheLargestNumbersAndRefuseLargerOnes() {
        l.parse("pci_nvme_x a 0xffffffffffffffff b 9223372036854775807 c 0x10000000000000000");

        assertThat(l.need("a", LogLine.ANY)).isEqualTo(-1L);
        assertThat(l.need("b", Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
        assertThat(l.bad).isFalse();
        l.need("c", LogLine.ANY);
        assertThat(l.bad).isTrue();
    }
}
