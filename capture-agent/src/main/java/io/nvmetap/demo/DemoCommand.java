package io.nvmetap.demo;

import io.nvmetap.broker.LocalBroker;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.rig.Rig;
import io.nvmetap.trace.TraceReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code nvmetap demo}: real firmware and a real kernel boot through the mediation driver (with a
 * rig; without one a recording of such a boot is imported), the events go through Kafka, are judged
 * by the Flink job, and are re-driven into a good and three broken builds of the driver. Every step
 * is a command that is printed and can be typed.
 */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description =
                "The main job, whole: a real boot with a rig (nvmetap rig), a bundled recording of"
                        + " one without.")
public final class DemoCommand implements Callable<Integer> {
    /** Longest any one step may take. */
    private static final long STEP_S_MAX = 180;

    private static final String RECORDING = "/io/nvmetap/importer/ovmf-2022.11-to-linux-6.1.log.gz";

    private static final List<String> BROKEN =
            List.of("cqe-sqid-sqhd-not-translated", "torn-cqe-copyback", "lost-deferred-doorbell");

    @Option(
            names = "--keep-broker",
            description = "leave the local broker running (default: stop it if demo started it)")
    private boolean keepBroker;

    private final Path launcher;
    private final PrintStream out;

    DemoCommand(Path home, PrintStream out) {
        this.launcher = home.resolve("nvmetap");
        this.out = out;
    }

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        Path home = Path.of(System.getProperty("nvmetap.home", "."));
        System.exit(CommandRunner.run(new DemoCommand(home, System.out), args, System.err));
    }

    @Override
    public Integer call() throws IOException {
        LocalBroker broker = LocalBroker.ofUser();
        Path folder = Files.createDirectories(broker.root().resolve("demo"));
        Path trace = folder.resolve("boot.avro");
        boolean real = rigIsThere();
        if (real) {
            boot(trace);
        } else {
            importRecording(folder.resolve("boot.log.gz"), trace);
        }
        boolean ranBefore = broker.running().isPresent();
        step(0, "up", "--broker-only");
        try {
            step(0, "publish", trace.toString());
            step(
                    0,
                    "analyze",
                    "--bootstrap-servers",
                    address(broker),
                    "--until-ended",
                    session(trace));
            replays(trace);
        } finally {
            if (!ranBefore && !keepBroker) {
                step(0, "down");
            }
        }
        out.println();
        out.println("next      ./nvmetap show " + trace + " | less");
        out.println("          ./nvmetap analyze " + trace + " --format json");
        if (!real) {
            out.println(
                    "          ./nvmetap rig     fetches QEMU and firmware: demo then boots them");
        }
        return ExitStatus.OK;
    }

    private static boolean rigIsThere() throws IOException {
        Path cache = Rig.defaultCache(System.getenv(), System.getProperty("user.home"));
        return Rig.find(cache).isPresent();
    }

    /** The whole chain, recorded on both sides of the driver, a reboot included. */
    private void boot(Path trace) throws IOException {
        out.println(
                "nvmetap   OVMF -> systemd-boot -> Linux on one NVMe disk, through the reference"
                        + " mediation driver, rebooted once");
        step(
                0,
                "boot",
                "--kernel",
                "rig",
                "--efi-disk",
                "--workload",
                "reboot",
                "--out",
                trace.toString());
    }

    private void importRecording(Path log, Path trace) throws IOException {
        try (InputStream in = DemoCommand.class.getResourceAsStream(RECORDING)) {
            Files.copy(in, log, StandardCopyOption.REPLACE_EXISTING);
        }
        out.println(
                "nvmetap   a recorded boot: EDK2 -> Linux on one NVMe disk, QEMU's own trace log");
        step(0, "import", "--format", "qemu", log.toString(), "--out", trace.toString());
    }

    private void replays(Path trace) throws IOException {
        step(ExitStatus.OK, "replay", trace.toString(), "--driver", "reference");
        for (String fault : BROKEN) {
            step(
                    ExitStatus.FOUND,
                    "replay",
                    trace.toString(),
                    "--driver",
                    "reference:fault=" + fault);
        }
    }

    private static String address(LocalBroker broker) throws IOException {
        String running =
                broker.running()
                        .orElseThrow(
                                () ->
                                        CliFailure.environment(
                                                "the local broker went away; see "
                                                        + broker.root().resolve("broker.log")));
        return running.split("\\s+")[0];
    }

    private static String session(Path trace) throws IOException {
        CapturedEvent e = new CapturedEvent();
        try (TraceReader reader = TraceReader.open(trace)) {
            reader.next(e);
            return e.sessionHex();
        }
    }

    /**
     * Runs one command, its output between ours; anything but the exit status expected ends the
     * demo.
     */
    private void step(int expected, String... args) throws IOException {
        out.println();
        out.println("$ ./nvmetap " + String.join(" ", args));
        out.flush();
        List<String> line = new ArrayList<>(List.of(launcher.toString()));
        line.addAll(List.of(args));
        Process p = new ProcessBuilder(line).inheritIO().start();
        try {
            if (!p.waitFor(STEP_S_MAX, TimeUnit.SECONDS)) {
                p.descendants().forEach(ProcessHandle::destroyForcibly);
                p.destroyForcibly();
                throw CliFailure.environment(
                        "this step took over " + STEP_S_MAX + " s and was ended");
            }
        } catch (InterruptedException e) {
            p.destroy();
            Thread.currentThread().interrupt();
            throw CliFailure.environment("interrupted");
        }
        if (p.exitValue() != expected) {
            throw CliFailure.environment(
                    "this step ended with status "
                            + p.exitValue()
                            + " and should have ended with "
                            + expected);
        }
    }
}
