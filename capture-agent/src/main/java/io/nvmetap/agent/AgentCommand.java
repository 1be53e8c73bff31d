package io.nvmetap.agent;

import io.nvmetap.capture.CaptureMetrics;
import io.nvmetap.capture.CaptureWatch;
import io.nvmetap.capture.TopicOptions;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.cli.OutputFile;
import io.nvmetap.cli.StopSignal;
import io.nvmetap.metrics.MetricsOption;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code nvmetap agent}: takes the tap streams of mediators written in C. */
@Command(
        name = "agent",
        mixinStandardHelpOptions = true,
        description = "Receives the taps of mediators written in C (nvmetap.h).")
public final class AgentCommand implements Callable<Integer> {
    private static final int STOP_PATIENCE_S = 30;

    @Option(
            names = "--listen",
            required = true,
            paramLabel = "WHERE",
            description = "unix:PATH, tcp:HOST:PORT, udp:HOST:PORT, serial:FILE or shm:FILE")
    private String listen;

    @Option(
            names = "--out",
            paramLabel = "F",
            description = "trace to write; a second session goes to F-2, and so on")
    private Path out;

    @Mixin private TopicOptions topic = new TopicOptions();

    @Mixin private MetricsOption metrics = new MetricsOption();

    @Option(
            names = "--allow-uid",
            paramLabel = "N",
            description = "unix: processes of this user may connect too; may be repeated")
    private List<Integer> allowedUids = List.of();

    @Option(
            names = "--allow-remote",
            description = "tcp, udp: listen on an address that other machines reach")
    private boolean remote;

    @Option(names = "--once", description = "end when the first tap has left")
    private boolean once;

    private final PrintStream messages;

    AgentCommand(PrintStream messages) {
        this.messages = messages;
    }

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        System.exit(CommandRunner.run(new AgentCommand(System.out), args, System.err));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        ListenSpec spec = ListenSpec.parse(listen, remote);
        check(spec);
        try (StopSignal stop = StopSignal.listen(STOP_PATIENCE_S)) {
            Optional<IOException> failure;
            try (CaptureWatch watch = CaptureMetrics.open(metrics, this::say);
                    TapSinks sinks = sinks(watch)) {
                watch.taps(sinks.totals().figures());
                Taps taps = listen(spec, sinks);
                try (taps) {
                    while (!taps.deaf() && !stop.await(1)) {
                        if (taps.awaitLast(100) && once) {
                            break;
                        }
                    }
                }
                failure = taps.failure();
            }
            if (failure.isPresent()) {
                throw failure.get();
            }
            stop.whole();
        }
        return ExitStatus.OK;
    }

    private void check(ListenSpec spec) {
        if ((out == null) != topic.wanted()) {
            throw CliFailure.usage("name one: --out F or --bootstrap-servers B");
        }
        topic.check();
        if (!allowedUids.isEmpty() && spec.kind() != ListenSpec.Kind.UNIX) {
            throw CliFailure.usage("--allow-uid is for unix: sockets; others do not tell the user");
        }
        if (out != null) {
            OutputFile.check(out);
        }
    }

    private TapSinks sinks(CaptureWatch watch) throws IOException {
        if (out != null) {
            return TapSinks.ofFile(out, watch);
        }
        return TapSinks.ofTopic(topic.open(watch), watch);
    }

    private Taps listen(ListenSpec spec, TapSinks sinks) throws IOException {
        SecureRandom random = new SecureRandom();
        Clocks clocks = new Clocks(System::nanoTime, System::currentTimeMillis, random::nextLong);
        switch (spec.kind()) {
            case UNIX, TCP -> {
                SocketListener listener = SocketListener.open(spec, allowedUids);
                say("listens on " + listener.address());
                return new TapServer(listener, sinks, this::say, clocks);
            }
            case UDP -> {
                UdpTaps udp = UdpTaps.open(spec.address(), sinks, this::say, clocks, once);
                say("listens on " + udp.address());
                return new TapThread(udp, this::say);
            }
            default -> {
                TapSource source =
                        spec.kind() == ListenSpec.Kind.SERIAL
                                ? new StreamSource(spec.path())
                                : MemorySource.open(spec.path(), ProcessHandle.current().pid());
                say("reads " + spec.path());
                TapReceiver receiver = new TapReceiver("tap 1", sinks, this::say, clocks);
                return TapThread.of(receiver, source, this::say);
            }
        }
    }

    private synchronized void say(String line) {
        messages.println("agent     " + line);
        messages.flush();
    }
}
