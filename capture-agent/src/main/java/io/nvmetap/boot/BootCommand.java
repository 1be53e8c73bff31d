package io.nvmetap.boot;

import io.nvmetap.capture.CaptureMetrics;
import io.nvmetap.capture.CaptureWatch;
import io.nvmetap.capture.TopicOptions;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.live.ControllerSpec;
import io.nvmetap.live.LiveSpec;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.metrics.MetricsOption;
import io.nvmetap.rig.Rig;
import io.nvmetap.rig.RigPart;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code nvmetap boot}: real firmware or a real operating system under QEMU, its NVMe disk served
 * through the mediation driver, recorded on both sides.
 */
@Command(
        name = "boot",
        mixinStandardHelpOptions = true,
        description =
                "Boots real firmware or a kernel under QEMU, through the mediation driver, and"
                        + " records both sides.")
public final class BootCommand implements Callable<Integer> {
    private static final String RIG = "rig";

    /** Lines of the console that say what the guest sees: firmware's paths, our own workload. */
    private static final Pattern GUEST_SAYS =
            Pattern.compile(
                    "^\\s*PciRoot.*NVMe\\(|NVMETAP (CHECKSUMS|FAILED|WORKLOAD)|Kernel panic");

    private static final int GUEST_LINES_MAX = 8;
    private static final long DISK_BYTES = 256L << 20;

    @Option(names = "--out", required = true, paramLabel = "F", description = "trace file to write")
    private Path out;

    @Option(
            names = "--firmware",
            paramLabel = "ovmf|seabios|PATH",
            description = "default: ovmf, or seabios with --kernel")
    private String firmware;

    @Option(
            names = "--disk",
            paramLabel = "IMG",
            description =
                    "raw image behind a modelled controller (default: an empty disk in memory;"
                            + " with --kernel rig a fresh ext4 image)")
    private Path disk;

    @Option(
            names = "--kernel",
            paramLabel = "K|rig",
            description = "Linux kernel to start directly; 'rig': the rig's own")
    private String kernel;

    @Option(names = "--initrd", paramLabel = "I", description = "its initial file system")
    private Path initrd;

    @Option(names = "--append", paramLabel = "A", description = "its command line")
    private String append;

    @Option(
            names = "--workload",
            paramLabel = "W",
            description =
                    "what the rig's own kernel does: check, depth1, depth32, reboot, rebind"
                            + " (default check)")
    private GuestWorkload workload = GuestWorkload.CHECK;

    @Option(
            names = "--controller",
            paramLabel = "MODEL|vfio-user:SOCK",
            defaultValue = "generic",
            description =
                    "generic, toshiba, samsung, intel, apple, apple-ans2, or one served elsewhere"
                            + " (default ${DEFAULT-VALUE})")
    private String controller;

    @Option(
            names = "--driver",
            paramLabel = "SPEC",
            defaultValue = "reference",
            description = DriverSpec.SYNTAX + " (default ${DEFAULT-VALUE})")
    private String driver;

    @Option(
            names = "--until",
            paramLabel = "shell|poweroff|REGEX",
            description = "when it is over (default: shell, or poweroff with --kernel)")
    private String until;

    @Option(
            names = "--shell",
            paramLabel = "CMD",
            description =
                    "type this at the UEFI shell before it is over; {nvme} is the controller's"
                            + " handle; may be given several times")
    private List<String> shell = List.of();

    @Option(
            names = "--efi-disk",
            description =
                    "put the kernel on a fresh disk with an EFI system partition: firmware, loader,"
                            + " Linux")
    private boolean efiDisk;

    @Option(
            names = "--timeout",
            paramLabel = "S",
            defaultValue = "180",
            description = "seconds it may take (default ${DEFAULT-VALUE})")
    private int timeoutS;

    @Option(
            names = "--payload",
            paramLabel = "none|admin|digest|all",
            defaultValue = "admin",
            description = "which data is recorded (default ${DEFAULT-VALUE})")
    private PayloadPolicy payload;

    @Option(names = "--console", description = "show the guest's console as it comes")
    private boolean console;

    @Option(names = "--seed", defaultValue = "1", description = "of latencies and faults")
    private long seed;

    private final PrintStream output;

    @Mixin private TopicOptions topic = new TopicOptions();

    @Mixin private MetricsOption metrics = new MetricsOption();

