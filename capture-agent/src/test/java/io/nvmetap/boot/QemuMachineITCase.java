package io.nvmetap.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.rig.RealRig;
import io.nvmetap.rig.Rig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real firmware and Linux on QEMU's own NVMe controller, emulated. */
class QemuMachineITCase {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration POWER_OFF = Duration.ofSeconds(20);
    private static final long DISK_BYTES = 64L << 20;

    private static Rig rig;
    private static GuestDisk disks;

    @TempDir Path folder;

    @BeforeAll
    static void fetch() throws IOException {
        rig = RealRig.require();
        disks = new GuestDisk(rig);
    }

    @Test
    void linuxChecksItsDiskAndTheImageHoldsWhatItKept() throws Exception {
        Path image = folder.resolve("disk.img");
        disks.ext4(image, DISK_BYTES);
        try (QemuMachine machine = linux(image, GuestWorkload.CHECK.append())) {
            assertThat(lineOf(machine, "NVMETAP CHECKSUMS \\w+")).endsWith("EQUAL");
            assertThat(end(machine)).isEqualTo("NVMETAP DONE");
            machine.awaitPowerOff(POWER_OFF);
            assertThat(machine.transcript()).contains("NVMETAP TRIMMED", "NVMETAP INTERRUPTS");
        }
        KeptFiles.verify(disks, image, GuestDisk.WHOLE_DISK);
    }

    @Test
    void readsAtBothDepths() throws Exception {
        Path image = folder.resolve("disk.img");
        disks.ext4(image, DISK_BYTES);
        for (GuestWorkload w : List.of(GuestWorkload.DEPTH1, GuestWorkload.DEPTH32)) {
            try (QemuMachine machine = linux(image, w.append(1024))) {
                String depth = w == GuestWorkload.DEPTH1 ? "1" : "32";
                assertThat(lineOf(machine, "NVMETAP WORKLOAD .*ms=\\d+\\b"))
                        .startsWith("NVMETAP WORKLOAD depth=" + depth + " ops=1024 ms=");
                assertThat(end(machine)).isEqualTo("NVMETAP DONE");
                machine.awaitPowerOff(POWER_OFF);
            }
        }
    }

    @Test
    void readsAroundResetUnbindAndRemove() throws Exception {
        Path image = folder.resolve("disk.img");
        disks.ext4(image, DISK_BYTES);
        try (QemuMachine machine = linux(image, GuestWorkload.REBIND.append())) {
            for (String when : List.of("at first", "after reset", "after bind", "after rescan")) {
                lineOf(machine, "NVMETAP READ " + when);
            }
            assertThat(end(machine)).isEqualTo("NVMETAP DONE");
            machine.awaitPowerOff(POWER_OFF);
        }
        KeptFiles.verify(disks, image, GuestDisk.WHOLE_DISK);
    }

    @Test
    void ovmfFindsNothingToBootAndItsShellTakesKeystrokes() throws Exception {
        QemuCommand command = new QemuCommand(rig).ovmf().memoryMiB(256);
        try (QemuMachine machine = QemuMachine.start(command, folder)) {
            machine.expect(Pattern.compile("Press ESC"), PATIENCE);
            machine.type("\u001b");
            machine.expect(Pattern.compile("Shell>"), PATIENCE);
            machine.type("echo nvme%cwd%tap\r");
            machine.expect(Pattern.compile("^nvme.*tap"), PATIENCE);
            machine.type("reset -s\r");
            machine.awaitPowerOff(POWER_OFF);
        }
    }

    @Test
    void ovmfStartsALoaderWhichStartsLinuxWhichRebootsAndChecks() throws Exception {
        Path initrd = initrd();
        Path image = folder.resolve("efi.img");
        long ext4 =
                disks.efiSystem(
                        image, 2 * DISK_BYTES, rig.kernel(), initrd, GuestWorkload.REBOOT.append());
        QemuCommand command = new QemuCommand(rig).ovmf().nvmeDisk(image);
        try (QemuMachine machine = QemuMachine.start(command, folder)) {
            lineOf(machine, "NVMETAP FIRST BOOT");
            lineOf(machine, "NVMETAP SECOND BOOT");
            assertThat(end(machine)).isEqualTo("NVMETAP DONE");
            machine.awaitPowerOff(POWER_OFF);
        }
        KeptFiles.verify(disks, image, ext4);
    }

    @Test
    void aMachineWhoseVfioUserServerIsAbsentEndsAndSaysSo() throws Exception {
        QemuCommand command = new QemuCommand(rig).vfioUser(folder.resolve("no.sock"));
        try (QemuMachine machine = QemuMachine.start(command, folder)) {
            assertThatThrownBy(() -> machine.expect(Pattern.compile("SeaBIOS"), PATIENCE))
                    .isInstanceOf(CliFailure.class)
                    .hasMessageContaining("QEMU ended with status 1")
                    .hasMessageContaining("no.sock")
                    .hasMessageNotContaining("\n");
        }
    }

    private QemuMachine linux(Path image, String append) throws IOException {
        QemuCommand command =
                new QemuCommand(rig).kernel(rig.kernel(), initrd(), append).nvmeDisk(image);
        return QemuMachine.start(command, folder);
    }

    private Path initrd() throws IOException {
        Path initrd = folder.resolve("initrd");
        GuestInitramfs.write(rig, initrd);
        return initrd;
    }

    /** Waits for a line of the guest, but no longer than until its end. */
    private static String lineOf(QemuMachine machine, String pattern) {
        Pattern either = Pattern.compile(pattern + "|" + GuestWorkload.END.pattern());
        MatchResult found = machine.expectLine(either, PATIENCE);
        assertThat(found.group()).matches(pattern);
        return found.group();
    }

    private static String end(QemuMachine machine) {
        return machine.expectLine(GuestWorkload.END, PATIENCE).group();
    }
}
