package io.nvmetap.live;

import io.nvmetap.capture.CaptureMetrics;
import io.nvmetap.capture.CaptureWatch;
import io.nvmetap.capture.TopicOptions;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.cli.StopSignal;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.metrics.MetricsOption;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code nvmetap device}: serves a controller over vfio-user, with a mediation driver in front of
 * it if asked, until it is told to stop.
 */
@Command(
        name = "device",
        mixinStandardHelpOptions = true,
        description =
                "Serves a modelled or remote controller as a vfio-user PCI device, behind a"
                        + " mediation driver if asked.")
public final class DeviceCommand implements Callable<Integer> {
    /** How long a stop waits for the recording to be closed. */
    private static final int STOP_PATIENCE_S = 10;

    @Option(
            names = "--listen",
            required = true,
            paramLabel = "SOCK",
            description = "UNIX socket to serve on; must not exist yet")
    private Path listen;

    @Option(
            names = "--controller",
            paramLabel = "MODEL|vfio-user:SOCK",
            defaultValue = "generic",
            description = "modelled controller, or one served elsewhere (default ${DEFAULT-VALUE})")
    private String controller;

    @Option(
            names = "--driver",
            paramLabel = "SPEC|none",
            defaultValue = "none",
            description =
                    "mediation driver in front: none, "
                            + DriverSpec.SYNTAX
                            + " (default ${DEFAULT-VALUE})")
    private String driver;

    @Option(names = "--disk", paramLabel = "IMG", description = "raw image (default: in memory)")
    private Path disk;

    @Option(
            names = "--window",
            paramLabel = "N",
            defaultValue = "1",
            description = "address window of the driver, another one for each in a chain (1..15)")
    private int window;

    @Option(names = "--out", paramLabel = "F", description = "trace file of the driver")
    private Path out;

    @Option(
            names = "--once",
            description = "end when the first client has left (default: serve the next one)")
    private boolean once;

    @Mixin private TopicOptions topic = new TopicOptions();

    @Mixin private MetricsOption metrics = new MetricsOption();

    private final PrintStream messages;

    DeviceCommand(PrintStream messages) {
        this.messages = messages;
    }

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        System.exit(CommandRunner.run(new DeviceCommand(System.out), args, System.err));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        LiveSpec spec = spec();
        try (StopSignal stop = StopSignal.listen(STOP_PATIENCE_S)) {
            try (CaptureWatch watch = CaptureMetrics.open(metrics, this::say);
                    LiveMediation live =
                            LiveMediation.start(spec, listen, topic.plan(watch), this::say)) {
                say(controller + "   serves on " + live.socket());
                boolean gone = false;
                while (!gone && !stop.await(once ? 1 : 100)) {
                    gone = once && live.awaitClientGone(100);
                }
            }
            stop.whole();
        }
        return ExitStatus.OK;
    }

    private void say(String line) {
        messages.println("device    " + line);
        messages.flush();
    }

    private LiveSpec spec() {
        if (window < 0 || window >= LiveSpec.WINDOWS_MAX) {
            throw CliFailure.usage("--window is 0 to " + (LiveSpec.WINDOWS_MAX - 1));
        }
        topic.check();
        if (topic.wanted() && out == null) {
            throw CliFailure.usage("--bootstrap-servers goes with --out: the topic beside a file");
        }
        try {
            DriverSpec driverSpec = driver.equals("none") ? null : DriverSpec.parse(driver);
            if (driverSpec == null && out != null) {
                throw CliFailure.usage("--out records a driver; name one with --driver");
            }
            return new LiveSpec(
                    ControllerSpec.parse(controller),
                    disk,
                    LiveSpec.DISK_BYTES_DEFAULT,
                    driverSpec,
                    window,
                    out,
                    PayloadPolicy.ADMIN,
                    "vfio-user client",
                    "",
                    1);
        } catch (IllegalArgumentException e) {
            throw CliFailure.usage(e.getMessage());
        }
    }
}
