package io.nvmetap.proxy;

import io.nvmetap.capture.CaptureMetrics;
import io.nvmetap.capture.CaptureWatch;
import io.nvmetap.capture.TopicOptions;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.cli.OutputFile;
import io.nvmetap.cli.StopSignal;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.metrics.MetricsOption;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code nvmetap proxy}: records between a vfio-user client and a vfio-user server. */
@Command(
        name = "proxy",
        mixinStandardHelpOptions = true,
        description = "Records between any vfio-user client and any vfio-user server.")
public final class ProxyCommand implements Callable<Integer> {
    private static final int STOP_PATIENCE_S = 30;

    @Option(
            names = "--listen",
            required = true,
            paramLabel = "SOCK",
            description = "UNIX socket for the client; must not exist yet")
    private Path listen;

    @Option(
            names = "--connect",
            required = true,
            paramLabel = "SOCK",
            description = "UNIX socket of the server")
    private Path connect;

    @Option(names = "--out", required = true, paramLabel = "F", description = "trace to write")
    private Path out;

    @Option(
            names = "--payload",
            defaultValue = "admin",
            paramLabel = "none|admin|digest|all",
            description = "which data is recorded (default ${DEFAULT-VALUE})")
    private PayloadPolicy payload;

    @Option(
            names = "--once",
            description = "end when the first client has left (default: take the next one)")
    private boolean once;

    @Mixin private TopicOptions topic = new TopicOptions();

    @Mixin private MetricsOption metrics = new MetricsOption();

    private final PrintStream messages;

    ProxyCommand(PrintStream messages) {
        this.messages = messages;
    }

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        System.exit(CommandRunner.run(new ProxyCommand(System.out), args, System.err));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        check();
        try (StopSignal stop = StopSignal.listen(STOP_PATIENCE_S);
                CaptureWatch watch = CaptureMetrics.open(metrics, this::say)) {
            ProxySpec spec = new ProxySpec(listen, connect, out, payload);
            Proxy proxy = Proxy.start(spec, topic.plan(watch), this::say);
            try (proxy) {
                say("listens on " + listen + "   passes on to " + connect);
                while (!stop.await(once ? 1 : 100)) {
                    if (once && proxy.awaitClientGone(100)) {
                        break;
                    }
                }
            }
            summary(proxy);
            stop.whole();
            if (once && !stop.asked() && !proxy.serverReached()) {
                throw CliFailure.environment(
                        "nothing was recorded: the server " + connect + " was not there");
            }
        }
        return ExitStatus.OK;
    }

    private void check() throws IOException {
        topic.check();
        OutputFile.check(out);
        if (listen.toAbsolutePath().normalize().equals(connect.toAbsolutePath().normalize())) {
            throw CliFailure.usage("--listen and --connect are the same socket; name two");
        }
    }

    private void say(String line) {
        messages.println("proxy     " + line);
        messages.flush();
    }

    private void summary(Proxy proxy) {
        messages.printf(
                "proxy     %,d events   %,d lost   %,d commands   %,d completions%n",
                proxy.events(), proxy.lost(), proxy.commands(), proxy.completions());
        messages.flush();
    }
}
