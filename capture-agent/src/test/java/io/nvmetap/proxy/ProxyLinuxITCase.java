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
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Linux through the proxy; the server behind it records too, and both must have seen the same. */
class ProxyLinuxITCase {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Duration POWER_OFF = Duration.ofSeconds(20);
    private static final long DISK_BYTES = 64L << 20;
    private static final long GONE_MS = 10_000;
    private static final long DEPTH32_COMMANDS_MIN = 1_000;

    private static Rig rig;

    @TempDir Path folder;
    private final List<String> said = new CopyOnWriteArrayList<>();
    private Path through;

    @BeforeAll
    static void fetch() throws IOException {
        rig = RealRig.require();
    }

    /** A check of the whole disk; and resets, unbind and remove, with queues made anew. */
    @ParameterizedTest
    @EnumSource(names = {"CHECK", "REBIND"})
    void everyCommandOfLinuxIsRecordedOnceAndAsTheServerSawIt(GuestWorkload workload)
            throws Exception {
        Path own = folder.resolve("own.avro");
        long commands = linux(workload, DriverSpec.parse("reference"), own);
        Recorded seen = Recorded.of(through);
        Recorded served = Recorded.of(own);
        assertThat(seen.entries(EventKind.COMMAND_EMITTED))
                .isEqualTo(served.entries(EventKind.COMMAND_FETCHED));
        assertThat(seen.entries(EventKind.COMPLETION_SEEN))
                .isEqualTo(served.entries(EventKind.COMPLETION_COPIED));
        assertThat(seen.count(EventKind.COMMAND_EMITTED)).isEqualTo(commands).isGreaterThan(100);
        assertThat(seen.all(EventKind.INTERRUPT_RAISED))
                .anyMatch(e -> e.interrupt == InterruptKind.MSIX && e.vector > 0);
        assertThat(seen.remarks()).containsExactly("client 1 connected", "client 1 left");
    }

    @Test
    void shadowDoorbellsAreLookedAt() throws Exception {
        long commands = linux(GuestWorkload.DEPTH32, null, null);
        Recorded seen = Recorded.of(through);
        assertThat(seen.count(EventKind.SHADOW_DOORBELL)).isPositive();
        assertThat(seen.all(EventKind.COMPLETION_SEEN)).noneMatch(e -> e.commandId < 0);
        assertThat(commands).isGreaterThan(DEPTH32_COMMANDS_MIN);
        assertThat(seen.remarks()).anyMatch(r -> r.startsWith("shadow doorbells are in use"));
    }

    /** Runs it to its end; says how many commands were recorded. */
    private long linux(GuestWorkload workload, DriverSpec driver, Path own) throws Exception {
        Path image = folder.resolve("disk.img");
        new GuestDisk(rig).ext4(image, DISK_BYTES);
        Path initrd = folder.resolve("initrd");
        GuestInitramfs.write(rig, initrd);
        through = folder.resolve("through.avro");
        Path device = folder.resolve("device.sock");
        Path listen = folder.resolve("proxy.sock");
        ProxySpec spec = new ProxySpec(listen, device, through, PayloadPolicy.ADMIN);
        QemuCommand command =
                new QemuCommand(rig)
                        .kernel(rig.kernel(), initrd, workload.append())
                        .vfioUser(listen);
        try (LiveMediation server =
                        LiveMediation.start(spec(image, driver, own), device, said::add);
                Proxy proxy = Proxy.start(spec, said::add);
                QemuMachine machine = QemuMachine.start(command, folder)) {
            assertThat(machine.expectLine(GuestWorkload.END, PATIENCE).group())
                    .isEqualTo("NVMETAP DONE");
            machine.awaitPowerOff(POWER_OFF);
            assertThat(machine.transcript()).doesNotContain("CHECKSUMS DIFFER");
            assertThat(proxy.awaitClientGone(GONE_MS)).isTrue();
            proxy.close();
            assertThat(proxy.lost()).isZero();
            assertThat(said).isEmpty();
            return proxy.commands();
        }
    }

    private static LiveSpec spec(Path image, DriverSpec driver, Path own) {
        return new LiveSpec(
                ControllerSpec.parse("generic"),
                image,
                LiveSpec.DISK_BYTES_DEFAULT,
                driver,
                1,
                own,
                PayloadPolicy.ADMIN,
                "test",
                "",
                1);
    }
}
