package io.nvmetap.server;

import io.nvmetap.cli.Brokers;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.ClientProperties;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.cli.LoopbackHttp;
import io.nvmetap.feed.LiveFeed;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nvmetap serve}: the dashboard, until it is interrupted. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = {
            "The dashboard: captures, timeline, findings, commands, latencies, comparison; live with a"
                    + " broker.",
            "Read-only, on the loopback interface. Without a file: the trace files in this folder."
        })
public final class ServeCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..*",
            paramLabel = "F|FOLDER",
            description = "trace files, or folders with trace files")
    private List<Path> captures = List.of();

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "" + LoopbackHttp.DASHBOARD_PORT,
            description = "port on 127.0.0.1, 0 for any that is free (default: ${DEFAULT-VALUE})")
    private int port;

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "B",
            defaultValue = "",
            description = "follow the topics of this broker, live")
    private String bootstrapServers;

    @Mixin private ClientProperties client = new ClientProperties();

    private final PrintStream out;

    ServeCommand(PrintStream out) {
        this.out = out;
    }

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        System.exit(CommandRunner.run(new ServeCommand(System.out), args, System.err));
    }

    @Override
    public Integer call() throws IOException {
        if (port < 0 || port > 65_535) {
            throw CliFailure.usage("--port is 0 to 65535");
        }
        boolean live = !bootstrapServers.isEmpty();
        List<Path> shown = captures.isEmpty() && !live ? List.of(Path.of(".")) : captures;
        try (Dashboard d = Dashboard.start(settings(shown))) {
            out.println("dashboard " + d.address());
            if (live) {
                out.println("live      " + d.address() + "#/live");
            }
            out.println("stop      Ctrl-C");
            out.flush();
            new CountDownLatch(1).await();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        return ExitStatus.OK;
    }

    private ServeSettings settings(List<Path> shown) throws IOException {
        Brokers brokers = client.brokers(bootstrapServers);
        if (!bootstrapServers.isEmpty()) {
            LiveFeed.check(brokers);
        }
        return new ServeSettings(shown, port, brokers);
    }
}
