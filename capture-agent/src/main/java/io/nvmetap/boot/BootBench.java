package io.nvmetap.boot;

import io.nvmetap.cli.BenchPlace;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.live.ControllerSpec;
import io.nvmetap.live.LiveMediation;
import io.nvmetap.live.LiveSpec;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.rig.Rig;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code nvmetap bench boot}: what the driver, its recording and the proxy cost a Linux guest, as
 * ratios to the modelled controller alone, all taken in turns in one run.
 */
@Command(
        name = "bench boot",
        mixinStandardHelpOptions = true,
        description =
                "Times reads of a Linux guest through the bare controller, the driver, the driver"
                        + " with recording on, and the recording proxy.")
public final class BootBench implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(180);
    private static final long DISK_BYTES = 256L << 20;

    /** A model without doorbells in memory: all of them cross the socket. */
    private static final String MODEL = "samsung";

    private static final int ROUNDS_MAX = 100;
    private static final Pattern RESULT =
            Pattern.compile("NVMETAP WORKLOAD depth=\\d+ ops=\\d+ ms=(\\d+)\\b");

    /** What stands between the guest and the modelled controller. */
    enum Way {
        /** Nothing. */
        BARE,
        /** The driver, nothing recorded. */
        OFF,
        /** The driver, recording. */
        ON,
        /** No driver, the recording proxy in a process of its own. */
        PROXY
    }

    @Option(
            names = "--rounds",
            defaultValue = "3",
            description = "times each is measured; the median counts (default ${DEFAULT-VALUE})")
    private int rounds;

    @Option(
            names = "--ops",
            defaultValue = "8192",
            description = "4 KiB reads of one measurement (default ${DEFAULT-VALUE})")
    private int ops;

    @Option(names = "--format", description = "text or json (default text)")
    private String format = "text";

    private final PrintStream out;
    private final Path home;

    BootBench(PrintStream out, Path home) {
        this.out = out;
        this.home = home;
    }

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        Path home = Path.of(System.getProperty("nvmetap.home", "."));
        System.exit(CommandRunner.run(new BootBench(System.out, home), args, System.err));
    }

    @Override
    public Integer call() throws IOException {
        if (rounds < 1 || rounds > ROUNDS_MAX || ops < 32 || ops > DISK_BYTES / 4096) {
            throw CliFailure.usage(
                    "--rounds is 1 to " + ROUNDS_MAX + ", --ops 32 to " + DISK_BYTES / 4096);
        }
        Rig rig =
                Rig.fetch(
                        Rig.defaultCache(System.getenv(), System.getProperty("user.home")),
                        text -> out.println("fetch     " + text));
        Path folder = Files.createTempDirectory("nvmetap-bench");
        // After a failure the guest's console is still there to be read.
        GuestInitramfs.write(rig, folder.resolve("initrd"));
        new GuestDisk(rig).ext4(folder.resolve("disk.img"), DISK_BYTES);
        try (BenchProxy proxy = BenchProxy.start(home, folder)) {
            // The first boots warm the processes up and count for nothing.
            measure(rig, folder, Way.ON, GuestWorkload.DEPTH1);
            measure(rig, folder, Way.PROXY, GuestWorkload.DEPTH1);
            Map<Way, Long> depth1 = run(rig, folder, GuestWorkload.DEPTH1);
            report(depth1, run(rig, folder, GuestWorkload.DEPTH32));
            proxy.endWithoutLoss();
        }
        delete(folder);
        return ExitStatus.OK;
    }

    private Map<Way, Long> run(Rig rig, Path folder, GuestWorkload workload) throws IOException {
        Map<Way, List<Long>> taken = new EnumMap<>(Way.class);
        for (int round = 0; round < rounds; round++) {
            for (Way way : Way.values()) {
                long ms = measure(rig, folder, way, workload);
                taken.computeIfAbsent(way, w -> new ArrayList<>()).add(ms);
            }
        }
        Map<Way, Long> medians = new EnumMap<>(Way.class);
        taken.forEach(
                (way, all) -> medians.put(way, all.stream().sorted().toList().get(rounds / 2)));
        return medians;
    }

    private long measure(Rig rig, Path folder, Way way, GuestWorkload workload) throws IOException {
        boolean driver = way == Way.OFF || way == Way.ON;
        LiveSpec spec =
                new LiveSpec(
                        ControllerSpec.parse(MODEL),
                        folder.resolve("disk.img"),
                        0,
                        driver ? DriverSpec.GOOD : null,
                        0,
                        way == Way.ON ? folder.resolve("trace.avro") : null,
                        PayloadPolicy.ADMIN,
                        "QEMU",
                        "",
                        1);
        Path server = folder.resolve(BenchProxy.SERVER);
        try (LiveMediation live = LiveMediation.start(spec, server, line -> {})) {
            Path socket = way == Way.PROXY ? folder.resolve(BenchProxy.CLIENT) : server;
            QemuCommand command =
                    new QemuCommand(rig)
                            .memoryMiB(512)
                            .cpus(2)
                            .kernel(rig.kernel(), folder.resolve("initrd"), workload.append(ops))
                            .vfioUser(socket);
            try (QemuMachine machine = QemuMachine.start(command, folder.resolve("machine"))) {
                String result = machine.expectLine(RESULT, PATIENCE).group(1);
                machine.awaitPowerOff(PATIENCE);
                live.endRecording();
                if (live.lost() > 0) {
                    throw CliFailure.environment(
                            live.lost()
                                    + " events were lost; a recording with losses is no measure");
                }
                return Long.parseLong(result);
            }
        }
    }

    private void report(Map<Way, Long> depth1, Map<Way, Long> depth32) throws IOException {
        if (!format.equals("json")) {
            line("depth 1", depth1);
            line("depth 32", depth32);
        }
        out.printf(
                Locale.ROOT,
                "{\"summary\":{\"bench\":\"boot\",\"ops\":%d,\"rounds\":%d,%s,%s,%s}}%n",
                ops,
                rounds,
                ratios(depth1, "Depth1"),
                ratios(depth32, "Depth32"),
                BenchPlace.fields(home));
    }

    private static String ratios(Map<Way, Long> ms, String depth) {
        return String.format(
                Locale.ROOT,
                "\"offOverBare%1$s\":%2$.2f,\"onOverBare%1$s\":%3$.2f,\"onOverOff%1$s\":%4$.2f,"
                        + "\"proxyOverDirect%1$s\":%5$.2f",
                depth,
                ratio(ms, Way.OFF, Way.BARE),
                ratio(ms, Way.ON, Way.BARE),
                ratio(ms, Way.ON, Way.OFF),
                ratio(ms, Way.PROXY, Way.BARE));
    }

    private void line(String what, Map<Way, Long> ms) {
        out.printf(
                Locale.ROOT,
                "bench     %-9s %,d reads: controller alone %,d ms   driver %,d ms (%.2fx)   driver,"
                        + " recording %,d ms (%.2fx)   proxy %,d ms (%.2fx)%n",
                what,
                ops,
                ms.get(Way.BARE),
                ms.get(Way.OFF),
                ratio(ms, Way.OFF, Way.BARE),
                ms.get(Way.ON),
                ratio(ms, Way.ON, Way.BARE),
                ms.get(Way.PROXY),
                ratio(ms, Way.PROXY, Way.BARE));
    }

    private static double ratio(Map<Way, Long> ms, Way of, Way to) {
        return (double) ms.get(of) / Math.max(1, ms.get(to));
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
