package io.nvmetap.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.device.vfiouser.Descriptor;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.event.Side;
import io.nvmetap.live.ControllerSpec;
import io.nvmetap.live.LiveMediation;
import io.nvmetap.live.LiveSpec;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.rig.RealRig;
import io.nvmetap.rig.Rig;
import io.nvmetap.trace.TraceReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Real firmware and Linux on the mediation driver. The recordings stay in {@code target/boots},
 * where the modules that judge and replay find them.
 */
class BootITCase {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final long DISK_BYTES = 128L << 20;
    private static final Path RECORDINGS = Path.of("target", "boots");

    private static Rig rig;
    private static GuestDisk disks;

    private final List<String> troubles = new CopyOnWriteArrayList<>();
    private final long descriptorsBefore = Descriptor.open();

    @TempDir Path folder;

    @BeforeAll
    static void fetch() throws IOException {
        rig = RealRig.require();
        disks = new GuestDisk(rig);
        Files.createDirectories(RECORDINGS);
    }

    @AfterEach
    void nothingWentWrongAndNothingLeaked() {
        assertThat(troubles).isEmpty();
        assertThat(Descriptor.open()).isEqualTo(descriptorsBefore);
    }

    @Test
    void shouldBootFirmwareToItsShellWhichListsTheNamespace() throws IOException {
        List<CapturedEvent> events = boot("shell", live("generic", null), "ovmf", shell());
        assertThat(console()).contains("NVMe(0x1");
        assertThat(events)
                .filteredOn(e -> e.kind == EventKind.COMMAND_FETCHED)
                .allMatch(e -> e.entryBytes == 64)
                .hasSizeGreaterThan(10);
        assertThat(events).filteredOn(e -> e.kind == EventKind.TAKE_OVER).hasSize(2);
        assertThat(bothSidesAgree(events)).isTrue();
    }

