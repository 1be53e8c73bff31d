package io.nvmetap.importer;

import static io.nvmetap.importer.SampleLines.RESET;
import static io.nvmetap.importer.SampleLines.admin;
import static io.nvmetap.importer.SampleLines.cc;
import static io.nvmetap.importer.SampleLines.createCq;
import static io.nvmetap.importer.SampleLines.createSq;
import static io.nvmetap.importer.SampleLines.deleteSq;
import static io.nvmetap.importer.SampleLines.disable;
import static io.nvmetap.importer.SampleLines.done;
import static io.nvmetap.importer.SampleLines.enable;
import static io.nvmetap.importer.SampleLines.io;
import static io.nvmetap.importer.SampleLines.of;
import static io.nvmetap.importer.SampleLines.running;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two controllers in one log cannot be told apart: only what one cannot do gives them away. */
class MixedControllersTest {
    private static String mixed(Object... parts) {
        return ImportedLog.of(of(parts)).report().mixedControllers();
    }

    @Test
    void shouldSeeTwoResetsAtPowerOn() {
        assertThat(mixed(RESET, RESET, enable())).startsWith("line 2: two controllers are reset");
        assertThat(ImportedLog.of(of(RESET, RESET, enable())).header().mixedControllers())
                .isNotEmpty();
    }

    /** Power on, an access, and two resets so many microseconds apart. */
    private static String twice(int micros) {
        String at = "7@17953530%02d.%06d:";
        String text =
                String.format(at, 0, 1)
                        + RESET
                        + "\n"
                        + String.format(at, 3, 1)
                        + "pci_nvme_mmio_read addr 0x0 size 4\n"
                        + String.format(at, 4, 1)
                        + RESET
                        + "\n"
                        + String.format(at, 4, 1 + micros)
                        + RESET
                        + "\n";
        return ImportedLog.verbatim(text, "").report().mixedControllers();
    }

    @Test
    void shouldNotTakeARebootThatResetsTwiceForTwoControllers() {
        assertThat(twice(43_000)).isEmpty();
        assertThat(twice(57)).contains("two controllers are reset");
    }

    @Test
    void shouldSeeTwoResetsOfAReboot() {
        assertThat(mixed(running(), RESET, RESET)).contains("reset");
    }

    @Test
    void shouldAllowASecondResetLater() {
        String text =
                "7@1795353000.000001:"
                        + RESET
                        + "\n7@1795353004.000001:"
                        + RESET
                        + "\n"
                        + "7@1795353005.000001:pci_nvme_mmio_read addr 0x0 size 4\n";

        assertThat(ImportedLog.verbatim(text, "").report().mixedControllers()).isEmpty();
    }

    @Test
    void shouldSeeTwoEnablesWithoutADisable() {
        assertThat(mixed(enable(), enable())).contains("enabled while it is enabled");
    }

    @Test
    void shouldSeeAClearOfEnableThatStopsNothing() {
        // SeaBIOS clears CC.EN of each controller before it sets it up.
        assertThat(mixed(enable(), cc(0), enable())).isNotEmpty();
    }

    @Test
    void shouldSeeACommandFetchedWhileDisabled() {
        assertThat(mixed(RESET, enable(), disable(), admin(3, 6))).contains("disabled");
    }

    @Test
    void shouldSeeAHotAddedControllerByTheOthersCommands() {
        assertThat(mixed(running(), RESET, io(4, 1, 2))).contains("disabled");
        assertThat(mixed(running(), RESET, enable(), io(4, 1, 2))).contains("does not exist");
    }

    @Test
    void shouldSeeQueuesThatAreCreatedTwiceOrDeletedTwice() {
        assertThat(mixed(running(), createCq(3, 1, 0))).contains("created although it exists");
        assertThat(mixed(running(), createSq(3, 1, 1, 0))).contains("created although it exists");
        assertThat(mixed(running(), deleteSq(3, 1), deleteSq(4, 1)))
                .contains("deleted although it does not exist");
    }

    @Test
    void shouldSeeTwoDevicesWhereLinesNameThem() {
        String read =
                "memory_region_ops_read cpu 0 mr 0x%s addr 0xfebf0008 value 0x1 size 4 name 'nvme'";
        assertThat(mixed(String.format(read, "55bb"), String.format(read, "55cc")))
                .contains("two NVMe devices");
        assertThat(
                        mixed(
                                "pci_cfg_write nvme 00:02.0 @0x10 <- 0x4",
                                "pci_cfg_write nvme 00:03.0 @0x10 <- 0x4"))
                .contains("02.0 and 03.0");
    }

    @Test
    void shouldNotTakeARenumberedBusForASecondDevice() {
        assertThat(
                        mixed(
                                "pci_cfg_write nvme 00:00.0 @0x10 <- 0x4",
                                "pci_cfg_write nvme 01:00.0 @0x10 <- 0x4"))
                .isEmpty();
    }

    @Test
    void shouldNotTakeAGuestsMistakesForASecondController() {
        assertThat(mixed(running(), createCq(3, 1, 0x4101), createSq(4, 1, 1, 0x4101))).isEmpty();
        assertThat(mixed(running(), io(5, 1, 2), io(5, 1, 2), done(5, 1, 0))).isEmpty();
        assertThat(mixed(running(), disable(), done(5, 1, 0))).isEmpty();
        assertThat(mixed(running(), cc(0x464001), RESET, enable())).isEmpty();
    }

    @Test
    void shouldNotSuspectALogInWhichOnlySomeEventsWereTraced() {
        List<String[]> views = new ArrayList<>();
        String[] all =
                of(
                        running(),
                        io(4, 1, 2),
                        done(4, 1, 0),
                        disable(),
                        enable(),
                        createCq(1, 1, 0),
                        createSq(2, 1, 1, 0),
                        io(4, 1, 2),
                        done(4, 1, 0));
        for (String left :
                new String[] {
                    "mmio_",
                    "start_success",
                    "create_",
                    "admin_cmd",
                    "enqueue",
                    "mmio_write",
                    "reset"
                }) {
            views.add(
                    java.util.Arrays.stream(all)
                            .filter(line -> !line.contains(left))
                            .toArray(String[]::new));
        }
        for (String[] view : views) {
            ImportedLog log = ImportedLog.of(view);
            assertThat(log.report().mixedControllers()).as(String.join("\n", view)).isEmpty();
            assertThat(log.report().ghosts()).as(String.join("\n", view)).isZero();
        }
    }

    @Test
    void shouldNotSuspectAControllerWhoseStateWasLoaded() {
        ImportedLog log =
                ImportedLog.of(
                        of(
                                RESET,
                                "pci_nvme_post_load_enter n=0x55bbd7d1d100",
                                io(4, 1, 2),
                                done(4, 1, 0),
                                disable(),
                                enable()));

        assertThat(log.report().mixedControllers()).isEmpty();
        assertThat(log.report().ghosts()).isZero();
        assertThat(log.header().controllers().get(0).state().known()).isFalse();
    }
}
