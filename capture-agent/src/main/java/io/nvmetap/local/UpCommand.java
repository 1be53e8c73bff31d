package io.nvmetap.local;

import io.nvmetap.broker.BrokerState;
import io.nvmetap.broker.LocalBroker;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.cli.LoopbackHttp;
import io.nvmetap.trace.Topics;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code nvmetap up}: starts local broker, live job and dashboard, or finds them running. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = {
            "Starts the local Kafka broker and creates the topics, starts the Flink job that analyzes"
                    + " them live and the dashboard that shows it; what runs is left as it is.",
            "Data and logs are kept in NVMETAP_HOME (default: nvmetap in the user's data folder)."
        })
public final class UpCommand implements Callable<Integer> {
    @Option(names = "--broker-only", description = "neither job nor dashboard")
    private boolean brokerOnly;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "" + LoopbackHttp.DASHBOARD_PORT,
            description =
                    "of the dashboard on 127.0.0.1, another if it is taken (default:"
                            + " ${DEFAULT-VALUE})")
    private int port;

    private final LocalBroker broker;
    private final LocalServices services;
    private final PrintStream out;

    UpCommand(LocalBroker broker, LocalServices services, PrintStream out) {
        this.broker = broker;
        this.services = services;
        this.out = out;
    }

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        LocalBroker broker = LocalBroker.ofUser();
        LocalServices services = LocalServices.ofUser(broker.root());
        UpCommand command = new UpCommand(broker, services, System.out);
        System.exit(CommandRunner.run(command, args, System.err));
    }

    @Override
    public Integer call() throws IOException {
        if (port < 0 || port > 65_535) {
            throw CliFailure.usage("--port is 0 to 65535");
        }
        long begin = System.nanoTime();
        boolean before = broker.status().running();
        broker.start(Topics.ALL);
        BrokerState state = broker.status();
        double seconds = (System.nanoTime() - begin) / 1e9;
        String how = before ? "runs" : String.format("started in %.1f s", seconds);
        out.printf("broker    %s   %s   pid %d%n", state.bootstrapServers(), how, state.pid());
        if (!brokerOnly) {
            services.start(state.bootstrapServers(), port);
            services.lines().forEach(out::println);
        }
        out.printf("data      %s%n", state.folder());
        out.printf("next      nvmetap publish F   |   nvmetap status   |   nvmetap down%n");
        return ExitStatus.OK;
    }
}