    BootCommand(PrintStream output) {
        this.output = output;
    }

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        System.exit(CommandRunner.run(new BootCommand(System.out), args, System.err));
    }

    @Override
    public Integer call() throws IOException {
        Path folder = Path.of(out + ".boot");
        // Whatever the user typed wrong is said before anything is fetched.
        check();
        spec(null, folder);
        Rig rig = rig();
        Files.createDirectories(folder);
        BootSpec spec = spec(rig, folder);
        try (CaptureWatch watch = CaptureMetrics.open(metrics, this::say);
                Boot boot = Boot.start(rig, spec, topic.plan(watch), this::line, this::trouble)) {
            Thread hook = new Thread(() -> closeQuietly(boot), "nvmetap-stop");
            Runtime.getRuntime().addShutdownHook(hook);
            try {
                boot.await();
                guest(boot);
            } finally {
                report(boot);
                release(hook);
            }
            return verdict(boot);
        }
    }

    private static void release(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // It runs already: somebody ended us.
        }
    }

    private void line(String text) {
        if (console) {
            output.println("console   " + text);
        }
    }

    private void say(String text) {
        output.println("boot      " + text);
        output.flush();
    }

    private void trouble(String text) {
        output.println("driver    " + text);
    }

    private void report(Boot boot) {
        output.printf(
                Locale.ROOT,
                "boot      %s until %s   %.1f s   console in %s%n",
                what(),
                until(),
                boot.elapsed().toMillis() / 1e3,
                out + ".boot/console.log");
        output.printf(
                Locale.ROOT,
                "capture   %,d events   %,d lost   %s%n",
                boot.events(),
                boot.lost(),
                out);
        output.flush();
    }

    /** What the guest made of its disk, in its own words. */
    private void guest(Boot boot) throws IOException {
        boot.machine()
                .transcript()
                .lines()
                .filter(l -> GUEST_SAYS.matcher(l).find())
                .map(String::strip)
                .distinct()
                .limit(GUEST_LINES_MAX)
                .forEach(l -> output.println("guest     " + l));
    }

    /** A guest that failed is a finding, not a success. */
    private int verdict(Boot boot) {
        return boot.failure().isEmpty() ? ExitStatus.OK : ExitStatus.FOUND;
    }

    private static void closeQuietly(Boot boot) {
        try {
            boot.close();
        } catch (IOException e) {
            System.err.println("nvmetap: " + e.getMessage());
        }
    }

    private Rig rig() throws IOException {
        Path cache = Rig.defaultCache(System.getenv(), System.getProperty("user.home"));
        return Rig.fetch(cache, text -> output.println("fetch     " + text));
    }

    /** What can be said without the rig, before anything is fetched. */
    private void check() {
        topic.check();
        if (timeoutS < 1) {
            throw CliFailure.usage("--timeout is in seconds, from 1");
        }
        if (efiDisk && (kernel == null || disk != null || remote())) {
            throw CliFailure.usage("--efi-disk makes a disk for --kernel; leave out --disk");
        }
        if (kernel == null && (initrd != null || append != null)) {
            throw CliFailure.usage("--initrd and --append go with --kernel");
        }
        if (remote() && disk != null) {
            throw CliFailure.usage("--disk is for a modelled controller; a remote one has its own");
        }
        Path parent = out.toAbsolutePath().getParent();
        if (!Files.isDirectory(parent)) {
            throw CliFailure.environment(out + ": its folder does not exist; create it");
        }
        boolean own = firmware == null || firmware.equals("ovmf") || firmware.equals("seabios");
        present("--firmware", own ? null : Path.of(firmware));
        present("--kernel", kernel == null || RIG.equals(kernel) ? null : Path.of(kernel));
        present("--initrd", initrd);
        present("--disk", disk);
    }

    private static void present(String option, Path file) {
        if (file != null && !Files.isRegularFile(file)) {
            throw CliFailure.environment(option + " " + file + ": no such file; check the path");
        }
    }

    private boolean remote() {
        return controller.startsWith("vfio-user:");
    }

    private BootSpec spec(Rig rig, Path folder) throws IOException {
        try {
            LiveSpec live =
                    new LiveSpec(
                            ControllerSpec.parse(controller),
                            disk(rig, folder),
                            LiveSpec.DISK_BYTES_DEFAULT,
                            DriverSpec.parse(driver),
                            0,
                            out,
                            payload,
                            machine(rig),
                            firmware(rig),
                            seed);
            return new BootSpec(
                    live,
                    firmwareName(),
                    efiDisk ? null : kernelPath(rig),
                    efiDisk ? null : initrdPath(rig, folder),
                    kernelLine(),
                    Until.parse(until()),
                    shell,
                    Duration.ofSeconds(timeoutS),
                    folder);
        } catch (IllegalArgumentException e) {
            throw CliFailure.usage(e.getMessage());
        }
    }

    private String firmwareName() {
        return firmware == null ? kernel == null || efiDisk ? "ovmf" : "seabios" : firmware;
    }

    private Path kernelPath(Rig rig) {
        boolean ours = RIG.equals(kernel);
        return kernel == null || ours && rig == null ? null : ours ? rig.kernel() : Path.of(kernel);
    }

    private Path initrdPath(Rig rig, Path folder) throws IOException {
        if (initrd != null || rig == null || !RIG.equals(kernel)) {
            return initrd;
        }
        Path file = folder.resolve("initrd");
        GuestInitramfs.write(rig, file);
        return file;
    }

    private String kernelLine() {
        return append != null ? append : RIG.equals(kernel) ? workload.append() : "";
    }

    private String until() {
        return until == null ? kernel == null ? "shell" : "poweroff" : until;
    }

    private String what() {
        return kernel == null ? firmwareName() : firmwareName() + " -> " + kernel;
    }

    private Path disk(Rig rig, Path folder) throws IOException {
        if (disk != null || remote() || rig == null || kernel == null) {
            return disk;
        }
        Path image = folder.resolve("disk.img");
        Files.deleteIfExists(image);
        GuestDisk disks = new GuestDisk(rig);
        if (efiDisk) {
            Path kernelFile = kernelPath(rig);
            disks.efiSystem(image, DISK_BYTES, kernelFile, initrdPath(rig, folder), kernelLine());
        } else if (RIG.equals(kernel)) {
            disks.ext4(image, DISK_BYTES);
        } else {
            return disk;
        }
        return image;
    }

    private static String machine(Rig rig) {
        return rig == null ? "" : "QEMU " + version(rig, "qemu") + " q35, emulated CPU";
    }

    private String firmware(Rig rig) {
        if (rig == null) {
            return "";
        }
        return switch (firmwareName()) {
            case "ovmf" -> "OVMF " + version(rig, "ovmf");
            case "seabios" -> "SeaBIOS " + version(rig, "seabios");
            default -> firmwareName();
        };
    }

    private static String version(Rig rig, String part) {
        return rig.parts().stream()
                .filter(p -> p.name().startsWith(part))
                .map(RigPart::version)
                .findFirst()
                .orElse("");
    }
}