    @Test
    void shouldSurviveTheShellsDisconnectConnectAndReconnect() throws IOException {
        BootShell shell =
                new BootShell(
                        List.of("disconnect {nvme}", "connect {nvme}", "reconnect -r", "map -r"));
        List<CapturedEvent> events = boot("take-over", live("generic", null), "ovmf", shell);
        long resets = count(events, e -> e.kind == EventKind.CONTROLLER_RESET);
        assertThat(resets).as("begin and end of each").isGreaterThanOrEqualTo(8).isEven();
        assertThat(console()).contains("NVMe(0x1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"generic", "toshiba", "samsung", "intel", "apple", "apple-ans2"})
    void shouldRunLinuxOnEveryModelledController(String model) throws Exception {
        Path image = ext4();
        List<CapturedEvent> events = boot("linux-" + model, live(model, image), null, linux(""));
        assertChecked(image);
        boolean oneQueue = model.startsWith("apple");
        assertThat(vectors(events, InterruptKind.MSIX)).isEqualTo(oneQueue ? 1 : 3);
        assertThat(bothSidesAgree(events)).isTrue();
    }

    @Test
    void shouldRunLinuxWithTheInterruptLine() throws Exception {
        Path image = ext4();
        List<CapturedEvent> events =
                boot("linux-intx", live("generic", image), null, linux(" pci=nomsi"));
        assertChecked(image);
        assertThat(vectors(events, InterruptKind.MSIX)).isZero();
        assertThat(vectors(events, InterruptKind.INTX)).isEqualTo(1);
    }

    @Test
    void shouldRunLinuxThroughTwoDrivers() throws Exception {
        Path image = ext4();
        Path socket = folder.resolve("inner.sock");
        Path inner = RECORDINGS.resolve("linux-inner.avro");
        LiveSpec innerSpec = spec(ControllerSpec.parse("generic"), image, 1, inner);
        try (LiveMediation served = LiveMediation.start(innerSpec, socket, troubles::add)) {
            LiveSpec outer =
                    spec(
                            new ControllerSpec("", socket),
                            null,
                            0,
                            RECORDINGS.resolve("linux-outer.avro"));
            boot("linux-outer", outer, null, linux(""));
            assertThat(served.lost()).isZero();
        }
        assertChecked(image);
        assertThat(bothSidesAgree(events(inner))).isTrue();
    }

    @Test
    void shouldRunTheWholeChainOnOneDiskAndRebootIt() throws Exception {
        Path initrd = initrd();
        Path image = folder.resolve("efi.img");
        String append = GuestWorkload.REBOOT.append();
        long ext4 = disks.efiSystem(image, 2 * DISK_BYTES, rig.kernel(), initrd, append);
        List<CapturedEvent> events =
                boot("chain", live("generic", image), "ovmf", new BootKernel(null, null, ""));
        assertThat(console()).contains("NVMETAP SECOND BOOT", "NVMETAP CHECKSUMS EQUAL");
        KeptFiles.verify(disks, image, ext4);
        assertThat(count(events, e -> e.kind == EventKind.CONTROLLER_RESET)).isEven();
    }

    @Test
    void shouldSurviveLinuxResettingAndRebindingIt() throws Exception {
        Path image = ext4();
        String append = GuestWorkload.REBIND.append();
        boot(
                "rebind",
                live("generic", image),
                null,
                new BootKernel(rig.kernel(), initrd(), append));
        assertChecked(image);
    }

    @Test
    void shouldSayWhatIsWrongWhenItIsNotOverInTimeAndKeepTheRecording() throws IOException {
        Path out = folder.resolve("short.avro");
        LiveSpec live = spec(ControllerSpec.parse("generic"), null, 0, out);
        BootSpec spec =
                new BootSpec(
                        live,
                        "ovmf",
                        null,
                        null,
                        "",
                        Until.parse("never on this console"),
                        List.of(),
                        Duration.ofSeconds(2),
                        folder.resolve("machine"));
        try (Boot boot = Boot.start(rig, spec, line -> {}, troubles::add)) {
            assertThatThrownBy(boot::await)
                    .isInstanceOf(CliFailure.class)
                    .hasMessageContaining("did not show 'never on this console' within")
                    .hasMessageContaining("console.log");
        }
        List<CapturedEvent> events = events(out);
        assertThat(events.get(events.size() - 1).kind).isEqualTo(EventKind.CAPTURE_ENDED);
    }

    // ---- what is booted ----

    private record BootKernel(Path kernel, Path initrd, String append) {}

    private record BootShell(List<String> commands) {}

    private static BootShell shell() {
        return new BootShell(List.of());
    }

    private BootKernel linux(String more) throws IOException {
        return new BootKernel(rig.kernel(), initrd(), GuestWorkload.CHECK.append() + more);
    }

    private Path initrd() throws IOException {
        Path initrd = folder.resolve("initrd");
        GuestInitramfs.write(rig, initrd);
        return initrd;
    }

    private Path ext4() throws IOException {
        Path image = folder.resolve("disk.img");
        disks.ext4(image, DISK_BYTES);
        return image;
    }

    private LiveSpec live(String model, Path image) {
        return spec(ControllerSpec.parse(model), image, 0, folder.resolve("recording.avro"));
    }

    private static LiveSpec spec(ControllerSpec controller, Path image, int window, Path out) {
        return new LiveSpec(
                controller,
                image,
                LiveSpec.DISK_BYTES_DEFAULT,
                DriverSpec.GOOD,
                window,
                out,
                PayloadPolicy.ADMIN,
                "QEMU",
                "",
                1);
    }

    private List<CapturedEvent> boot(String name, LiveSpec live, String firmware, Object what)
            throws IOException {
        BootKernel k = what instanceof BootKernel given ? given : new BootKernel(null, null, "");
        boolean shell = what instanceof BootShell;
        BootSpec spec =
                new BootSpec(
                        live,
                        firmware == null ? "seabios" : firmware,
                        k.kernel(),
                        k.initrd(),
                        k.append(),
                        Until.parse(shell ? "shell" : "poweroff"),
                        shell ? ((BootShell) what).commands() : List.of(),
                        PATIENCE,
                        folder.resolve("machine"));
        try (Boot boot = Boot.start(rig, spec, line -> {}, troubles::add)) {
            boot.await();
            assertThat(boot.lost()).isZero();
        }
        Path kept = RECORDINGS.resolve(name + ".avro");
        if (!kept.equals(live.out())) {
            Files.copy(live.out(), kept, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        return events(kept);
    }

    // ---- what came of it ----

    private String console() throws IOException {
        return Files.readString(
                folder.resolve("machine/console.log"),
                java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private void assertChecked(Path image) throws Exception {
        assertThat(console())
                .contains("NVMETAP CHECKSUMS EQUAL", "NVMETAP TRIMMED", "NVMETAP DONE")
                .doesNotContain("NVMETAP FAILED");
        KeptFiles.verify(disks, image, GuestDisk.WHOLE_DISK);
    }

    private static List<CapturedEvent> events(Path trace) throws IOException {
        List<CapturedEvent> events = new ArrayList<>();
        try (TraceReader reader = TraceReader.open(trace)) {
            CapturedEvent e = new CapturedEvent();
            while (reader.next(e)) {
                assertThat(e.seq).as("a gap is a loss").isEqualTo(events.size());
                events.add(e);
                e = new CapturedEvent();
            }
        }
        return events;
    }

    private static long count(List<CapturedEvent> events, Predicate<CapturedEvent> which) {
        return events.stream().filter(which).count();
    }

    private static long vectors(List<CapturedEvent> events, InterruptKind kind) {
        return events.stream()
                .filter(e -> e.kind == EventKind.INTERRUPT_DELIVERED && e.interrupt == kind)
                .mapToInt(e -> e.vector)
                .distinct()
                .count();
    }

    /** Every command the guest was given back had been fetched from it, once. */
    private static boolean bothSidesAgree(List<CapturedEvent> events) {
        List<Long> fetched = ids(events, EventKind.COMMAND_FETCHED);
        List<Long> copied = ids(events, EventKind.COMPLETION_COPIED);
        boolean device = count(events, e -> e.kind == EventKind.COMMAND_EMITTED) > 0;
        boolean guest = count(events, e -> e.side == Side.GUEST) > 0;
        return device
                && guest
                && copied.stream().distinct().count() == copied.size()
                && fetched.containsAll(copied);
    }

    private static List<Long> ids(List<CapturedEvent> events, EventKind kind) {
        return events.stream().filter(e -> e.kind == kind).map(e -> e.commandId).toList();
    }
}
