package io.nvmetap.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.boot.GuestDisk;
import io.nvmetap.boot.GuestInitramfs;
import io.nvmetap.boot.GuestWorkload;
import io.nvmetap.boot.QemuCommand;
import io.nvmetap.boot.QemuMachine;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.live.ControllerSpec;
import io.nvmetap.live.LiveMediation;
import io.nvmetap.live.LiveSpec;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.rig.RealRig;
import io.nvmetap.rig.Rig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Linux through the proxy; the server behind it records too, and both must have seen the same. */
class ProxyLinuxITCase {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Duration POWER_OFF = Duration.ofSeconds(20);
    private static final long DISK_BYTES = 64L << 20;

    @TempDir Path folder;

    @Test
    void linuxChecksItsDiskAndEveryCommandIsRecordedOnce() throws Exception {
        Rig rig = RealRig.require();
        Path image = folder.resolve("disk.img");
        new GuestDisk(rig).ext4(image, DISK_BYTES);
        Path initrd = folder.resolve("initrd");
        GuestInitramfs.write(rig, initrd);
        Path own = folder.resolve("own.avro");
        Path through = folder.resolve("through.avro");
        Path device = folder.resolve("device.sock");
        Path listen = folder.resolve("proxy.sock");
        List<String> said = new CopyOnWriteArrayList<>();
        String workload = GuestWorkload.CHECK.append();
        QemuCommand command =
                new QemuCommand(rig).kernel(rig.kernel(), initrd, workload).vfioUser(listen);
        Proxy proxy;
        try (LiveMediation server = LiveMediation.start(spec(image, own), device, said::add);
                Proxy p =
                        Proxy.start(
                                new ProxySpec(listen, device, through, PayloadPolicy.ADMIN),
                                said::add);
                QemuMachine machine = QemuMachine.start(command, folder)) {
            proxy = p;
            assertThat(machine.expectLine(GuestWorkload.END, PATIENCE).group())
                    .isEqualTo("NVMETAP DONE");
            machine.awaitPowerOff(POWER_OFF);
            assertThat(machine.transcript()).contains("CHECKSUMS EQUAL");
            assertThat(p.awaitClientGone(10_000)).isTrue();
        }
        Recorded seen = Recorded.of(through);
        Recorded served = Recorded.of(own);
        assertThat(seen.count(EventKind.EVENTS_LOST)).isZero();
        assertThat(seen.entries(EventKind.COMMAND_EMITTED))
                .isEqualTo(served.entries(EventKind.COMMAND_FETCHED));
        assertThat(seen.entries(EventKind.COMPLETION_SEEN))
                .isEqualTo(served.entries(EventKind.COMPLETION_COPIED));
        assertThat(seen.count(EventKind.COMMAND_EMITTED)).isEqualTo(proxy.commands());
        assertThat(seen.all(EventKind.INTERRUPT_RAISED))
                .anyMatch(e -> e.interrupt == InterruptKind.MSIX && e.vector > 0);
        System.out.println(
                "proxied Linux: commands "
                        + proxy.commands()
                        + " completions "
                        + proxy.completions()
                        + " events "
                        + seen.events.size()
                        + " said "
                        + said
                        + " remarks "
                        + seen.remarks());
        java.nio.file.Files.copy(
                through,
                Path.of("/tmp/proxytry/linux.avro"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        java.nio.file.Files.copy(
                own,
                Path.of("/tmp/proxytry/linux-own.avro"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    private static LiveSpec spec(Path image, Path own) {
        return new LiveSpec(
                ControllerSpec.parse("generic"),
                image,
                LiveSpec.DISK_BYTES_DEFAULT,
                DriverSpec.parse("reference"),
                1,
                own,
                PayloadPolicy.ADMIN,
                "test",
                "",
                1);
    }
}
